// What commands do where there are several clouds, and where one of them is ill.

#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

TEST_F(TwoCloudsTest, AMisspelledCloudIsFoundBeforeAnythingIsDoneInAnother) {
  write_policy("trial", "lba");
  EXPECT_EQ(run({"reconcile", "--now"}), 2);
  EXPECT_THAT(err_, HasSubstr("lba"));
  EXPECT_EQ(out_, "");
  EXPECT_EQ(prod_.writes(), 0);
}

TEST_F(TwoCloudsTest, EveryInvalidCloudIsNamedAtOnce) {
  write_policy("main", "pord");
  write_policy("trial", "lba");
  EXPECT_EQ(run({"reconcile", "--now"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("lba"), HasSubstr("pord")));
}

TEST_F(TwoCloudsTest, ARegionThatDoesNotExistIsFoundBeforeAnythingIsDoneInAnother) {
  std::string wrong = prod_.entry("prod");
  wrong.replace(wrong.find("RegionOne"), 9, "RegionTwo");
  write_clouds(wrong + lab_.entry("lab"));  // `lab` would come first
  EXPECT_EQ(run({"reconcile", "--now"}), 2);
  EXPECT_THAT(err_, HasSubstr("RegionTwo"));
  EXPECT_EQ(lab_.writes(), 0);
}

TEST_F(TwoCloudsTest, ACloudThatRefusesUsDoesNotStopTheOther) {
  lab_.fault(kRefuseLogins);
  EXPECT_EQ(run({"reconcile", "--now"}), 4);
  EXPECT_THAT(out_, AllOf(HasSubstr("done    prod: main/backend-1/db: create"), Not(HasSubstr("lab:"))));
  EXPECT_THAT(err_, HasSubstr("lab: "));
  prod_.fault(kRefuseLogins);
  EXPECT_EQ(run({"reconcile", "--now"}), 3);
}

TEST_F(TwoCloudsTest, DiffAsJsonIsOneDocument) {
  EXPECT_EQ(run({"diff", "--now", "-o", "json"}), 1);
  const json plan = json::parse(out_);
  EXPECT_EQ(plan["clouds"], json::parse(R"(["lab", "prod"])"));
  ASSERT_EQ(plan["actions"].size(), 2U);
  EXPECT_EQ(plan["actions"][0]["cloud"], "lab");
  EXPECT_EQ(plan["actions"][1]["cloud"], "prod");
  EXPECT_EQ(plan["counts"]["create"], 2);
}

TEST_F(TwoCloudsTest, DiffAsJsonIsOneDocumentAlsoIfACloudCannotBeRead) {
  lab_.fault(kRefuseLogins);
  EXPECT_EQ(run({"diff", "--now", "-o", "json"}), 4);
  EXPECT_EQ(json::parse(out_)["clouds"], json::parse(R"(["prod"])"));
  EXPECT_THAT(err_, HasSubstr("lab: "));
}

TEST_F(TwoCloudsTest, TextNamesTheCloudWhereThereIsMoreThanOne) {
  EXPECT_EQ(run({"diff", "--now"}), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("cloud lab\npolicy trial\n"), HasSubstr("cloud prod\npolicy main\n")));
  std::filesystem::remove(path("policies/trial.yaml"));
  EXPECT_EQ(run({"diff", "--now"}), 1);
  EXPECT_THAT(out_, AllOf(Not(HasSubstr("cloud")), testing::StartsWith("policy main\n")));
}

TEST_F(TwoCloudsTest, PointsOfAllCloudsAreOneList) {
  ASSERT_EQ(run({"reconcile", "--now"}), 0) << out_ << err_;
  EXPECT_EQ(run({"get", "points", "-o", "json"}), 0);
  const json list = json::parse(out_);
  ASSERT_EQ(list["items"].size(), 2U);
  EXPECT_EQ(list["items"][0]["cloud"], "lab");
  EXPECT_EQ(list["items"][1]["cloud"], "prod");
  EXPECT_EQ(run({"get", "points"}), 0);
  EXPECT_THAT(out_, testing::StartsWith("CLOUD  POLICY"));
  EXPECT_THAT(out_, HasSubstr("\nprod   main"));
  std::filesystem::remove(path("policies/trial.yaml"));
  EXPECT_EQ(run({"get", "points"}), 0);
  EXPECT_THAT(out_, testing::StartsWith("POLICY"));
}

TEST_F(TwoCloudsTest, ARehearsalReadsAllCloudsIntoOneDocumentAndOnePictureAndWritesNothingToThem) {
  EXPECT_EQ(run({"rehearse", "--for", "52w", "-o", "json", "--svg", path("out.svg")}), 0) << err_;
  const json document = json::parse(out_);
  EXPECT_EQ(document["clouds"], json::parse(R"(["lab", "prod"])"));
  ASSERT_EQ(document["datasets"].size(), 2U);
  EXPECT_EQ(document["datasets"][0]["serverName"], "backend-2");
  EXPECT_EQ(document["datasets"][0]["slots"]["made"], 1);
  EXPECT_THAT(read("out.svg"), AllOf(HasSubstr("cloud lab"), HasSubstr("cloud prod"), HasSubstr("backend-1")));
  EXPECT_EQ(prod_.writes() + lab_.writes(), 0);
  lab_.fault(kRefuseLogins);
  EXPECT_EQ(run({"rehearse", "-o", "json"}), 4);
  EXPECT_EQ(json::parse(out_)["clouds"], json::parse(R"(["prod"])"));
  prod_.fault(kRefuseLogins);
  EXPECT_EQ(run({"rehearse", "--svg", path("none.svg")}), 3);
  EXPECT_EQ(out_, "");
  EXPECT_FALSE(std::filesystem::exists(path("none.svg")));
}

TEST_F(TwoCloudsTest, MetricsTellTheCloudsApart) {
  ASSERT_EQ(run({"reconcile", "--now", "--metrics-file", path("m")}), 0) << out_ << err_;
  EXPECT_THAT(read("m"), AllOf(HasSubstr("stillpoint_quota_headroom{cloud=\"lab\",resource=\"snapshots\"} 9\n"),
                               HasSubstr("stillpoint_quota_headroom{cloud=\"prod\",resource=\"snapshots\"} 9\n"),
                               HasSubstr("stillpoint_pass_exit_code 0\n")));
}

TEST_F(TwoCloudsTest, AnAlertOnTheAgeOfAPointDoesNotFallSilentWhenAPassFails) {
  ASSERT_EQ(run({"reconcile", "--now", "--metrics-file", path("m")}), 0) << out_ << err_;
  const std::string lab = "stillpoint_last_complete_point_timestamp_seconds{cloud=\"lab\",";
  const std::string prod = "stillpoint_last_complete_point_timestamp_seconds{cloud=\"prod\",";
  ASSERT_THAT(read("m"), AllOf(HasSubstr(lab), HasSubstr(prod)));

  lab_.fault(kRefuseLogins);
  EXPECT_EQ(run({"reconcile", "--metrics-file", path("m")}), 4);
  EXPECT_THAT(read("m"), AllOf(HasSubstr(lab), HasSubstr(prod), HasSubstr("stillpoint_pass_exit_code 4\n")));

  prod_.fault(kRefuseLogins);
  EXPECT_EQ(run({"reconcile", "--metrics-file", path("m")}), 3);
  EXPECT_THAT(read("m"), AllOf(HasSubstr(lab), HasSubstr(prod), HasSubstr("stillpoint_pass_exit_code 3\n")));

  const std::string policy = read("policies/trial.yaml");
  write("policies/trial.yaml", "kind: Nonsense\n");
  EXPECT_EQ(run({"reconcile", "--metrics-file", path("m")}), 2);
  EXPECT_THAT(read("m"), AllOf(HasSubstr(lab), HasSubstr(prod), HasSubstr("stillpoint_pass_exit_code 2\n")));

  std::filesystem::remove(path("policies/trial.yaml"));
  EXPECT_EQ(run({"reconcile", "--metrics-file", path("m")}), 3);
  EXPECT_THAT(read("m"), AllOf(Not(HasSubstr(lab)), HasSubstr(prod))) << "no policy is for lab any more";
}

class OneCloudTest : public CommandsTest {
 protected:
  void begin(const cloudsim::Options& options = {}) {
    site_ = std::make_unique<Site>(options);
    write_clouds(site_->entry("prod"));
    write_policy("main", "prod");
  }

  std::unique_ptr<Site> site_;
};

TEST_F(OneCloudTest, NamesFromTheCloudReachNoTerminalAsTheyAre) {
  begin();
  site_->furnish("backend\x1b[31m", "mysql\x1b[32m");
  site_->sim.control("POST", "/sim/volumes/" + site_->last_volume.str(), R"({"status": "error"})");
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"reconcile", "--now", "-vv"}, {"diff", "--now"}, {"doctor", "-v"}}) {
    run(command);
    EXPECT_THAT(out_ + err_, AllOf(Not(HasSubstr("\x1b")), HasSubstr("?[32m"))) << command[0];
  }
}

TEST_F(OneCloudTest, TheLogTellsWhatWasDoneOnStandardErrorAndNoSecret) {
  begin();
  site_->furnish("backend-1", "mysql_data");
  ASSERT_EQ(run({"reconcile", "--now", "-vv", "--log-format", "json"}), 0) << out_;
  EXPECT_THAT(out_, Not(HasSubstr("Pass")));
  EXPECT_THAT(err_, Not(HasSubstr(site_->sim.password())));
  EXPECT_THAT(err_, Not(HasSubstr("X-Auth-Token")));
  std::map<std::string, std::vector<json>> lines;
  std::istringstream text(err_);
  for (std::string line; std::getline(text, line);) {
    const json entry = json::parse(line);
    lines[entry.at("message")].push_back(entry);
  }
  ASSERT_EQ(lines["Pass begun"].size(), 1U);
  EXPECT_EQ(lines["Pass begun"][0]["policies"], "1");
  ASSERT_EQ(lines["Action ended"].size(), 1U);
  const json& action = lines["Action ended"][0];
  EXPECT_EQ(action["level"], "info");
  EXPECT_EQ(action["cloud"], "prod");
  EXPECT_EQ(action["policy"], "main");
  EXPECT_EQ(action["server"], "backend-1");
  EXPECT_EQ(action["dataset"], "db");
  EXPECT_EQ(action["result"], "done");
  ASSERT_EQ(lines["Pass ended"].size(), 1U);
  EXPECT_EQ(lines["Pass ended"][0]["done"], "1");
  EXPECT_EQ(lines["Pass ended"][0]["failed"], "0");
  const auto& requests = lines["Request ended"];
  const auto made = std::find_if(requests.begin(), requests.end(), [](const json& entry) {
    return entry["method"] == "POST" && entry["path"].get<std::string>().ends_with("/snapshots");
  });
  ASSERT_NE(made, requests.end()) << err_;
  EXPECT_EQ((*made)["level"], "debug");
  EXPECT_EQ((*made)["code"], "202");
  EXPECT_EQ((*made)["service"], "block-storage");
  EXPECT_THAT((*made)["request_id"].get<std::string>(), testing::StartsWith("req-"));
  ASSERT_EQ(run({"reconcile", "-v"}), 0) << out_;
  EXPECT_THAT(err_, AllOf(HasSubstr("Pass ended"), Not(HasSubstr("Request ended"))));
  ASSERT_EQ(run({"reconcile"}), 0) << out_;
  EXPECT_EQ(err_, "") << "nothing is logged unless it is asked for";
}

/// For its life a variable of the environment has that value.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    setenv(name, value.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  }
  ~Variable() { unsetenv(name_); }  // NOLINT(concurrency-mt-unsafe)
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
};

TEST_F(OneCloudTest, P4TheCommandLineGoesBeforeTheEnvironment) {
  begin();
  site_->furnish("backend-1", "mysql_data");
  const Variable installation("STILLPOINT_INSTALLATION", "theirs");
  const Variable store("STILLPOINT_STORE", path("nowhere"));
  ASSERT_EQ(run({"reconcile", "--now", "--installation", "ours"}), 0) << err_;
  run({"get", "points", "-o", "name", "--installation", "ours"});
  EXPECT_THAT(out_, HasSubstr("point/"));
  run({"get", "points", "-o", "name"});
  EXPECT_EQ(out_, "") << "those of theirs";
  EXPECT_EQ(run_files({"validate"}), 2);
  EXPECT_THAT(err_, HasSubstr("nowhere"));
  EXPECT_EQ(run_files({"validate", "--store", path("policies")}), 0) << err_;
}

TEST_F(OneCloudTest, AVariableThatCannotBeUsedIsNamed) {
  begin();
  const Variable installation("STILLPOINT_INSTALLATION", "not a name");
  EXPECT_EQ(run({"diff"}), 2);
  EXPECT_EQ(err_, "stillpoint: STILLPOINT_INSTALLATION: an installation is 1 to 63 of a-z, 0-9 and -\n");
  site_->furnish("backend-1", "mysql_data");
  EXPECT_EQ(run({"diff", "--installation", "ours"}), 0) << err_;
}

TEST_F(OneCloudTest, ARehearsalCountsWhatExistsAgainstTheCloudsQuota) {
  cloudsim::Options options;
  options.quota_snapshots = 2;
  begin(options);
  site_->furnish("backend-1", "mysql_data");
  ASSERT_EQ(run({"reconcile", "--now"}), 0) << out_ << err_;
  EXPECT_EQ(run({"rehearse", "--for", "52w"}), 0) << out_;
  EXPECT_THAT(out_, HasSubstr("  snapshots  2 of 2 at worst"));
  EXPECT_EQ(run({"rehearse", "--for", "730d"}), 1) << out_;
  EXPECT_THAT(out_, HasSubstr("! missed 1, "));
}

TEST_F(OneCloudTest, DoctorAddsUpWhatAllPoliciesNeed) {
  cloudsim::Options options;
  options.quota_snapshots = 1;
  begin(options);
  site_->furnish("backend-1", "mysql_data");
  EXPECT_EQ(run({"doctor"}), 0) << out_ << err_;
  site_->furnish("backend-2", "mongo_data");
  write_policy("main", "prod", "mysql", "backend-1");
  write_policy("other", "prod", "mongo", "backend-2");
  EXPECT_EQ(run({"doctor"}), 1);
  EXPECT_THAT(out_, AllOf(HasSubstr("FINDING other/backend-2/db: quota: with all policies together: quota 'snapshots'"),
                          Not(HasSubstr("FINDING main"))));
}

}  // namespace
}  // namespace stillpoint::app
