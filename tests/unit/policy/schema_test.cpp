// The published schema and the reader are two statements of one language. What editors accept by the schema, the reader
// must accept, except for the rules that a schema of draft 7 cannot say.

#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "documents.hpp"
#include "fakes/published_schema.hpp"
#include "policy/reader.hpp"

namespace stillpoint::policy {
namespace {

class SchemaTest : public testing::Test {
 protected:
  /// Empty if the text fits.
  std::string schema_says(const std::string& yaml) { return schema_.objections(json_of(yaml).dump()); }

  static std::string reader_says(const std::string& yaml) {
    std::string said;
    for (const auto& error : read_policies(yaml, "f").errors) {
      said += error.to_string() + "\n";
    }
    return said;
  }

  fakes::PublishedSchema schema_{"backuppolicy.schema.json"};
};

TEST_F(SchemaTest, EverySpecIsGood) {
  int specs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(source_folder() / "specs")) {
    if (entry.path().extension() != ".yaml") {
      continue;
    }
    ++specs;
    const std::string text = slurp(entry.path());
    EXPECT_TRUE(text.starts_with("# yaml-language-server: $schema=../schemas/backuppolicy.schema.json\n"))
        << entry.path();
    EXPECT_EQ(schema_says(text), "") << entry.path();
    EXPECT_EQ(reader_says(text), "") << entry.path();
  }
  EXPECT_GE(specs, 4);
}

TEST_F(SchemaTest, TheSeedIsADozenLines) {
  std::istringstream text(slurp(source_folder() / "specs" / "edx-seed.yaml"));
  int lines = 0;
  for (std::string line; std::getline(text, line);) {
    lines += line.starts_with('#') ? 0 : 1;
  }
  EXPECT_LE(lines, 12);
  const auto policies = read_policy_file((source_folder() / "specs" / "edx-seed.yaml").string()).policies;
  ASSERT_EQ(policies.size(), 1U);
  EXPECT_EQ(policies[0].datasets.at(0).hold.method, Method::StopService);
  EXPECT_EQ(policies[0].datasets.at(1).hold.method, Method::None);
  EXPECT_EQ(policies[0].retention.keep_last, 3);
}

TEST_F(SchemaTest, BothAcceptTheFullPolicy) {
  EXPECT_EQ(schema_says(std::string(kFullPolicy)), "");
  EXPECT_EQ(reader_says(std::string(kFullPolicy)), "");
}

struct Edit {
  std::string_view from;
  std::string_view to;
};

TEST_F(SchemaTest, BothAccept) {
  const Edit edits[] = {
      {"cron: [\"5 1 * * *\", \"0 13 * * sun\"]", "cron: \"@daily\""},
      {"    startingDeadline: 30m\n", ""},
      {"    timeZone: Europe/Zurich\n", ""},
      {"    jitter: 10m\n", ""},
      {", reason: office hours", ""},
      {"18:00:00Z, ", "18:00:00Z, reason: year end, "},
      {"2026-11-24T00:00:00Z", "2026-11-24T00:00:00.25+00:00"},
      {"driver: filesystem", "driver: filesystem, method: filesystem, freeze: true"},
      {"driver: filesystem", "driver: none"},
      {"driver: filesystem", "driver: none, method: none, freeze: false, maxHold: 1m"},
      {"driver: filesystem", "driver: mariadb"},
      {"      hold: {driver: filesystem}\n", ""},
      {"      hold: {driver: filesystem}\n", "      require: crash\n"},
      {"    keyFile: keys/id_ed25519\n    knownHostsFile: ~/.ssh/known_hosts\n", ""},
      {"address: {network: mgmt, version: 4}", "address: {}"},
      {"version: 4", "version: 6"},
      {"192.168.122.112", "\"2001:db8::1\""},
      {"    names: [backend-2, backend-3]\n", ""},
      {"    writer: {addresses: [192.168.122.111], names: [backend-1], metadata: {role: writer}}\n", ""},
      {"writer: {addresses: [192.168.122.111], ", "writer: {"},
      {", names: [backend-1], metadata: {role: writer}", ""},
      {"deletionPolicy: Delete", "deletionPolicy: Retain"},
      {"  deletionPolicy: Delete\n", ""},
      {"  name: edx-backend\n", "  name: edx-backend\n  deletionTimestamp: 2026-11-24T09:00:00Z\n"},
      {"  name: edx-backend\n", "  name: edx-backend\n  annotations: {allowMassDelete: 0274d277d2ab44b8/12}\n"},
      {"  name: edx-backend\n", "  name: edx-backend\n  annotations: {}\n"},
      {"keepLast: 7, floor: 2, within: 48h, daily: 14, weekly: 8, monthly: 12, yearly: 2, weekStart: sunday", ""},
      {"within: 48h", "within: 0"},
      {"daily: 14", "daily: 0, hourly: 48"},
      {"weekStart: sunday", "weekStart: monday"},
      {"hourly: 24, weekly: 0, weekStart: saturday", ""},
      {"hourly: 24", "within: 2w"},
      {"  previousNames: [edx, edx-old]\n", ""},
      {"  orphans: {after: 90d}\n", ""},
      {"suspend: true", "suspend: false"},
      {"cloud: prod", "cloud: \"7\""},
  };
  for (const auto& [from, to] : edits) {
    const std::string text = changed(from, to);
    EXPECT_EQ(schema_says(text), "") << to;
    EXPECT_EQ(reader_says(text), "") << to;
  }
}

TEST_F(SchemaTest, BothRefuse) {
  const Edit edits[] = {
      {"stillpoint.dev/v1alpha1", "stillpoint.dev/v2"},
      {"kind: BackupPolicy", "kind: Pod"},
      {"kind: BackupPolicy\n", ""},
      {"name: edx-backend", "name: Edx"},
      {"name: edx-backend", "labels: {a: b}"},
      {"cloud: prod", "cloud: 7"},
      {"cloud: prod", "cloud:"},
      {"cloud: prod", "cluod: prod"},
      {"deletionPolicy: Delete", "deletionPolicy: delete"},
      {"deletionPolicy: Delete", "deletionPolicy: Orphan"},
      {"  name: edx-backend\n", "  name: edx-backend\n  deletionTimestamp: yesterday\n"},
      {"  name: edx-backend\n", "  name: edx-backend\n  annotations: {a: b}\n"},
      {"  name: edx-backend\n", "  name: edx-backend\n  annotations: {allowMassDelete: 12}\n"},
      {"  name: edx-backend\n", "  name: edx-backend\n  annotations: {allowMassDelete: 0274d277d2ab44b8/0}\n"},
      {"  name: edx-backend\n", "  name: edx-backend\n  annotations: {allowMassDelete: 0274d277d2ab44b8/1000000}\n"},
      {"  name: edx-backend\n", "  name: edx-backend\n  annotations: {allowMassDelete: 0274D277d2ab44b8/12}\n"},
      {"[edx, edx-old]", "[]"},
      {"[edx, edx-old]", "edx"},
      {"[edx, edx-old]", "[Edx]"},
      {"[database]", "[database, database]"},
      {"{after: 90d}", "{}"},
      {"{after: 90d}", "{after: 90}"},
      {"{after: 90d}", "{after: 90d, from: now}"},
      {"within: 48h", "within: 2"},
      {"within: 48h", "within: -1"},
      {"within: 48h", "within: \"0\""},
      {"daily: 14", "daily: -1"},
      {"monthly: 12", "monthly: 10001"},
      {"yearly: 2", "yearly: two"},
      {"yearly: 2", "decadely: 2"},
      {"weekStart: sunday", "weekStart: tuesday"},
      {"hourly: 24", "keepLast: 0"},
      {"hourly: 24", "every: 24"},
      {"keepLast: 7", "keepLast: 0"},
      {"keepLast: 7", "keepLast: 10001"},
      {"keepLast: 7", "keepLast: 7.5"},
      {"floor: 2", "floor: 0"},
      {"port: 2222", "port: 0"},
      {"port: 2222", "port: \"22\""},
      {"port: 2222", "proxyJump: x"},
      {"user: ubuntu", "user: a b"},
      {"version: 4", "version: 5"},
      {"[edx]", "[]"},
      {"[edx]", "[edx, edx]"},
      {"[edx]", "edx"},
      {"{role: backend}", "{role: 1}"},
      {"{role: backend}", "{}"},
      {"0b6e6f0c-6a2e-4c0e-9d59-3f3a3a8b1c01", "backend"},
      {"192.168.122.112", "backend-2"},
      {"[\"5 1 * * *\", \"0 13 * * sun\"]", "[]"},
      {"[\"5 1 * * *\", \"0 13 * * sun\"]", "5"},
      {"    cron: [\"5 1 * * *\", \"0 13 * * sun\"]\n", ""},
      {"startingDeadline: 30m", "startingDeadline: 30"},
      {"jitter: 10m", "jitter: 10"},
      {"jitter: 10m", "every: 10m"},
      {"{cron: \"0 8 * * mon-fri\", duration: 10h, reason: office hours}", "{}"},
      {"{cron: \"0 8 * * mon-fri\", duration: 10h, reason: office hours}", "{reason: x}"},
      {"{cron: \"0 8 * * mon-fri\", duration: 10h, reason: office hours}", "\"0 8 * * mon-fri\""},
      {"cron: \"0 8 * * mon-fri\", ", ""},
      {"duration: 10h, ", ""},
      {"duration: 10h, ", "duration: 10h, from: 2026-12-24T18:00:00Z, "},
      {"from: 2026-12-24T18:00:00Z, ", ""},
      {"from: 2026-12-24T18:00:00Z, ", "from: christmas, "},
      {"reason: office hours", "reason: \"\""},
      {"startingDeadline: 30m", "startingDeadline: half an hour"},
      {"startAt: 2026-11-24T00:00:00Z", "startAt: today"},
      {"suspend: true", "suspend: yes"},
      {"{nameContains: mysql_data}", "{}"},
      {"{nameContains: mysql_data}", "{nameContains: \"\"}"},
      {"{nameContains: mysql_data}", "{nameContain: x}"},
      {"driver: filesystem", "driver: redis"},
      {"driver: filesystem", "driver: mongodb, method: backupMode"},
      {"driver: filesystem", "driver: mongodb, method: journal, lockTimeout: 3s"},
      {"driver: filesystem", "driver: mongodb, socket: /x, defaultsFile: /y"},
      {"driver: filesystem", "driver: mysql, method: backupStage"},
      {"driver: filesystem", "driver: mysql, method: instanceLock, startTimeout: 5s"},
      {"driver: filesystem", "driver: mysql, maxLag: 5s"},
      {"driver: filesystem", "driver: postgresql, defaultsFile: /x"},
      {"driver: filesystem", "driver: filesystem, freeze: false"},
      {"driver: filesystem", "driver: filesystem, method: none"},
      {"driver: filesystem", "driver: filesystem, service: x"},
      {"driver: filesystem", "driver: filesystem, socket: /x"},
      {"driver: filesystem", "driver: mariadb, stopTimeout: 5s"},
      {"driver: filesystem", "driver: mariadb, method: none"},
      {"driver: filesystem", "driver: none, freeze: true"},
      {"driver: filesystem", "freeze: true"},
      {"service: mysql", "service: a;b"},
      {"/etc/mysql/debian.cnf", "etc/mysql"},
      {"/run/mysqld/mysqld.sock", "/run/my sqld.sock"},
      {"require: application", "require: unproven"},
      {"onFailure: downgrade", "onFailure: ignore"},
      {"name: edx-galera\n    ", ""},
      {"writer: {addresses: [192.168.122.111], names: [backend-1], metadata: {role: writer}}", "writer: {}"},
      {"names: [backend-1]", "names: backend-1"},
      {"names: [backend-1]", "tags: [writer]"},
      {"metadata: {role: writer}", "metadata: {role: 1}"},
      {"minHealthyMembers: 2", "minHealthyMembers: 0"},
  };
  for (const auto& [from, to] : edits) {
    const std::string text = changed(from, to);
    EXPECT_NE(schema_says(text), "") << to;
    EXPECT_NE(reader_says(text), "") << to;
  }
}

/// Rules that need arithmetic or two places of the document; the schema's description says that there are such.
TEST_F(SchemaTest, OnlyTheReaderRefuses) {
  const Edit edits[] = {
      {"floor: 2, within: 48h", "floor: 44"}, {"after: 90d", "after: 1h"},
      {"[edx, edx-old]", "[edx-backend]"},    {"[database]", "[mongodb]"},
      {"maxHold: 20s", "maxHold: 20m"},       {"require: application", "require: crash"},
      {"name: mongodb", "name: mysql"},       {"192.168.122.112", "192.168.122.300"},
      {"jitter: 10m", "jitter: 16m"},         {"to: 2027-01", "to: 2026-01"},
      {"duration: 10h", "duration: 10s"},     {"2026-11-24T00", "2026-13-24T00"},
  };
  for (const auto& [from, to] : edits) {
    const std::string text = changed(from, to);
    EXPECT_EQ(schema_says(text), "") << to;
    EXPECT_NE(reader_says(text), "") << to;
  }
}

}  // namespace
}  // namespace stillpoint::policy
