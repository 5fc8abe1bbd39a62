#include "policy/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "documents.hpp"
#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::vector<std::string> lines_of(const std::vector<support::Error>& errors) {
  std::vector<std::string> lines;
  for (const auto& error : errors) {
    EXPECT_EQ(error.kind(), support::ErrorKind::InvalidInput);
    EXPECT_TRUE(error.mark().has_value()) << error.to_string();
    lines.push_back(error.to_string());
  }
  return lines;
}

std::vector<std::string> errors_of(std::string_view text) {
  const auto result = read_policies(text, "p.yaml");
  EXPECT_EQ(result.policies.empty(), !result.errors.empty()) << "a policy with an error must not be used";
  return lines_of(result.errors);
}

Policy read_one(std::string_view text, const std::string& file = "p.yaml") {
  auto result = read_policies(text, file);
  EXPECT_THAT(lines_of(result.errors), ElementsAre());
  EXPECT_EQ(result.policies.size(), 1U);
  return result.policies.empty() ? Policy{} : result.policies[0];
}

constexpr std::string_view kMinimal = R"(apiVersion: stillpoint.dev/v1alpha1
kind: BackupPolicy
metadata: {name: small}
spec:
  servers: {names: [web-1]}
  schedule: {cron: "5 1 * * *"}
  datasets:
    - name: data
      volumes: {nameContains: data}
)";

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

struct Case {
  std::string_view from;
  std::string_view to;
  std::string_view error;  ///< a part of the only error
};

class OneError : public testing::TestWithParam<Case> {};

TEST_P(OneError, IsNamedWithItsPlaceAndWhatWouldBeRight) {
  EXPECT_THAT(errors_of(changed(GetParam().from, GetParam().to)),
              ElementsAre(HasSubstr(std::string(GetParam().error))));
}

const Case kCases[] = {
    // What the document is.
    {"v1alpha1", "v1", "p.yaml:1:13: apiVersion: expected stillpoint.dev/v1alpha1, found \"stillpoint.dev/v1\""},
    {"kind: BackupPolicy", "kind: BackupPlan", "p.yaml:2:7: kind: expected BackupPolicy, found \"BackupPlan\""},
    {"kind: BackupPolicy\n", "", "p.yaml:1:1: kind: is missing: give BackupPolicy"},
    // Names.
    {"name: edx-backend", "name: EDX", "p.yaml:4:9: metadata.name: expected a name of 1 to 63 characters"},
    {"name: edx-backend", "name: -a", "metadata.name: expected a name"},
    {"name: edx-backend", "name: 7",
     "metadata.name: expected a name of 1 to 63 characters of a-z 0-9 -, the first not "
     "-, found the number 7: write it in quotes, \"7\""},
    {"name: edx-backend", "name: a123456789012345678901234567890123456789012345678901234567890123", "metadata.name: "},
    {"name: mongodb", "name: mysql", "p.yaml:46:7: spec.datasets[1]: the name mysql is taken by spec.datasets[0]"},
    {"  - name: mongodb\n      volumes", "  - volumes", "spec.datasets[1].name: is missing: give the dataset a name"},
    // Fields that nobody knows, and those that do not work yet.
    {"cloud:", "clud:", "p.yaml:6:3: spec.clud: unknown field: did you mean cloud?"},
    {"cloud: prod", "keepLast: 7",
     "p.yaml:6:3: spec.keepLast: unknown field: did you mean spec.retention.keepLast or spec.datasets.retention."},
    {"cloud:", "xyzzy:", "spec.xyzzy: unknown field: the fields here are cloud, servers, "},
    {"timeZone:", "every: 5m\n    timeZone:", "spec.schedule.every: is not supported yet"},
    {"port: 2222", "proxyJump: bastion", "spec.ssh.proxyJump: is not supported yet"},
    {"deletionPolicy: Delete", "deletionPolicy: delete",
     "p.yaml:61:19: spec.deletionPolicy: expected one of Retain, Delete, found \"delete\": did you mean Delete?"},
    {"keepLast: 7", "weekley: 7", "p.yaml:56:15: spec.retention.weekley: unknown field: did you mean weekly?"},
    {"driver: filesystem", "driver: redis",
     "spec.datasets[1].hold.driver: \"redis\" is not supported yet: use filesystem, which freezes the volume"},
    {"stopService", "fsyncLock",
     "spec.datasets[0].hold.method: the method fsyncLock does not belong to the driver mariadb: use backupStage or "
     "readLock or stopService"},
    {"driver: filesystem", "driver: mysql, method: backupStage",
     "spec.datasets[1].hold.method: the method backupStage does not belong to the driver mysql: use instanceLock or "
     "readLock or stopService"},
    {"driver: filesystem", "driver: mongodb, socket: /tmp/a.sock, defaultsFile: /etc/stillpoint/mongodb.js",
     "spec.datasets[1].hold.socket: what connects to MongoDB is the file of `defaultsFile`: name the socket in that"},
    {"driver: filesystem", "driver: none, sharedWindow: true",
     "spec.datasets[1].hold.sharedWindow: the driver none holds nothing, so there is nothing to share"},
    {"redis, sharedWindow: true", "redis",
     "spec.datasets[3]: hold.sharedWindow: no other dataset of this policy shares its window: set it in another"},
    {"driver: filesystem", "driver: mysql, maxLag: 5s",
     "spec.datasets[1].hold.maxLag: belongs to the driver mongodb and has no meaning with mysql"},
    {"driver: filesystem", "driver: mongodb, lockTimeout: 3s",
     "spec.datasets[1].hold.lockTimeout: belongs to the method backupStage or readLock or instanceLock or fsyncLock "
     "and has no meaning with journal"},
    {"driver: filesystem", "driver: script",
     "spec.datasets[1].hold: the driver script needs `command`: name the program"},
    {"driver: filesystem", "driver: filesystem, lockTimeout: 3s",
     "spec.datasets[1].hold.lockTimeout: belongs to the method backupStage or readLock or instanceLock or fsyncLock "
     "and has no meaning with filesystem"},
    {"driver: filesystem", "driver: postgresql, method: backupStage",
     "spec.datasets[1].hold.method: the method backupStage does not belong to the driver postgresql: use checkpoint or "
     "backupMode or stopService"},
    // Types.
    {"suspend: true", "suspend: yes",
     "p.yaml:60:12: spec.suspend: expected true or false, found \"yes\": write true, without quotes"},
    {"suspend: true", "suspend: Off", "found \"Off\": write false, without quotes"},
    {"suspend: true", "suspend: 'true'", "spec.suspend: expected true or false, found \"true\": write true, without"},
    {"suspend: true", "suspend:", "spec.suspend: expected true or false, found nothing"},
    {"cloud: prod", "cloud:", "spec.cloud: expected text of 1 to 255 characters on one line, found nothing"},
    {"port: 2222", "port: '22'",
     "spec.ssh.port: expected a whole number from 1 to 65535, found \"22\": write 22, without"},
    {"port: 2222", "port: 65536", "spec.ssh.port: expected a whole number from 1 to 65535, found the number 65536"},
    {"port: 2222", "port: 22.5", "spec.ssh.port: expected a whole number"},
    {"{role: backend}", "{role: 1}",
     "spec.servers.metadata.role: expected text of 1 to 255 characters on one line, "
     "found the number 1: write it in quotes, \"1\""},
    {"{role: backend}", "[backend]", "spec.servers.metadata: expected a mapping"},
    {"[edx]", "edx", "spec.servers.tags: expected a list of 1 to 1000, found \"edx\""},
    {"[edx]", "[]", "spec.servers.tags: expected a list of 1 to 1000, found one of 0"},
    {"[edx]", "[edx, edx]", "spec.servers.tags[1]: \"edx\" stands in this list a second time"},
    {"[edx]", "[edx, {}]", "spec.servers.tags[1]: expected text of 1 to 255 characters on one line, found a mapping"},
    {"startAt: 2026-11-24T00:00:00Z", "startAt: 2026-11-24", "spec.startAt: expected an instant in UTC"},
    {"startAt: 2026-11-24T00:00:00Z", "startAt: 2026-11-24T00:00:00", "spec.startAt: expected an instant in UTC"},
    {"startAt: 2026-11-24T00:00:00Z", "startAt: 2026-13-24T00:00:00Z", "spec.startAt: expected an instant in UTC"},
    {"0b6e6f0c-6a2e-4c0e-9d59-3f3a3a8b1c01", "backend-2", "spec.servers.ids[0]: expected an id such as"},
    {"192.168.122.112", "192.168.122.300", "spec.servers.addresses[0]: expected an IPv4 or IPv6 address"},
    // Selectors.
    {"{nameContains: mysql_data}", "{}", "spec.datasets[0].volumes: selects nothing: give the volumes by one of"},
    {"{nameContains: mysql_data}", "{nameContains: ''}", "spec.datasets[0].volumes.nameContains: expected text"},
    {"      volumes: {nameContains: mysql_data}\n", "", "p.yaml:30:7: spec.datasets[0].volumes: is missing"},
    // Times and numbers.
    {"maxHold: 20s", "maxHold: 20", "spec.datasets[0].hold.maxHold: expected a time from 1s to 10m, such as"},
    {"maxHold: 20s", "maxHold: 20", "found the number 20: give it a unit, such as 20s"},
    {"maxHold: 20s", "maxHold: '9000'", "found \"9000\": give it a unit"},
    {"maxHold: 20s", "maxHold: 1m30s", "found \"1m30s\": give one number and one unit, such as 90m"},
    {"maxHold: 20s", "maxHold: 500ms", "hold.maxHold: expected a time from 1s to 10m"},
    {"maxHold: 20s", "maxHold: 11m", "hold.maxHold: expected a time from 1s to 10m"},
    {"keepLast: 7", "keepLast: 0", "spec.retention.keepLast: expected a whole number from 1 to 10000"},
    {"keepLast: 7", "keepLast: 10001", "spec.retention.keepLast: expected a whole number from 1 to 10000"},
    {"within: 48h", "within: 2", "spec.retention.within: expected a time from 1s to 3650d, such as"},
    {"daily: 14", "daily: -1", "spec.retention.daily: expected a whole number from 0 to 10000, found the number -1"},
    {"weekStart: sunday", "weekStart: tuesday",
     "spec.retention.weekStart: expected one of monday, sunday, saturday, found \"tuesday\""},
    {"hourly: 24", "keepLast: 0", "spec.datasets[0].retention.keepLast: expected a whole number from 1 to 10000"},
    {"floor: 2, within: 48h", "floor: 44", "p.yaml:56:35: spec.retention.floor: the floor 44 is above the 43 points"},
    {"hourly: 24", "floor: 66, within: 0",
     "spec.datasets[0].retention.floor: the floor 66 is above the 35 points that the rules keep: use at most 35"},
    {"orphans: {after: 90d}", "orphans: {}", "spec.orphans.after: is missing: give how long after its newest point"},
    {"after: 90d", "after: 1h", "spec.orphans.after: expected a time from 1d to 3650d"},
    {"[edx, edx-old]", "[edx, edx-backend]",
     "p.yaml:57:18: spec.previousNames: the name edx-backend is the present one: list only names that were given up"},
    {"[database]", "[mysql]", "spec.datasets[0].previousNames: the name mysql is the present one"},
    {"[database]", "[mongodb]",
     "spec.datasets[0]: its previous name mongodb is taken by spec.datasets[1]: remove it here: points belong to one "
     "dataset"},
    {"[edx, edx-old]", "[Edx]", "spec.previousNames[0]: expected a name of 1 to 63 characters"},
    {"floor: 2", "floor: 0", "spec.retention.floor: expected a whole number from 1 to 10000"},
    {"version: 4", "version: 5", "spec.ssh.address.version: there is no IP version 5: use 4 or 6"},
    // The schedule.
    {"jitter: 10m", "jitter: 500ms", "p.yaml:25:13: spec.schedule.jitter: expected a time from 1s to 12h"},
    {"jitter: 10m", "jitter: 16m",
     "spec.schedule.jitter: is longer than half of startingDeadline (30m): use at most 15m, or set startingDeadline to "
     "32m"},
    {"    startingDeadline: 30m\n    jitter: 10m", "    jitter: 31m",
     "is longer than half of startingDeadline (1h by default): use at most 30m, or set startingDeadline to 62m"},
    {"duration: 10h", "duration: 30s", "spec.schedule.blackouts[0].duration: expected a time from 1m to 28d"},
    {"duration: 10h", "duration: 10h, to: 2027-01-02T00:00:00Z",
     "p.yaml:27:9: spec.schedule.blackouts[0]: give either from and to, for a time that comes once, or cron and "
     "duration"},
    {"cron: \"0 8 * * mon-fri\", ", "", "spec.schedule.blackouts[0].cron: is missing: give when it begins"},
    {"cron: \"0 8 * * mon-fri\", duration: 10h, ", "", "spec.schedule.blackouts[0]: give either from and to"},
    {"to: 2027-01-02T06:00:00Z", "to: 2026-01-02T06:00:00Z",
     "p.yaml:28:42: spec.schedule.blackouts[1].to: ends before it begins: give an instant after 2026-12-24T18:00:00Z"},
    {"from: 2026-12-24T18:00:00Z, ", "", "spec.schedule.blackouts[1].from: is missing: give when it begins"},
    {"reason: office hours", "why: office hours", "spec.schedule.blackouts[0].why: unknown field"},
    // What goes to a server.
    {"user: ubuntu", "user: a;b", "spec.ssh.user: expected a login"},
    {"user: ubuntu", "user: -oProxyCommand", "spec.ssh.user: expected a login"},
    {"service: mysql", "service: 'a b'", "hold.service: expected the name of a service"},
    {"service: mysql", "service: $(reboot)", "hold.service: expected the name of a service"},
    {"service: mysql", "service: --help", "hold.service: expected the name of a service"},
    {"socket: /run", "socket: run", "hold.socket: expected an absolute path"},
    {"/etc/mysql/debian.cnf", "\"/etc/a'b\"", "hold.defaultsFile: expected an absolute path"},
    {"/etc/mysql/debian.cnf", "\"/etc/a\\nb\"", "hold.defaultsFile: expected an absolute path"},
    // Rules between fields.
    {"method: stopService", "method: filesystem",
     "spec.datasets[0].hold.method: the method filesystem does not belong"},
    {"driver: filesystem", "driver: filesystem, method: backupStage", "use filesystem"},
    {"driver: filesystem", "driver: filesystem, freeze: false",
     "spec.datasets[1].hold.freeze: the driver filesystem is"},
    {"driver: filesystem", "driver: none, freeze: true", "spec.datasets[1].hold.freeze: the driver none holds nothing"},
    {"driver: filesystem", "driver: filesystem, service: x", "hold.service: belongs to the method stopService"},
    {"driver: filesystem", "driver: filesystem, socket: /x", "hold.socket: belongs to the driver mariadb"},
    {"driver: filesystem", "method: filesystem", "spec.datasets[1].hold.driver: is missing"},
    {"driver: filesystem", "driver: filesystm", "found \"filesystm\": did you mean filesystem?"},
    {"hold: {driver: filesystem}", "require: filesystem",
     "spec.datasets[1].require: filesystem is a level that the method none cannot prove: require crash, or use a"},
    {"hold: {driver: filesystem}", "hold: {driver: filesystem}\n      require: application", "cannot prove"},
    {"hold: {driver: filesystem}", "onFailure: downgrade",
     "spec.datasets[1].onFailure: nothing is below the level crash"},
    {"require: application", "require: crash", "spec.datasets[0].onFailure: nothing is below"},
    {"require: application", "require: unproven", "spec.datasets[0].require: expected one of"},
    {"name: edx-galera\n    ", "", "spec.cluster.name: is missing"},
    {"writer: {addresses: [192.168.122.111], names: [backend-1], metadata: {role: writer}}", "writer: {}",
     "spec.cluster.writer: selects nothing: give the writer by one of names, metadata, addresses"},
};
INSTANTIATE_TEST_SUITE_P(Language, OneError, testing::ValuesIn(kCases));

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

TEST(CheckTogether, PoliciesMustDifferInName) {
  EXPECT_THAT(lines_of(check_together({named("a", "x"), named("b", "y"), named("a", "z", "q.yaml")})),
              ElementsAre("q.yaml:3:18: metadata.name: the name a is taken by the policy at p.yaml:3: choose another"));
}

TEST(CheckTogether, PoliciesMustNotClaimTheSameVolumes) {
  EXPECT_THAT(
      lines_of(check_together({named("a"), named("b")})),
      ElementsAre(HasSubstr("p.yaml:8:7: spec.datasets[0]: selects the same servers and volumes as the policy a")));
  auto elsewhere = named("b");
  elsewhere.cloud = "other";
  EXPECT_TRUE(check_together({named("a"), elsewhere}).empty());
  EXPECT_TRUE(check_together({}).empty());
}

TEST(CheckTogether, WhatIsLeftOfADeletedPolicyKeepsItsNameAndNotItsVolumes) {
  auto deleted = named("a");
  deleted.deleted_at = support::parse_utc("2026-11-24T09:00:00Z");
  EXPECT_TRUE(check_together({deleted, named("b")}).empty());
  EXPECT_TRUE(check_together({named("b"), deleted}).empty());
  EXPECT_EQ(check_together({deleted, named("a", "x")}).size(), 1U);
}

TEST(CheckTogether, ANameThatIsInUseHasNotBeenGivenUp) {
  auto renamed = named("b", "y");
  renamed.previous_names = {"z", "a"};
  EXPECT_THAT(lines_of(check_together({named("a", "x"), renamed})),
              ElementsAre("p.yaml:3:18: spec.previousNames: the name a has not been given up: the policy at p.yaml:3 "
                          "has it"));
}

TEST(CheckTogether, TheOrderOfAListDoesNotMatter) {
  auto first = named("a");
  auto second = named("b");
  first.servers.names = {"x", "y"};
  second.servers.names = {"y", "x"};
  EXPECT_EQ(check_together({first, second}).size(), 1U);
}

TEST(Levels, EachMethodProvesWhatTheHoldSays) {
  EXPECT_EQ(highest_level(Method::None), Consistency::Crash);
  EXPECT_EQ(highest_level(Method::Filesystem), Consistency::Filesystem);
  EXPECT_EQ(highest_level(Method::BackupStage), Consistency::Application);
  EXPECT_EQ(highest_level(Method::StopService), Consistency::Application);
  EXPECT_EQ(highest_level(Method::FsyncLock), Consistency::Application);
  for (const auto method : {Method::InstanceLock, Method::Checkpoint, Method::BackupMode, Method::Journal}) {
    EXPECT_EQ(highest_level(method), Consistency::Crash) << to_string(method);
  }
}

TEST(Levels, WordsAreReadBack) {
  for (const auto level :
       {Consistency::Unproven, Consistency::Crash, Consistency::Filesystem, Consistency::Application}) {
    EXPECT_EQ(parse_consistency(to_string(level)), level);
  }
  EXPECT_EQ(parse_consistency("perfect"), std::nullopt);
}

}  // namespace
}  // namespace stillpoint::policy
