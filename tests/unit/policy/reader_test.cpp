#include "policy/reader.hpp"

#include <filesystem>
#include <fstream>

#include "documents.hpp"
#include "reading.hpp"

namespace stillpoint::policy {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(PolicyReader, FillsInSafeDefaults) {
  const auto policy = read_one(kMinimal);
  EXPECT_EQ(policy.name, "small");
  EXPECT_EQ(policy.mark.line, 3);
  EXPECT_EQ(policy.mark.column, 18);
  EXPECT_EQ(policy.cloud, "");
  EXPECT_FALSE(policy.has_ssh);
  EXPECT_THAT(policy.schedule.cron, ElementsAre("5 1 * * *"));
  EXPECT_EQ(policy.schedule.cron_marks.at(0).value.column, 20);
  EXPECT_EQ(policy.schedule.cron_marks.at(0).text_column, 21);
  EXPECT_EQ(policy.schedule.time_zone, "UTC");
  EXPECT_FALSE(policy.schedule.starting_deadline.has_value());
  EXPECT_EQ(policy.datasets.at(0).hold.driver, Driver::None);
  EXPECT_FALSE(policy.datasets[0].hold.freeze);
  EXPECT_EQ(policy.datasets[0].require, Consistency::Crash);
  EXPECT_EQ(policy.datasets[0].on_failure, OnFailure::Fail);
  EXPECT_EQ(policy.cluster.name, "");
  EXPECT_FALSE(policy.cluster.allow_writer);
  EXPECT_EQ(policy.retention.keep_last, 3);
  EXPECT_EQ(policy.retention.floor, 1);
  EXPECT_FALSE(policy.suspend);
  EXPECT_EQ(policy.deletion_policy, DeletionPolicy::Retain);
  EXPECT_FALSE(policy.is_tombstone());
}

TEST(PolicyReader, ReadsEveryField) {
  const auto policy = read_one(kFullPolicy, "conf/p.yaml");
  EXPECT_EQ(policy.cloud, "prod");
  EXPECT_THAT(policy.servers.names, ElementsAre("backend-2", "backend-3"));
  EXPECT_EQ(policy.servers.name_pattern, "backend-?");
  EXPECT_THAT(policy.servers.ids, ElementsAre("0b6e6f0c-6a2e-4c0e-9d59-3f3a3a8b1c01"));
  EXPECT_THAT(policy.servers.metadata, ElementsAre(Pair("role", "backend")));
  EXPECT_THAT(policy.servers.tags, ElementsAre("edx"));
  EXPECT_THAT(policy.servers.addresses, ElementsAre("192.168.122.112"));
  EXPECT_TRUE(policy.has_ssh);
  EXPECT_EQ(policy.ssh.user, "ubuntu");
  EXPECT_EQ(policy.ssh.port, 2222);
  EXPECT_EQ(policy.ssh.network, "mgmt");
  EXPECT_EQ(policy.ssh.ip_version, 4);
  EXPECT_EQ(policy.ssh.helper, HelperPlacement::Installed);
  EXPECT_THAT(policy.schedule.cron, ElementsAre("5 1 * * *", "0 13 * * sun"));
  EXPECT_EQ(policy.schedule.cron_marks.at(1).value.column, 25);
  EXPECT_EQ(policy.schedule.time_zone, "Europe/Zurich");
  EXPECT_EQ(policy.schedule.time_zone_mark->line, 23);
  EXPECT_EQ(policy.schedule.starting_deadline, std::optional<std::chrono::milliseconds>(30min));
  EXPECT_EQ(policy.schedule.jitter, 10min);
  ASSERT_EQ(policy.schedule.blackouts.size(), 2U);
  EXPECT_EQ(policy.schedule.blackouts[0].cron, "0 8 * * mon-fri");
  EXPECT_EQ(policy.schedule.blackouts[0].cron_mark.at(3).column, 19);
  EXPECT_EQ(policy.schedule.blackouts[0].duration, 10h);
  EXPECT_EQ(policy.schedule.blackouts[0].reason, "office hours");
  EXPECT_EQ(policy.schedule.blackouts[1].cron, "");
  EXPECT_EQ(support::format_utc(policy.schedule.blackouts[1].from), "2026-12-24T18:00:00Z");
  EXPECT_EQ(support::format_utc(policy.schedule.blackouts[1].to), "2027-01-02T06:00:00Z");
  EXPECT_THAT(policy.cluster.writer.addresses, ElementsAre("192.168.122.111"));
  EXPECT_EQ(policy.cluster.name, "edx-galera");
  EXPECT_EQ(policy.cluster.min_healthy_members, 2);
  EXPECT_TRUE(policy.cluster.allow_writer);
  EXPECT_EQ(policy.retention.keep_last, 7);
  EXPECT_EQ(policy.retention.floor, 2);
  EXPECT_EQ(policy.retention.within, 48h);
  EXPECT_EQ(policy.retention.hourly, 0);
  EXPECT_EQ(policy.retention.daily, 14);
  EXPECT_EQ(policy.retention.weekly, 8);
  EXPECT_EQ(policy.retention.monthly, 12);
  EXPECT_EQ(policy.retention.yearly, 2);
  EXPECT_EQ(policy.retention.week_start, WeekStart::Sunday);
  EXPECT_THAT(policy.previous_names, ElementsAre("edx", "edx-old"));
  EXPECT_EQ(policy.orphans_after, std::optional<std::chrono::milliseconds>(24h * 90));
  EXPECT_EQ(policy.start_at, support::parse_utc("2026-11-24T00:00:00Z"));
  EXPECT_TRUE(policy.suspend);
  EXPECT_EQ(policy.deletion_policy, DeletionPolicy::Delete);
  EXPECT_THAT(policy.cluster.writer.names, ElementsAre("backend-1"));
  EXPECT_THAT(policy.cluster.writer.metadata, ElementsAre(Pair("role", "writer")));
}

TEST(PolicyReader, ADeletionTimestampMakesATombstone) {
  EXPECT_FALSE(read_one(kFullPolicy).is_tombstone());
  const auto deleted = read_one(every_field());
  EXPECT_TRUE(deleted.is_tombstone());
  EXPECT_EQ(deleted.deleted_at, support::parse_utc("2026-11-24T09:00:00Z"));
}

TEST(PolicyReader, ReadsDatasets) {
  const auto policy = read_one(kFullPolicy);
  ASSERT_EQ(policy.datasets.size(), 4U);
  const auto& mysql = policy.datasets[0];
  EXPECT_EQ(mysql.name, "mysql");
  EXPECT_EQ(mysql.volumes.name_contains, "mysql_data");
  EXPECT_EQ(mysql.hold.driver, Driver::Mariadb);
  EXPECT_EQ(mysql.hold.method, Method::StopService);
  EXPECT_TRUE(mysql.hold.freeze);
  EXPECT_EQ(mysql.hold.max_hold, 20s);
  EXPECT_EQ(mysql.hold.service, "mysql");
  EXPECT_EQ(mysql.hold.stop_timeout, 90s);
  EXPECT_EQ(mysql.hold.start_timeout, 2min);
  EXPECT_EQ(mysql.hold.defaults_file, "/etc/mysql/debian.cnf");
  EXPECT_EQ(mysql.hold.socket, "/run/mysqld/mysqld.sock");
  EXPECT_EQ(mysql.require, Consistency::Application);
  EXPECT_EQ(mysql.on_failure, OnFailure::Downgrade);
  const auto& mongodb = policy.datasets[1];
  EXPECT_EQ(mongodb.volumes.name_pattern, "mongodb_*");
  EXPECT_EQ(mongodb.hold.driver, Driver::Filesystem);
  EXPECT_EQ(mongodb.hold.method, Method::Filesystem);
  EXPECT_TRUE(mongodb.hold.freeze) << "a freeze is what this driver is";
  EXPECT_EQ(mongodb.require, Consistency::Filesystem);
  const auto& redis = policy.datasets[2].hold;
  EXPECT_EQ(redis.driver, Driver::Script);
  EXPECT_EQ(redis.method, Method::Script);
  EXPECT_EQ(redis.command, "/usr/local/lib/stillpoint/redis");
  const auto& old = policy.datasets[3].hold;
  EXPECT_EQ(old.driver, Driver::Mongodb);
  EXPECT_EQ(old.method, Method::FsyncLock);
  EXPECT_EQ(old.lock_timeout, 3s);
  EXPECT_EQ(old.max_lag, 1min);
}

TEST(PolicyReader, ADatasetsRetentionGoesOverThePolicysFieldByField) {
  const auto policy = read_one(kFullPolicy);
  EXPECT_THAT(policy.datasets[0].previous_names, ElementsAre("database"));
  auto expected = policy.retention;
  expected.hourly = 24;
  expected.weekly = 0;
  expected.week_start = WeekStart::Saturday;
  EXPECT_EQ(policy.retention_of(policy.datasets[0]), expected);
  EXPECT_FALSE(policy.datasets[1].retention);
  EXPECT_EQ(policy.retention_of(policy.datasets[1]), policy.retention);
  const auto unset = read_one(changed("weekly: 0", "within: 0"));
  EXPECT_EQ(unset.datasets[0].retention->within, 0s);
  EXPECT_EQ(unset.datasets[0].retention->weekly, 8);
}

TEST(PolicyReader, MariadbHoldsByBackupStageUnlessToldOtherwise) {
  const auto policy = read_one(changed(R"(
        method: stopService
        freeze: true
        maxHold: 20s
        service: mysql
        stopTimeout: 90s
        startTimeout: 2m)",
                                       ""));
  EXPECT_EQ(policy.datasets[0].hold.method, Method::BackupStage);
  EXPECT_FALSE(policy.datasets[0].hold.freeze);
}

TEST(PolicyReader, PathsAreRelativeToThePolicysFolder) {
  EXPECT_EQ(read_one(kFullPolicy, "conf/p.yaml").ssh.key_file, "conf/keys/id_ed25519");
  EXPECT_EQ(read_one(kFullPolicy, "p.yaml").ssh.key_file, "keys/id_ed25519");
  EXPECT_EQ(read_one(changed("keys/id", "../id"), "/etc/s/p.yaml").ssh.key_file, "/etc/id_ed25519");
  EXPECT_EQ(read_one(changed("keys/id", "/k/id"), "/etc/s/p.yaml").ssh.key_file, "/k/id_ed25519");
  EXPECT_EQ(read_one(kFullPolicy, "/etc/s/p.yaml").ssh.known_hosts_file, "~/.ssh/known_hosts");
}

TEST(PolicyReader, AllErrorsAreReportedInTheOrderOfTheFile) {
  EXPECT_THAT(errors_of("kind: BackupPolicy\n"
                        "apiVersion: stillpoint.dev/v1alpha1\n"
                        "metadata: {nam: x}\n"
                        "spec:\n"
                        "  servers: {}\n"
                        "  schedule: {timeZone: 3}\n"
                        "  datasets: []\n"
                        "  retention: {keepLast: many}\n"),
              ElementsAre(HasSubstr("p.yaml:3:12: metadata.nam: unknown field: did you mean name?"),
                          HasSubstr("p.yaml:5:12: spec.servers: selects nothing"),
                          HasSubstr("p.yaml:6:13: spec.schedule.cron: is missing"),
                          HasSubstr("p.yaml:6:24: spec.schedule.timeZone: expected text"),
                          HasSubstr("p.yaml:7:13: spec.datasets: expected a list of 1 to 64"),
                          HasSubstr("p.yaml:8:25: spec.retention.keepLast: expected a whole number")));
}

TEST(PolicyReader, HoldingNeedsSsh) {
  std::string text(kMinimal);
  text += "      hold: {driver: mariadb}\n";
  EXPECT_THAT(errors_of(text), ElementsAre("p.yaml:10:13: spec.datasets[0].hold: the driver mariadb works on the "
                                           "server: give spec.ssh, how to log in there"));
}

TEST(PolicyReader, TwoDatasetsCannotClaimTheSameVolumes) {
  std::string text(kMinimal);
  text += "    - name: again\n      volumes: {nameContains: data}\n";
  EXPECT_THAT(errors_of(text),
              ElementsAre(HasSubstr("spec.datasets[1]: selects the same volumes as spec.datasets[0]")));
}

TEST(PolicyReader, GoodDocumentsOfAFileAreUsedBesideBadOnes) {
  const std::string bad = changed("kind: BackupPolicy", "kind: Other");
  const auto result =
      read_policies(std::string(kMinimal) + "---\n" + bad + "---\n" + std::string(kFullPolicy), "p.yaml");
  ASSERT_EQ(result.policies.size(), 2U);
  EXPECT_EQ(result.policies[0].name, "small");
  EXPECT_EQ(result.policies[1].name, "edx-backend");
  EXPECT_EQ(result.policies[1].mark.line, 3 + 9 + 1 + 61 + 2);
  EXPECT_EQ(result.errors.size(), 1U);
}

TEST(PolicyReader, ADocumentWithAnAliasIsNotUsed) {
  const auto result =
      read_policies(changed("cloud: prod", "cloud: &c prod") + "---\n" + std::string(kMinimal), "p.yaml");
  ASSERT_EQ(result.policies.size(), 1U);
  EXPECT_EQ(result.policies[0].name, "small");
}

TEST(PolicyReader, AnEmptyFileIsAnErrorAndAnEmptyDocumentIsNot) {
  EXPECT_THAT(errors_of(""), ElementsAre(HasSubstr("p.yaml: no policy in this file")));
  EXPECT_THAT(errors_of("# nothing\n---\n"), ElementsAre(HasSubstr("no policy in this file")));
  EXPECT_EQ(read_one(std::string(kMinimal) + "---\n").name, "small");
  EXPECT_THAT(errors_of("[1, 2]\n"), ElementsAre(HasSubstr("p.yaml:1:1: expected a mapping of fields, found a list")));
}

TEST(PolicyReader, AFloodOfErrorsIsCutShort) {
  std::string text(kMinimal);
  for (int i = 0; i < 1000; ++i) {
    text += "  no" + std::to_string(i) + ": 1\n";
  }
  const auto errors = errors_of(text);
  ASSERT_EQ(errors.size(), 101U);
  EXPECT_THAT(errors.back(), HasSubstr("and 900 more errors"));
}

TEST(PolicyReader, ReadsAFile) {
  const auto path = std::filesystem::path(testing::TempDir()) / "stillpoint-reader-test.yaml";
  std::ofstream(path) << kMinimal;
  const auto result = read_policy_file(path.string());
  std::filesystem::remove(path);
  ASSERT_EQ(result.policies.size(), 1U);
  EXPECT_EQ(result.policies[0].mark.file, path.string());
}

Policy named(std::string_view name, std::string_view volume = "data", const std::string& file = "p.yaml") {
  std::string text(kMinimal);
  text.replace(text.find("small"), 5, name);
  text.replace(text.find("nameContains: data") + 14, 4, volume);
  return read_one(text, file);
}

}  // namespace
}  // namespace stillpoint::policy
