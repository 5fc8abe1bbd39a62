// One thing wrong with a good policy: what is said of it, and where.

#include "documents.hpp"
#include "reading.hpp"

namespace stillpoint::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

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
    {"suspend: true", "suspend: yes", "p.yaml:60:12: spec.suspend: expected true or false, found \"yes\": write true"},
    {"suspend: true", "suspend: Off", "found \"Off\": write false"},
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
    {"[edx]", "edx", "spec.servers.tags: expected a list of 1 to 1000 entries, found \"edx\": write [\"edx\"]"},
    {"[edx]", "[]", "spec.servers.tags: expected a list of 1 to 1000 entries, found one of 0"},
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
    {"maxHold: 20s", "maxHold: 20",
     "spec.datasets[0].hold.maxHold: expected a time from 1s to 10m, found the number 20: give"},
    {"maxHold: 20s", "maxHold: 20", "found the number 20: give it a unit, such as 20s"},
    {"maxHold: 20s", "maxHold: '9000'", "found \"9000\": give it a unit"},
    {"maxHold: 20s", "maxHold: 1m30s", "found \"1m30s\": give one number and one unit, such as 90m"},
    {"maxHold: 20s", "maxHold: soon", "found \"soon\": write a number and its unit: ms, s, m, h, d or w"},
    {"maxHold: 20s", "maxHold: 500ms", "hold.maxHold: expected a time from 1s to 10m"},
    {"maxHold: 20s", "maxHold: 11m", "hold.maxHold: expected a time from 1s to 10m"},
    {"keepLast: 7", "keepLast: 0", "spec.retention.keepLast: expected a whole number from 1 to 10000"},
    {"keepLast: 7", "keepLast: 10001", "spec.retention.keepLast: expected a whole number from 1 to 10000"},
    {"within: 48h", "within: 2", "spec.retention.within: expected a time from 1s to 3650d, found the number 2: give"},
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

}  // namespace
}  // namespace stillpoint::policy
