// apply: what it shows, what it asks, what it writes.

#include "unit/app/store_fixture.hpp"

namespace stillpoint::app {
namespace {

class ApplyTest : public StoreTest {};

TEST_F(ApplyTest, ANewPolicyIsWrittenWithWhatComesOfItAndNothingIsDoneInTheCloud) {
  EXPECT_EQ(apply(nightly("main")), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("policy/main: is new\n"), HasSubstr("policy/main created; next point at "),
                          HasSubstr("T01:05:00Z; `stillpoint reconcile --now` makes one at once\n")));
  EXPECT_TRUE(stored("main").start_at);
  EXPECT_EQ(site_.writes(), 0);
  EXPECT_EQ(on_store({"diff"}), 0) << "slots of the time before do not count: " << out_;
}

TEST_F(ApplyTest, TheSameAgainChangesNothing) {
  ASSERT_EQ(apply(nightly("main")), 0);
  const auto before = read("store/main.yaml");
  EXPECT_EQ(apply("# the same, laid out otherwise\n" + nightly("main")), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("policy/main: is as it was\n"), HasSubstr("policy/main unchanged; next point")));
  EXPECT_EQ(read("store/main.yaml"), before);
}

TEST_F(ApplyTest, ADryRunShowsTheSameAndWritesNothing) {
  EXPECT_EQ(apply(nightly("main"), {"--dry-run"}), 0);
  EXPECT_THAT(out_, HasSubstr("policy/main created (dry run)"));
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(ApplyTest, ChangesAreShownFieldByField) {
  ASSERT_EQ(apply(nightly("main")), 0);
  ASSERT_EQ(apply(nightly("main", "  suspend: true\n", 5)), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("policy/main: changes\n"), HasSubstr("  ~ spec.retention.keepLast: 3 -> 5\n"),
                          HasSubstr("  + spec.suspend: true\n"),
                          HasSubstr("policy/main configured; suspended: no point is made")));
}

TEST_F(ApplyTest, SlotsCountFromTheFirstApplyOnAndAgainFromAResume) {
  const std::string once = "2026-01-01T00:00:00Z";
  write_store("main", nightly("main", "  startAt: " + once + "\n"));
  ASSERT_EQ(apply(nightly("main", "  suspend: true\n")), 0);
  EXPECT_EQ(support::format_utc(*stored("main").start_at), once);
  ASSERT_EQ(apply(nightly("main")), 0);
  EXPECT_GT(support::format_utc(*stored("main").start_at), once);
  ASSERT_EQ(apply(nightly("main", "  startAt: " + once + "\n")), 0);
  EXPECT_EQ(support::format_utc(*stored("main").start_at), once) << "the user's own word counts";
}

TEST_F(ApplyTest, P5PointsThatWouldGoAreAskedFor) {
  ASSERT_EQ(apply(nightly("main")), 0);
  add_points("main", 3);
  const auto before = read("store/main.yaml");
  EXPECT_EQ(apply(nightly("main", "", 1)), 1);
  EXPECT_THAT(out_, HasSubstr("- prune point"));
  EXPECT_THAT(err_, AllOf(HasSubstr("2 points of 1 series that the present policies keep will be pruned. Apply?"),
                          HasSubstr("say --yes if it is meant"), HasSubstr("nothing was written")));
  EXPECT_EQ(read("store/main.yaml"), before);
  EXPECT_EQ(apply(nightly("main", "", 1), {"--yes"}), 0);
  EXPECT_EQ(stored("main").retention.keep_last, 1);
  EXPECT_EQ(apply(nightly("main", "  deletionPolicy: Delete\n", 1)), 0) << "they go already: nothing to ask";
  EXPECT_EQ(snapshots().size(), 3U) << "apply itself prunes nothing";
}

TEST_F(ApplyTest, P6AMassDeletionNeedsAPermissionThatGoesWithTheSpec) {
  ASSERT_EQ(apply(nightly("main", "", 12)), 0);
  add_points("main", 12);
  ASSERT_EQ(apply(nightly("main", "", 3)), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("PruneBlocked"), HasSubstr("apply it again with --allow-mass-delete")));
  EXPECT_EQ(on_store({"reconcile"}), 1);
  EXPECT_EQ(snapshots().size(), 12U);

  EXPECT_EQ(apply(nightly("main", "", 3), {"--allow-mass-delete"}), 1) << "it asks all the same";
  ASSERT_EQ(apply(nightly("main", "", 3), {"--allow-mass-delete", "--yes"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("+ metadata.annotations"));
  EXPECT_EQ(stored("main").may_lose_at_once(), 9);
  ASSERT_EQ(apply(nightly("main", "", 3), {"--yes"}), 0);
  EXPECT_EQ(stored("main").may_lose_at_once(), 9) << "the same spec keeps it";
  ASSERT_EQ(apply(nightly("main", "", 2)), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("PruneBlocked"));
  EXPECT_EQ(stored("main").may_lose_at_once(), 0) << "another spec has none";
  ASSERT_EQ(apply(nightly("main", "", 3), {"--allow-mass-delete", "--yes"}), 0) << err_;
  EXPECT_EQ(on_store({"reconcile"}), 0) << out_;
  EXPECT_EQ(snapshots().size(), 3U);
}

TEST_F(ApplyTest, WhatIsInvalidOrClashesIsNotWritten) {
  EXPECT_EQ(apply(nightly("main", "  nonsense: 1\n")), 2);
  EXPECT_THAT(err_, HasSubstr("nonsense"));
  write_store("other", nightly("other"));
  EXPECT_EQ(apply(nightly("main")), 2);
  EXPECT_THAT(err_, HasSubstr("selects the same servers and volumes as the policy other"));
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(ApplyTest, ABadFileInTheStoreStopsNobodyElse) {
  write_store("broken", "kind: Nonsense\n");
  EXPECT_EQ(apply(nightly("main")), 0);
  EXPECT_THAT(err_, HasSubstr("in the store: "));
  EXPECT_TRUE(is_stored("main"));
  EXPECT_EQ(apply(nightly("broken").replace(nightly("broken").find("mysql}"), 6, "other}")), 0) << err_;
  EXPECT_EQ(stored("broken").name, "broken") << "it is repaired by applying it";
}

TEST_F(ApplyTest, WithoutTheCloudNothingIsWritten) {
  site_.fault(kRefuseLogins);
  EXPECT_EQ(apply(nightly("main")), 3);
  EXPECT_THAT(err_, HasSubstr("nothing was written: what it would do cannot be said without the cloud"));
  EXPECT_FALSE(is_stored("main"));
}

TEST_F(ApplyTest, AStoreThatIsNotThereIsSaid) {
  std::filesystem::remove_all(path("store"));
  EXPECT_EQ(apply(nightly("main")), 2);
  EXPECT_THAT(err_, HasSubstr("cannot be read: No such file or directory: make it"));
}

TEST_F(ApplyTest, PathsBesideTheFileStayWhatTheyAre) {
  ASSERT_EQ(apply(nightly("main", "  ssh: {keyFile: keys/id, knownHostsFile: ~/known}\n")), 0) << err_;
  EXPECT_EQ(stored("main").ssh.key_file, path("mine/keys/id"));
  EXPECT_EQ(stored("main").ssh.known_hosts_file, "~/known");
}

TEST_F(ApplyTest, ADeletedPolicyComesBackIfThatIsMeant) {
  auto deleted = nightly("main", "  deletionPolicy: Delete\n");
  deleted.replace(deleted.find("{name: main}"), 12, "{name: main, deletionTimestamp: 2026-11-24T09:00:00Z}");
  write_store("main", deleted);
  EXPECT_EQ(apply(nightly("main")), 1);
  EXPECT_THAT(err_, HasSubstr("policy/main is being deleted. Bring it back"));
  EXPECT_TRUE(stored("main").is_tombstone());
  EXPECT_EQ(apply(nightly("main"), {"--yes"}), 0);
  EXPECT_FALSE(stored("main").is_tombstone());
  write("mine/policy.yaml", deleted);
  EXPECT_EQ(on_store({"apply", "-f", path("mine/policy.yaml")}), 2);
  EXPECT_THAT(err_, HasSubstr("policy main is a tombstone: remove metadata.deletionTimestamp"));
}

/// A daemon that has read nothing, and after so many requests the policy.
class FakeDaemon {
 public:
  FakeDaemon(std::string hash, int reads_after)
      : server_(fakes::TinyServer::responding([this, hash = std::move(hash), reads_after](const auto&) {
          const bool has_read = ++asked_ > reads_after;
          return fakes::answer("200 OK", R"({"kind": "PolicyStatusList", "items": [{"metadata": {"name": "main"}, )"
                                         R"("status": {"phase": "InForce", "observedSpecHash": ")" +
                                             (has_read ? hash : "old") + R"("}}]})");
        })) {}
  std::string url() const { return server_.url(""); }
  int asked() const { return asked_; }

 private:
  std::atomic<int> asked_ = 0;
  fakes::TinyServer server_;
};

TEST_F(ApplyTest, ARunningDaemonIsAskedUntilItHasReadWhatWasWritten) {
  ASSERT_EQ(apply(nightly("main")), 0);
  EXPECT_THAT(out_ + err_, Not(HasSubstr("daemon"))) << "without one there is nothing to say";
  const FakeDaemon daemon(stored("main").spec_hash, 2);
  EXPECT_EQ(apply(nightly("main"), {"--daemon", daemon.url()}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("The daemon at " + daemon.url() + " has read it."));
  EXPECT_EQ(daemon.asked(), 3);
}

TEST_F(ApplyTest, ADaemonThatDoesNotReadItIsSaid) {
  const FakeDaemon daemon("never", 0);
  EXPECT_EQ(apply(nightly("main"), {"--daemon", daemon.url(), "--timeout", "1ms"}), 1) << out_ << daemon.asked();
  EXPECT_THAT(err_, HasSubstr("has not read main after 1ms: does it read " + path("store")));
  EXPECT_TRUE(is_stored("main"));
}

TEST_F(ApplyTest, WhatIsNoDaemonOfOursIsPassedOver) {
  fakes::TinyServer other(
      fakes::TinyServer::responding([](const auto&) { return fakes::answer("200 OK", "<html>hello</html>"); }));
  EXPECT_EQ(apply(nightly("main"), {"--daemon", other.url("")}), 0);
  EXPECT_THAT(out_ + err_, Not(HasSubstr("daemon")));
}

TEST_F(ApplyTest, ADaemonThatDoesNotSayIsNoSilence) {
  fakes::TinyServer closed(fakes::TinyServer::responding([](const auto&) { return fakes::answer("401 No", ""); }));
  EXPECT_EQ(apply(nightly("main"), {"--daemon", closed.url("")}), 1);
  EXPECT_THAT(err_, HasSubstr("whether the daemon at " + closed.url("") + " has read it is not known. It answers 401"));
  EXPECT_THAT(err_, HasSubstr("--daemon ''"));
  std::atomic<int> asked = 0;
  fakes::TinyServer busy(fakes::TinyServer::responding([&](const auto&) {
    ++asked;
    return fakes::answer("503 Busy", "");
  }));
  EXPECT_EQ(apply(nightly("main"), {"--daemon", busy.url(""), "--timeout", "300ms"}), 1);
  EXPECT_THAT(err_, HasSubstr("It answers 503"));
  EXPECT_GT(asked, 1);
  EXPECT_TRUE(is_stored("main")) << "it is written all the same";
}

}  // namespace
}  // namespace stillpoint::app
