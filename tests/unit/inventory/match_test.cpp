#include "inventory/match.hpp"

#include <gtest/gtest.h>

#include "fakes/objects.hpp"

namespace stillpoint::inventory {
namespace {

TEST(Match, TwoServersOfOneExactNameAreRefused) {
  const auto selected = select_servers(
      fakes::policy(), {fakes::server(), fakes::server("backend-2", cloud::ServerId("other")), fakes::server("x")});
  ASSERT_FALSE(selected);
  EXPECT_NE(selected.error().message().find("spec.servers.ids"), std::string::npos);
}

TEST(Match, EveryGivenFieldOfASelectorMustMatch) {
  auto policy = fakes::policy();
  policy.servers.metadata = {{"role", "db"}};
  EXPECT_FALSE(select_servers(policy, {fakes::server()}));
  auto server = fakes::server();
  server.metadata["role"] = "db";
  EXPECT_TRUE(select_servers(policy, {server}));
}

TEST(Match, VolumesOfOtherServersAreNotLookedAt) {
  const auto dataset = fakes::policy().datasets[0];
  const auto none = select_volumes(
      dataset, fakes::server(),
      {fakes::volume("v1", "mysql_data", cloud::ServerId("other")), fakes::volume("v2", "mongodb_data")});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("attached are: 'mongodb_data'"), std::string::npos) << none.error().message();
}

TEST(Match, AVolumeOfTwoServersIsRefused) {
  auto shared = fakes::volume("v1", "mysql_data");
  shared.attachments.push_back({cloud::ServerId("other"), "/dev/vdc"});
  EXPECT_FALSE(select_volumes(fakes::policy().datasets[0], fakes::server(), {shared}));
}

TEST(Match, AddressOfTheNamedNetworkAndFloatingFirst) {
  auto server = fakes::server();
  server.addresses = {{"data", "198.51.100.1", 4, "fixed"},
                      {"mgmt", "192.0.2.1", 4, "fixed"},
                      {"mgmt", "203.0.113.1", 4, "floating"},
                      {"mgmt", "2001:db8::1", 6, "fixed"}};
  policy::SshSettings ssh;
  EXPECT_EQ(*select_address(ssh, server), "203.0.113.1");
  ssh.network = "data";
  EXPECT_EQ(*select_address(ssh, server), "198.51.100.1");
  ssh.network = "none";
  EXPECT_FALSE(select_address(ssh, server));
}

TEST(Match, TheWriterIsWhatEveryGivenFieldSays) {
  policy::ClusterSettings cluster;
  auto server = fakes::server();
  server.metadata["role"] = "writer";
  EXPECT_FALSE(is_writer(cluster, server)) << "of a writer that is not told nothing follows";
  EXPECT_FALSE(knows_writer(cluster, {server}));
  cluster.writer.metadata = {{"role", "writer"}};
  EXPECT_TRUE(is_writer(cluster, server));
  cluster.writer.names = {"backend-1", "backend-2"};
  EXPECT_TRUE(is_writer(cluster, server));
  cluster.writer.addresses = {"192.0.2.99"};
  EXPECT_FALSE(is_writer(cluster, server));
  cluster.writer.addresses.emplace_back("192.0.2.12");
  EXPECT_TRUE(knows_writer(cluster, {server}));
}

TEST(Match, Globs) {
  EXPECT_TRUE(glob_matches("backend-*", "backend-12"));
  EXPECT_TRUE(glob_matches("*_data_?", "mysql_data_1"));
  EXPECT_FALSE(glob_matches("backend-?", "backend-12"));
  EXPECT_TRUE(glob_matches("*", ""));
  EXPECT_FALSE(glob_matches("", "x"));
  EXPECT_FALSE(glob_matches(std::string(50, '*') + "b", std::string(5000, 'a')));
}

}  // namespace
}  // namespace stillpoint::inventory
