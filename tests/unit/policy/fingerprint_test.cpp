#include "policy/fingerprint.hpp"

#include <gtest/gtest.h>

#include <set>

#include "policy/reader.hpp"
#include "unit/policy/documents.hpp"

namespace stillpoint::policy {
namespace {

std::string fingerprint_of(const std::string& document, size_t dataset = 0) {
  const auto read = read_policies(document, "p.yaml");
  EXPECT_TRUE(read.errors.empty()) << document;
  return read.policies.empty() ? "" : fingerprint(read.policies.at(0), read.policies.at(0).datasets.at(dataset));
}

TEST(Fingerprint, EverythingThatDecidesHowAPointIsMadeIsInIt) {
  std::set<std::string> seen{fingerprint_of(std::string(kFullPolicy))};
  const std::pair<const char*, const char*> changes[] = {
      {"user: ubuntu", "user: debian"},
      {"port: 2222", "port: 2223"},
      {"keys/id_ed25519", "keys/other"},
      {"knownHostsFile: ~/.ssh/known_hosts", "knownHostsFile: ~/.ssh/others"},
      {"network: mgmt", "network: data"},
      {"version: 4}", "version: 6}"},
      {"helper: installed", "helper: sent"},
      {"freeze: true", "freeze: false"},
      {"maxHold: 20s", "maxHold: 21s"},
      {"service: mysql", "service: mariadb"},
      {"stopTimeout: 90s", "stopTimeout: 91s"},
      {"startTimeout: 2m", "startTimeout: 3m"},
      {"/etc/mysql/debian.cnf", "/etc/mysql/other.cnf"},
      {"/run/mysqld/mysqld.sock", "/run/mysqld/other.sock"},
      {"require: application", "require: filesystem"},
      {"onFailure: downgrade", "onFailure: fail"},
      {"minHealthyMembers: 2", "minHealthyMembers: 3"},
      {"[192.168.122.111]", "[192.168.122.112]"},
      {"[backend-1]", "[backend-9]"},
      {"metadata: {role: writer}", "metadata: {role: primary}"},
      {"allowWriter: true", "allowWriter: false"},
      {"name: edx-galera", "name: edx-other"},
  };
  for (const auto& [from, to] : changes) {
    EXPECT_TRUE(seen.insert(fingerprint_of(changed(from, to))).second) << to;
  }
  EXPECT_TRUE(seen.insert(fingerprint_of(std::string(kFullPolicy), 2)).second);
  EXPECT_TRUE(seen.insert(fingerprint_of(changed("stillpoint/redis", "stillpoint/other"), 2)).second);
  EXPECT_TRUE(seen.insert(fingerprint_of(std::string(kFullPolicy), 3)).second);
  EXPECT_TRUE(seen.insert(fingerprint_of(changed("lockTimeout: 3s", "lockTimeout: 4s"), 3)).second);
  EXPECT_TRUE(seen.insert(fingerprint_of(changed("maxLag: 1m", "maxLag: 2m"), 3)).second);
}

TEST(Fingerprint, WhetherAWindowIsSharedIsInIt) {
  const auto read = read_policies(kFullPolicy, "p.yaml");
  ASSERT_TRUE(read.errors.empty());
  auto dataset = read.policies.at(0).datasets.at(0);
  const auto before = fingerprint(read.policies.at(0), dataset);
  dataset.hold.shared_window = true;
  EXPECT_NE(fingerprint(read.policies.at(0), dataset), before);
}

TEST(Fingerprint, WhatDecidesWhenAndHowLongIsNot) {
  EXPECT_EQ(fingerprint_of(changed("keepLast: 7", "keepLast: 8")), fingerprint_of(std::string(kFullPolicy)));
  EXPECT_EQ(fingerprint_of(changed("jitter: 10m", "jitter: 11m")), fingerprint_of(std::string(kFullPolicy)));
}

}  // namespace
}  // namespace stillpoint::policy
