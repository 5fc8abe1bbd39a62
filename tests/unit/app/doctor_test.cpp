// What `doctor` finds where nothing is held: the cloud, its credentials, matches, quotas and files. With a real server
// see tests/fault and tests/e2e.

#include <filesystem>
#include <regex>
#include <set>

#include "app/finding.hpp"
#include "fakes/published_schema.hpp"
#include "http/client.hpp"
#include "openstack/identity.hpp"
#include "quiesce/protocol.hpp"
#include "support/text.hpp"
#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

class DoctorTest : public CommandsTest {
 protected:
  DoctorTest() {
    site_.furnish("backend-1", "mysql_data");
    write_clouds(site_.entry("site"));
    write_policy("main", "site");
  }
  /// The findings with this word.
  json found(const std::string& word) {
    json some = json::array();
    for (const auto& finding : report_.at("findings")) {
      if (finding["word"] == word) {
        some.push_back(finding);
      }
    }
    return some;
  }
  int examine() {
    const int code = run({"doctor", "-o", "json"});
    report_ = json::parse(out_);
    return code;
  }
  void add_ssh(const std::string& block) {
    write("policies/main.yaml", std::regex_replace(read("policies/main.yaml"), std::regex("  schedule:"),
                                                   "  ssh: " + block + "\n  schedule:"));
  }

  Site site_;
  json report_;
};

TEST_F(DoctorTest, EveryFindingHasItsCureOnALineOfItsOwn) {
  write_policy("other", "site", "nothing-like-it");
  EXPECT_EQ(run({"doctor"}), 1);
  EXPECT_THAT(out_, testing::ContainsRegex("FINDING other/backend-1/db: volumes: [^\n]*\n        cure: correct"));
}

TEST_F(DoctorTest, NotesAreNoFindings) {
  EXPECT_EQ(examine(), 0) << out_;
  ASSERT_EQ(found("credential-unlimited").size(), 1U);
  EXPECT_THAT(found("credential-unlimited")[0]["cure"], HasSubstr("access-rules"));
  EXPECT_EQ(found("no-hold")[0]["weight"], "note");
}

TEST_F(DoctorTest, ItsJsonIsAsPublished) {
  write_policy("other", "site", "nothing-like-it");
  EXPECT_EQ(examine(), 1);
  EXPECT_EQ(fakes::PublishedSchema("doctor.schema.json").objections(out_), "");
}

TEST_F(DoctorTest, FindsAPolicyWithoutAServer) {
  write_policy("other", "site", "mysql", "nobody-*");
  EXPECT_EQ(examine(), 1);
  EXPECT_EQ(found("servers").size(), 1U);
}

TEST_F(DoctorTest, FindsAKeyThatIsOpenToOthers) {
  ASSERT_EQ(std::system(("ssh-keygen -q -t ed25519 -N '' -f " + path("key")).c_str()),
            0);  // NOLINT(concurrency-mt-unsafe,cert-env33-c)
  write("known_hosts", "");
  std::filesystem::permissions(path("key"), std::filesystem::perms(0644));
  std::filesystem::permissions(path("known_hosts"), std::filesystem::perms(0666));
  add_ssh("{keyFile: " + path("key") + ", knownHostsFile: " + path("known_hosts") + "}");
  EXPECT_EQ(examine(), 1);
  ASSERT_EQ(found("key-file-open").size(), 1U);
  EXPECT_EQ(found("key-file-open")[0]["cure"], "chmod 0600 " + path("key"));
  EXPECT_EQ(found("known-hosts-open").size(), 1U);
  EXPECT_EQ(found("address").size(), 1U);  // this cloud's server has none
}

TEST_F(DoctorTest, FindsAKeyThatIsNotThere) {
  add_ssh("{keyFile: " + path("key") + "}");
  EXPECT_EQ(examine(), 1);
  EXPECT_THAT(found("key-file")[0]["cure"], HasSubstr("enroll"));
}

TEST_F(DoctorTest, FindsAQuotaWithoutRoomAndSaysHowMuchThereIs) {
  EXPECT_EQ(examine(), 0);
  EXPECT_THAT(report_["checks"].dump(), HasSubstr("room for 9 more of 10"));
  cloudsim::Options options;
  options.quota_snapshots = 0;
  Site full(options);
  full.furnish("backend-1", "mysql_data");
  write_clouds(full.entry("site"));
  EXPECT_EQ(examine(), 1);
  EXPECT_EQ(found("quota").size(), 1U);
}

TEST_F(DoctorTest, FindsAVolumeThatCannotBeSnapshotted) {
  site_.sim.control("POST", "/sim/volumes/" + site_.last_volume.str(), R"({"status": "error"})");
  EXPECT_EQ(examine(), 1);
  EXPECT_EQ(found("volume-state").size(), 1U);
}

TEST_F(DoctorTest, FindsAClockThatDiffers) {
  site_.sim.control("POST", "/sim/settings", R"({"clock_offset_s": 120})");
  EXPECT_EQ(examine(), 1);
  EXPECT_THAT(found("clock-differs")[0]["what"], HasSubstr("differs"));
}

TEST_F(DoctorTest, SaysOfATokenWhenItEnds) {
  const auto session = [&] {
    const auto client = http::make_client({}, site_.clock);
    return openstack::Identity(site_.config, *client, site_.clock)
        .authenticate(support::Deadline::after(site_.clock, std::chrono::minutes(1)));
  }();
  ASSERT_TRUE(session) << session.error().to_string();
  write_clouds("  site:\n    auth_type: v3token\n    region_name: RegionOne\n    auth: {auth_url: \"" +
               site_.config.auth_url + "\", token: " + (*session)->token.reveal() +
               ", project_name: sim, project_domain_name: Default}\n");
  EXPECT_EQ(examine(), 1) << out_ << err_;
  ASSERT_EQ(found("credential-ends").size(), 1U) << out_;
  EXPECT_EQ(found("credential-ends")[0]["what"],
            "the token ends at " + support::format_utc((*session)->issued_at + (*session)->lifetime));
}

TEST_F(DoctorTest, ACloudThatCannotBeReadIsAFinding) {
  site_.fault({{"method", "GET"}, {"path_regex", "/snapshots/detail"}, {"status", 403}, {"count", -1}});
  EXPECT_EQ(examine(), 3);
  ASSERT_EQ(found("cloud-error").size(), 1U);
  EXPECT_EQ(found("cloud-error")[0]["where"], "cloud");
  EXPECT_THAT(found("cloud-error")[0]["what"], HasSubstr("403"));
}

class DoctorTwoCloudsTest : public TwoCloudsTest {};

TEST_F(DoctorTwoCloudsTest, OneThatRefusesTheLoginIsAFindingBesideTheOther) {
  lab_.fault(kRefuseLogins);
  EXPECT_EQ(run({"doctor", "-o", "json"}), 4);
  const json report = json::parse(out_);
  EXPECT_THAT(report["checks"].dump(), HasSubstr("prod: cloud"));
  EXPECT_THAT(report["findings"].dump(), AllOf(HasSubstr("cloud-error"), HasSubstr("lab: cloud")));
}

/// The rows of the tables in docs/doctor.md, as they should be.
std::string rows_of_findings() {
  std::string text;
  for (const auto& kind : finding_kinds()) {
    text += "| `" + std::string(kind.word) + "` | " + (kind.weight == Weight::Note ? "note" : "finding") + " | " +
            std::string(kind.means) + " | " + std::string(kind.cure) + " |\n";
  }
  return text;
}

std::string rows_of_refusals() {
  std::string text;
  for (const auto& refusal : quiesce::refusal_codes()) {
    text += "| `" + std::string(refusal.code) + "` | " + std::string(refusal.means) + " | " +
            std::string(refusal.cure) + " |\n";
  }
  return text;
}

TEST(DoctorPage, IsFresh) {
  const auto file = std::filesystem::path(__FILE__).parent_path() / "../../../docs/doctor.md";
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  EXPECT_THAT(text.str(), HasSubstr(rows_of_findings()));
  EXPECT_THAT(text.str(), HasSubstr(rows_of_refusals()));
}

TEST(DoctorPage, EveryKindHasAWordOfItsOwn) {
  std::set<std::string_view> words;
  for (const auto& kind : finding_kinds()) {
    EXPECT_TRUE(words.insert(kind.word).second) << kind.word;
    EXPECT_EQ(&kind_of(kind.id), &kind) << kind.word;
  }
}

}  // namespace
}  // namespace stillpoint::app
