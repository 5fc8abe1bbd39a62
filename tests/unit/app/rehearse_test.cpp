// `stillpoint rehearse --offline`, which needs no cloud: what it assumes, what it refuses, and the example of the docs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/assumed_cloud.hpp"
#include "inventory/match.hpp"
#include "policy/reader.hpp"
#include "support/text.hpp"
#include "unit/app/runner.hpp"

namespace stillpoint::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::filesystem::path project_root() {
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
}

class RehearseTest : public FilesTest {
 protected:
  static std::string read(const std::filesystem::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
  }
  int run(std::vector<std::string> arguments) { return run_files(std::move(arguments)); }
  /// Rehearses one of specs/.
  int rehearse_spec(const std::string& spec, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{"rehearse", "--offline", "-f", (project_root() / "specs" / spec).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
};

TEST_F(RehearseTest, EverySpecCanBeRehearsedOffline) {
  for (const auto& entry : std::filesystem::directory_iterator(project_root() / "specs")) {
    EXPECT_EQ(rehearse_spec(entry.path().filename()), 0) << entry.path() << out_ << err_;
    EXPECT_EQ(err_, "");
  }
}

TEST_F(RehearseTest, WhatIsAssumedIsSaid) {
  EXPECT_EQ(rehearse_spec("gfs.yaml", {"--volume-gib", "25", "--quota-snapshots", "200"}), 0);
  EXPECT_THAT(out_, AllOf(HasSubstr("Offline: no cloud was looked at. Assumed are no snapshots,\n"
                                    "  1 server (db-1),\n"
                                    "  2 volumes of 25 GiB each,\n"
                                    "  room for 200 snapshots and any number of GiB of them.\n")));
}

TEST_F(RehearseTest, AQuotaThatIsTooSmallIsExitCode1) {
  EXPECT_EQ(rehearse_spec("gfs.yaml", {"--quota-snapshots", "20"}), 1);
  EXPECT_THAT(out_, HasSubstr("QuotaExceeded: quota 'snapshots'"));
  EXPECT_EQ(rehearse_spec("gfs.yaml", {"--quota-gigabytes", "200"}), 1);
  EXPECT_THAT(out_, HasSubstr("QuotaExceeded: quota 'gigabytes'"));
}

TEST_F(RehearseTest, WrongInputIsExitCode2AndSaysWhatWouldBeRight) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"--for", "0d"},
       "--for '0d': not a length of time; write a number and its unit (h, d or w), such as 36h, 90d or 52w"},
      {{"--for", "soon"}, "--for 'soon'"},
      {{"--for", "4000d"}, "at most ten years"},
      {{"--from", "tomorrow"}, "--from 'tomorrow': not an instant; write it in UTC"},
      {{"--from", "1970-01-01T00:00:00Z"}, "from 1971 to 2188"},
      {{"--svg", path("nowhere/out.svg")}, "out.svg: cannot be written"},
      {{"--volume-gib", "0"}, "--volume-gib"},
      {{"--quota-snapshots", "-3"}, "--quota-snapshots"},
      {{"-o", "wide"}, "--output"}};
  for (const auto& [arguments, said] : wrong) {
    EXPECT_EQ(rehearse_spec("minimal.yaml", arguments), 2) << said;
    EXPECT_THAT(err_, HasSubstr(said));
    EXPECT_EQ(out_, "");
  }
  EXPECT_EQ(run({"rehearse", "-f", (project_root() / "specs/minimal.yaml").string(), "--volume-gib", "5"}), 2)
      << "only with --offline";
  write("bad.yaml", "kind: Nonsense\n");
  EXPECT_EQ(run({"rehearse", "--offline", "-f", path("bad.yaml"), "--svg", path("out.svg")}), 2);
  EXPECT_FALSE(std::filesystem::exists(path("out.svg")));
  EXPECT_FALSE(std::filesystem::exists(path("out.svg.new")));
}

TEST_F(RehearseTest, ThePictureIsWrittenWholeAndReplacesAnOlderOne) {
  write("out.svg", "old");
  EXPECT_EQ(rehearse_spec("minimal.yaml", {"--svg", path("out.svg")}), 0);
  EXPECT_THAT(read(path("out.svg")), AllOf(StartsWith("<svg"), HasSubstr("web-1")));
  EXPECT_FALSE(std::filesystem::exists(path("out.svg.new")));
}

TEST_F(RehearseTest, TheExampleOfTheDocsIsWhatIsPrinted) {
  const std::string text = read(project_root() / "docs" / "rehearsal.md");
  const auto between = [&](const std::string& from, const std::string& to) {
    const auto begin = text.find(from);
    const auto end = text.find(to, begin + from.size());
    EXPECT_NE(end, std::string::npos) << from;
    return text.substr(begin + from.size(), end - begin - from.size());
  };
  write("shop.yaml", between("```yaml\n", "```"));
  const std::string example = between("$ stillpoint ", "```");
  auto arguments = support::split(example.substr(0, example.find('\n')), ' ');
  std::replace(arguments.begin(), arguments.end(), std::string("shop.yaml"), path("shop.yaml"));
  std::replace(arguments.begin(), arguments.end(), std::string("shop.svg"), path("shop.svg"));
  EXPECT_EQ(run(arguments), 1);
  EXPECT_EQ(err_, "");
  EXPECT_EQ(example.substr(example.find('\n') + 1), out_);
  EXPECT_EQ(read(project_root() / "docs" / "rehearsal.svg"), read(path("shop.svg")));
}

/// A policy of the rest of a `spec`.
policy::Policy policy_with(const std::string& spec) {
  const auto read = policy::read_policies(
      "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: p}\nspec:\n"
      "  schedule: {cron: \"@daily\"}\n" +
          spec,
      "p.yaml");
  EXPECT_TRUE(read.errors.empty()) << read.errors.front().to_string();
  return read.policies.at(0);
}

TEST(AssumedCloudTest, HasAServerForEachNameOrIdAndOneWhereThereIsNone) {
  const std::string dataset = "  datasets: [{name: d, volumes: {nameContains: data}}]\n";
  const std::vector<std::pair<std::string, size_t>> selectors{{"{names: [a, b]}", 2},
                                                              {"{ids: [5f0e1d2c-0000-4000-8000-000000000001]}", 1},
                                                              {"{namePattern: \"db-?-*\"}", 1},
                                                              {"{tags: [backup]}", 1},
                                                              {"{metadata: {role: db}, addresses: [192.0.2.7]}", 1}};
  for (const auto& [selector, count] : selectors) {
    const auto policy = policy_with("  servers: " + selector + "\n" + dataset);
    const auto cloud = assume_cloud({policy}, {});
    const auto servers = inventory::select_servers(policy, cloud.observed.servers);
    ASSERT_TRUE(servers) << selector;
    EXPECT_EQ(servers->size(), count) << selector;
    for (const auto& server : *servers) {
      EXPECT_TRUE(inventory::select_volumes(policy.datasets[0], server, cloud.observed.volumes)) << selector;
    }
  }
}

TEST(AssumedCloudTest, HasAVolumeThatEachSelectorFits) {
  for (const std::string selector :
       {"{nameContains: mysql}", "{namePattern: \"db-*\"}", "{nameContains: sql, namePattern: \"db-*-data\"}",
        "{ids: [11111111-1111-4111-8111-111111111111, 22222222-1111-4111-8111-111111111111]}"}) {
    const auto policy =
        policy_with("  servers: {names: [a]}\n  ssh: {user: u}\n  datasets: [{name: d, volumes: " + selector +
                    ", hold: {driver: filesystem}}]\n");
    const auto cloud = assume_cloud({policy}, {});
    const auto volumes =
        inventory::select_volumes(policy.datasets[0], cloud.observed.servers.at(0), cloud.observed.volumes);
    ASSERT_TRUE(volumes) << selector;
    EXPECT_EQ(volumes->size(), policy.datasets[0].volumes.ids.empty() ? 1U : 2U);
    EXPECT_EQ(volumes->front().size_gib, 10);
  }
}

TEST(AssumedCloudTest, APatternMayMeanAServerThatAnotherPolicyNames) {
  const std::string dataset = "  datasets: [{name: d, volumes: {nameContains: data}}]\n";
  const auto cloud = assume_cloud({policy_with("  servers: {namePattern: \"db-*\"}\n" + dataset),
                                   policy_with("  servers: {names: [db-7]}\n" + dataset)},
                                  {});
  ASSERT_EQ(cloud.observed.servers.size(), 1U);
  EXPECT_EQ(cloud.observed.servers[0].name, "db-7");
}

}  // namespace
}  // namespace stillpoint::app
