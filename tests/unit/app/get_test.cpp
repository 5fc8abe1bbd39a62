// get, describe, pin and unpin.

#include "unit/app/store_fixture.hpp"

#include <sstream>

#include "app/ask.hpp"
#include "app/watch.hpp"
#include "fakes/fake_clock.hpp"

namespace stillpoint::app {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class GetTest : public StoreTest {
 protected:
  GetTest() { write_store("main", nightly("main", "", 5)); }
};

TEST_F(GetTest, PoliciesAreListedWithTheirState) {
  add_points("main", 2);
  EXPECT_EQ(on_store({"get", "policies"}), 0) << err_;
  EXPECT_THAT(out_,
              StartsWith("NAME  READY  PROTECTED  SERIES  POINTS  LAST GOOD             NEXT SLOT\nmain  True   "));
  EXPECT_THAT(out_, HasSubstr("  1       2       "));
  EXPECT_EQ(on_store({"get", "policies", "-o", "wide"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("CLOUD"), HasSubstr("prod"), HasSubstr(stored("main").spec_hash)));
  EXPECT_EQ(on_store({"get", "policies", "-o", "name"}), 0);
  EXPECT_EQ(out_, "policy/main\n");
  EXPECT_EQ(on_store({"get", "policies", "-o", "json"}), 0);
  const auto list = json::parse(out_);
  EXPECT_EQ(list["kind"], "PolicyStatusList");
  EXPECT_EQ(list["items"][0]["status"]["observedSpecHash"], stored("main").spec_hash);
  EXPECT_EQ(on_store({"get", "policies", "-o", "yaml"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("kind: PolicyStatusList\n"), HasSubstr("observedSpecHash: ")));
}

TEST_F(GetTest, ANameThatIsNotThereIsSaid) {
  EXPECT_EQ(on_store({"get", "policies", "main", "-o", "name"}), 0);
  EXPECT_EQ(out_, "policy/main\n");
  EXPECT_EQ(on_store({"get", "policies", "mian"}), 2);
  EXPECT_THAT(err_, HasSubstr("there is no policy 'mian'"));
}

TEST_F(GetTest, ABadFileHidesNoOtherPolicy) {
  write_store("bad", "kind: Nonsense\n");
  EXPECT_EQ(on_store({"get", "policies"}), 2);
  EXPECT_THAT(out_, HasSubstr("main"));
  EXPECT_THAT(err_, HasSubstr("Nonsense"));
}

TEST_F(GetTest, OfACloudThatIsAwayNothingIsKnownAndThatIsShown) {
  site_.fault(kRefuseLogins);
  EXPECT_EQ(on_store({"get", "policies"}), 3);
  EXPECT_THAT(out_, HasSubstr("main  Unknown"));
}

TEST_F(GetTest, ServersAreListedWithHowTheyAreKept) {
  add_points("main", 2);
  EXPECT_EQ(on_store({"get", "servers"}), 0);
  EXPECT_THAT(out_, AllOf(StartsWith("NAME       POLICY  DATASETS  POINTS  LAST GOOD"),
                          HasSubstr("\nbackend-1  main    db        2       ")));
  EXPECT_EQ(on_store({"get", "servers", "-o", "json"}), 0);
  const auto item = json::parse(out_)["items"][0];
  EXPECT_EQ(item["metadata"]["uid"], server_.str());
  EXPECT_EQ(item["series"][0]["dataset"], "db");
}

TEST_F(GetTest, AServerThatIsNotThereIsSaid) {
  EXPECT_EQ(on_store({"get", "servers", "backend-1", "-o", "name"}), 0) << err_;
  EXPECT_EQ(out_, "server/backend-1\n");
  EXPECT_EQ(on_store({"get", "servers", server_.str(), "-o", "name"}), 0) << err_;
  EXPECT_EQ(on_store({"get", "servers", "backend-1", "other", "-o", "name"}), 2);
  EXPECT_EQ(out_, "server/backend-1\n");
  EXPECT_THAT(err_, HasSubstr("no policy has a server 'other'"));
  site_.fault(kRefuseLogins);
  EXPECT_EQ(on_store({"get", "servers", "backend-1"}), 3);
  EXPECT_THAT(err_, Not(HasSubstr("has a server")));
}

TEST_F(GetTest, PointsOfPoliciesThatAreGoneAreShownToo) {
  add_points("gone", 1);
  const auto point = add_attempt("main", 1, policy::Consistency::Crash);
  EXPECT_EQ(on_store({"get", "points"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("gone"), HasSubstr(point)));
  EXPECT_EQ(on_store({"get", "points", point, "-o", "name"}), 0);
  EXPECT_EQ(out_, "point/" + point + "\n");
  EXPECT_EQ(on_store({"get", "points", "main"}), 2) << "the name of a policy is not that of a point";
  EXPECT_THAT(err_, HasSubstr("there is no point 'main'"));
  EXPECT_EQ(on_store({"get", "points", "-o", "yaml"}), 0);
  EXPECT_THAT(out_, HasSubstr("kind: PointList\n"));
}

TEST_F(GetTest, APolicyIsDescribed) {
  add_points("main", 2);
  EXPECT_EQ(on_store({"describe", "policy", "main"}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("Name:       main\n"), HasSubstr("State:      in force\n"), HasSubstr("\n  Ready "),
                          HasSubstr("backend-1 (" + server_.str() + "), dataset db"), HasSubstr("KeepLast")));
  EXPECT_EQ(on_store({"describe", "policy", "main", "-o", "json"}), 0);
  EXPECT_EQ(json::parse(out_)["kind"], "PolicyStatus");
  EXPECT_EQ(on_store({"describe", "policy", "mian"}), 2);
  EXPECT_EQ(on_store({"describe", "policy"}), 2);
}

TEST_F(GetTest, APointIsDescribed) {
  const auto point = add_attempt("main", 1, policy::Consistency::Crash);
  EXPECT_EQ(on_store({"describe", "point", "point/" + point}), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("Point:        " + point + "\n"), HasSubstr("Counts:       yes\n"),
                          HasSubstr("Fate:         stays: keepLast 1 of 5"), HasSubstr(snapshots()[0].id.str())));
  EXPECT_EQ(on_store({"describe", "point", point, "-o", "yaml"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("metadata: {name: "), HasSubstr(point), HasSubstr("  consistency: crash\n")));
  EXPECT_EQ(on_store({"describe", "point", "0123456789abcdef"}), 2);
  EXPECT_THAT(err_, HasSubstr("there is no point '0123456789abcdef'"));
}

TEST_F(GetTest, P5APinnedPointStaysWhateverRetentionSays) {
  write_store("main", nightly("main", "", 1));
  const auto old = add_attempt("main", 2, policy::Consistency::Crash);
  add_attempt("main", 1, policy::Consistency::Crash);
  EXPECT_EQ(on_store({"diff"}), 1);
  EXPECT_EQ(on_store({"pin", old, "--owner", "audit", "--until", "30d"}), 0) << err_;
  EXPECT_THAT(out_,
              AllOf(HasSubstr("point/" + old + " (main/backend-1/db, slot "), HasSubstr("pinned by audit until ")));
  EXPECT_THAT(metadata("pin"), ElementsAre("audit", "-"));
  EXPECT_EQ(on_store({"diff"}), 0) << out_;
  EXPECT_EQ(on_store({"get", "points", "-o", "wide"}), 0);
  EXPECT_THAT(out_, HasSubstr("audit until 2"));

  EXPECT_EQ(on_store({"pin", old, "--owner", "other"}), 4);
  EXPECT_THAT(err_, HasSubstr("it is pinned by audit already: say --overwrite"));
  EXPECT_EQ(on_store({"pin", old, "--owner", "other", "--overwrite"}), 0);
  EXPECT_THAT(metadata("pin-until"), ElementsAre("", "-"));
  EXPECT_EQ(on_store({"unpin", old}), 0);
  EXPECT_THAT(out_, HasSubstr("unpinned: it was by other"));
  EXPECT_EQ(on_store({"unpin", old}), 0);
  EXPECT_THAT(out_, HasSubstr("was not pinned"));
  EXPECT_EQ(on_store({"diff"}), 1);
}

TEST_F(GetTest, APinThatCannotBeIsRefused) {
  const auto point = add_attempt("main", 1, policy::Consistency::Unproven);
  EXPECT_EQ(on_store({"pin", point}), 4);
  EXPECT_THAT(err_, HasSubstr("only complete points are pinned"));
  EXPECT_EQ(on_store({"pin", point, "--until", "yesterday"}), 2);
  EXPECT_THAT(err_, HasSubstr("--until: expected an instant such as"));
  EXPECT_EQ(on_store({"pin", point, "--until", "2020-01-01T00:00:00Z"}), 2);
  EXPECT_EQ(on_store({"pin", "0123456789abcdef"}), 2);
  EXPECT_EQ(on_store({"pin"}), 2);
  EXPECT_THAT(metadata("pin"), ElementsAre("-"));
}

TEST(Watch, ShowsAgainOnlyWhatHasChanged) {
  fakes::FakeClock clock{support::WallTime()};
  Options options;
  std::ostringstream out;
  std::stop_source stop;
  const std::vector<std::string> texts{"a\n", "a\n", "b\n", "b\n", "a\n"};
  size_t looks = 0;
  const auto look = [&] {
    const Shown shown{texts.at(looks++), looks == texts.size() ? ExitCode::Pending : ExitCode::Ok};
    if (looks == texts.size()) {
      stop.request_stop();
    }
    return shown;
  };
  options.watch = true;
  EXPECT_EQ(show(options, clock, out, look, stop.get_token()), ExitCode::Pending);
  EXPECT_EQ(out.str(), "a\nb\na\n");
  EXPECT_EQ(clock.wall_now() - support::WallTime(), kWatchEvery * 4);
  looks = 0;
  options.watch = false;
  EXPECT_EQ(show(options, clock, out, look), ExitCode::Ok);
  EXPECT_EQ(looks, 1U);
}

TEST(Ask, OnlyYesIsYes) {
  const auto answer = [](const std::string& said) {
    std::istringstream in(said);
    std::ostringstream out;
    const auto result = ask(in, out, "Sure?");
    EXPECT_EQ(out.str(), "Sure? [y/N] ");
    return result == Answer::Yes;
  };
  EXPECT_TRUE(answer("y\n"));
  EXPECT_TRUE(answer(" yes \n"));
  for (const auto* no : {"", "\n", "n\n", "yess\n", "ja\n"}) {
    EXPECT_FALSE(answer(no)) << no;
  }
}

}  // namespace
}  // namespace stillpoint::app
