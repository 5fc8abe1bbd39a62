#pragma once

// Commands on a store and one embedded cloud, with points of whatever slots a test wants.

#include "fakes/tiny_server.hpp"
#include "inventory/ownership.hpp"
#include "openstack/openstack_cloud.hpp"
#include "policy/reader.hpp"
#include "support/text.hpp"
#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {

class StoreTest : public CommandsTest {
 protected:
  StoreTest() : site_(with_room()) {
    site_.furnish("backend-1", "mysql_data");
    write_clouds(site_.entry("prod"));
    std::filesystem::create_directories(folder_ / "store");
    cloud_ = std::move(openstack::connect(site_.config, site_.clock).value());
    server_ = cloud_->list_servers(soon()).value().at(0).id;
    site_.forget_requests();
  }
  static cloudsim::Options with_room() {
    cloudsim::Options options;
    options.quota_snapshots = 100;
    return options;
  }
  support::Deadline soon() { return support::Deadline::after(site_.clock, std::chrono::seconds(30)); }

  /// A policy without SSH whose slots are at five past one each night.
  std::string nightly(const std::string& name, const std::string& more = "", int keep = 3) const {
    return "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: " + name +
           "}\nspec:\n  cloud: prod\n  servers: {names: [backend-1]}\n  schedule: {cron: \"5 1 * * *\"}\n"
           "  datasets:\n    - {name: db, volumes: {nameContains: mysql}}\n  retention: {keepLast: " +
           std::to_string(keep) + ", floor: 1}\n" + more;
  }
  void write_store(const std::string& name, const std::string& text) const { write("store/" + name + ".yaml", text); }
  /// The policy as the store has it.
  policy::Policy stored(const std::string& name) const {
    const auto read = policy::read_policies(this->read("store/" + name + ".yaml"), name);
    EXPECT_EQ(read.policies.size(), 1U) << name;
    return read.policies.empty() ? policy::Policy() : read.policies[0];
  }
  bool is_stored(const std::string& name) const { return std::filesystem::exists(path("store/" + name + ".yaml")); }

  /// Makes the snapshot of an attempt at the slot, `days` ago. Gives the point's id.
  std::string add_attempt(const std::string& policy, int days, policy::Consistency level) {
    inventory::Ownership own;
    own.installation = "default";
    own.policy = policy;
    own.server = server_;
    own.server_name = "backend-1";
    own.dataset = "db";
    own.slot = std::chrono::floor<std::chrono::days>(site_.clock.wall_now()) - std::chrono::hours(24 * days);
    own.point = inventory::point_id(own.installation, policy, own.server, own.dataset, own.slot);
    own.attempt = support::random_hex(8);
    own.members = 1;
    own.taken = own.hold_until = own.slot;
    own.method = level == policy::Consistency::Crash ? "none" : "filesystem";
    const auto made =
        cloud_->create_snapshot({site_.last_volume, "test", "", inventory::creation_metadata(own)}, soon());
    EXPECT_TRUE(made) << made.error().to_string();
    while (cloud_->get_snapshot(made->id, soon()).value().status == "creating") {
      site_.clock.sleep_for(std::chrono::milliseconds(10));
    }
    if (level != policy::Consistency::Unproven) {
      EXPECT_TRUE(cloud_->merge_snapshot_metadata(made->id, inventory::label_metadata(level, std::nullopt), soon()));
    }
    return own.point;
  }
  /// One point a day, the latest yesterday.
  void add_points(const std::string& policy, int count) {
    for (int day = count; day >= 1; --day) {
      add_attempt(policy, day, policy::Consistency::Crash);
    }
  }
  std::vector<cloud::Snapshot> snapshots() { return cloud_->list_snapshots(soon()).value(); }
  /// The metadata entry of every snapshot, in order of slots; `-` where it is not there.
  std::vector<std::string> metadata(const std::string& key) {
    std::map<std::string, std::string> by_slot;
    for (const auto& snapshot : snapshots()) {
      const auto entry = snapshot.metadata.find("stillpoint." + key);
      by_slot[snapshot.metadata.at("stillpoint.slot")] = entry == snapshot.metadata.end() ? "-" : entry->second;
    }
    std::vector<std::string> values;
    for (const auto& [slot, value] : by_slot) {
      values.push_back(value);
    }
    return values;
  }

  /// Runs `stillpoint ARGUMENTS` on the store. No daemon is there unless the arguments name one.
  int on_store(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--store", path("store")});
    const bool writes = arguments[0] == "apply" || arguments[0] == "delete";
    if (writes && std::find(arguments.begin(), arguments.end(), "--daemon") == arguments.end()) {
      arguments.insert(arguments.end(), {"--daemon", "http://127.0.0.1:1"});
    }
    return run_files(std::move(arguments));
  }
  int apply(const std::string& document, std::vector<std::string> more = {}) {
    write("mine/policy.yaml", document);
    more.insert(more.begin(), {"apply", "-f", path("mine/policy.yaml")});
    return on_store(std::move(more));
  }

  Site site_;
  std::unique_ptr<cloud::Cloud> cloud_;
  cloud::ServerId server_;
};

}  // namespace stillpoint::app
