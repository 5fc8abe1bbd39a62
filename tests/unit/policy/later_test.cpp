// What the language has and this version does not act on is refused by name, with what to do instead.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "documents.hpp"
#include "policy/reader.hpp"

namespace stillpoint::policy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct Unsupported {
  std::string_view from;
  std::string_view to;
  std::string_view path;  ///< with what is said of it
};

class NotSupportedYet : public testing::TestWithParam<Unsupported> {};

TEST_P(NotSupportedYet, IsRefusedByNameWithWhatToDo) {
  std::vector<std::string> errors;
  for (const auto& error : read_policies(changed(GetParam().from, GetParam().to), "f").errors) {
    EXPECT_EQ(error.context().size(), 1U);
    EXPECT_THAT(error.message(), testing::EndsWith("is not supported yet"));
    EXPECT_GT(error.remedy().size(), 8U);
    errors.push_back(error.to_string());
  }
  EXPECT_THAT(errors, ElementsAre(HasSubstr(std::string(GetParam().path))));
}

const Unsupported kUnsupported[] = {
    {"  name: edx-backend", "  name: edx-backend\n  labels: {a: b}", "metadata.labels: is"},
    {"  name: edx-backend", "  name: edx-backend\n  namespace: x", "metadata.namespace: is"},
    {"kind: BackupPolicy", "kind: BackupPolicy\nstatus: {}", ": status: is not supported yet: remove it"},
    {"tags: [edx]", "exclude: {}", "spec.servers.exclude: is not supported yet: select the others by"},
    {"tags: [edx]", "project: x", "spec.servers.project: is not supported yet: one policy works in one project"},
    {"tags: [edx]", "availabilityZone: nova", "spec.servers.availabilityZone: is"},
    {"port: 2222", "proxyJump: bastion", "spec.ssh.proxyJump: is not supported yet: run Stillpoint where the servers"},
    {"port: 2222", "certificateFile: x",
     "spec.ssh.certificateFile: is not supported yet: use keyFile, or the SSH agent"},
    {"port: 2222", "agent: true", "spec.ssh.agent: is not supported yet: leave keyFile out"},
    {"port: 2222", "connectTimeout: 5s", "spec.ssh.connectTimeout: is"},
    {"version: 4", "floating: true", "spec.ssh.address.floating: is"},
    {"version: 4", "host: x", "spec.ssh.address.host: is"},
    {"jitter: 10m", "every: 5m", "spec.schedule.every: is not supported yet: write it as cron, such as \"*/15"},
    {"{nameContains: mysql_data}", "{nameContains: mysql_data, metadata: {a: b}}", "volumes.metadata: is"},
    {"{nameContains: mysql_data}", "{nameContains: mysql_data, type: ssd}", "volumes.type: is"},
    {"{nameContains: mysql_data}", "{nameContains: mysql_data, devices: [vdb]}", "volumes.devices: is"},
    {"driver: filesystem", "driver: redis", "hold.driver: \"redis\" is"},
    {"driver: filesystem", "driver: filesystem, devices: [vdb]", "hold.devices: is"},
    {"driver: filesystem", "driver: filesystem, resyncTimeout: 5s", "hold.resyncTimeout: is"},
    {"driver: filesystem", "driver: filesystem, verify: true",
     "hold.verify: is not supported yet: remove it: a hold is"},
    {"driver: filesystem", "driver: filesystem, stopCommand: x",
     "hold.stopCommand: is not supported yet: name the unit"},
    {"driver: filesystem", "driver: filesystem, startCommand: x", "hold.startCommand: is"},
    {"driver: filesystem", "driver: filesystem, statusCommand: x", "hold.statusCommand: is"},
    {"driver: filesystem", "driver: filesystem, longQuery: 5s", "hold.longQuery: is"},
    {"driver: filesystem", "driver: filesystem, user: x", "hold.user: is"},
    {"driver: filesystem", "driver: filesystem, host: x", "hold.host: is"},
    {"driver: filesystem", "driver: filesystem, port: 1", "hold.port: is"},
    {"    - name: mongodb", "    - name: mongodb\n      schedule: {}", "spec.datasets[1].schedule: is"},
    {"    - name: mongodb", "    - name: mongodb\n      cluster: {}", "spec.datasets[1].cluster: is"},
    {"    - name: mongodb", "    - name: mongodb\n      optional: true", "spec.datasets[1].optional: is"},
    {"minHealthyMembers: 2", "maxHeldMembers: 2", "spec.cluster.maxHeldMembers: is not supported yet: remove it: one"},
    {"names: [backend-1]", "tags: [writer]",
     "spec.cluster.writer.tags: is not supported yet: use metadata or addresses"},
};
INSTANTIATE_TEST_SUITE_P(Language, NotSupportedYet, testing::ValuesIn(kUnsupported));

}  // namespace
}  // namespace stillpoint::policy
