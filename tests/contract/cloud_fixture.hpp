#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/cloud.hpp"
#include "contract/project.hpp"
#include "openstack/clouds_yaml.hpp"
#include "support/clock.hpp"

namespace stillpoint::contract {

/// What all tests of the suite share: a cloud, and in it a project with three volumes (one attached to a server).
/// The environment decides which cloud: `STILLPOINT_CONTRACT_CLOUD` names an entry of clouds.yaml, and
/// `STILLPOINT_CONTRACT_ADMIN_CLOUD` an administrator of the same cloud, for the tests of quotas. Without the first the
/// embedded cloud is started in this process.
class World {
 public:
  World();
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// Makes the volumes and the server. What it has made is taken away by the destructor, also if it throws half way.
  void furnish();

  std::unique_ptr<cloud::Cloud> connect(int page_size);
  Project& project() { return *project_; }
  /// Null if there is none.
  Project* admin() { return admin_.get(); }
  bool is_real() const { return real_; }
  const openstack::CloudConfig& config() const { return config_; }
  const std::string& cheap_type() const { return cheap_type_; }

  support::SystemClock clock;
  cloud::VolumeId idle;      ///< of the cloud's default type
  cloud::VolumeId cheap;     ///< of a type whose snapshots cost the cloud nothing, if it has one
  cloud::VolumeId attached;  ///< to `server`
  cloud::ServerId server;
  std::string prefix;  ///< of all names, this run's own

 private:
  struct Embedded;

  std::unique_ptr<Embedded> embedded_;
  bool real_ = false;
  openstack::CloudConfig config_;
  std::unique_ptr<Project> project_;
  std::unique_ptr<Project> admin_;
  std::string cheap_type_;
};

/// Snapshots that a test makes are gone after it, whatever happened.
class CloudContract : public ::testing::Test {
 protected:
  static void SetUpTestSuite();
  static void TearDownTestSuite();
  void SetUp() override;
  void TearDown() override;

  static World& world() { return *world_; }
  static support::Deadline soon();

  cloud::NewSnapshot wanted(const cloud::VolumeId& volume, cloud::Metadata metadata = {}) const;
  support::Result<cloud::Snapshot> create(const cloud::NewSnapshot& wanted);
  /// Creates and waits until it is `available`.
  cloud::Snapshot make(const cloud::VolumeId& volume, cloud::Metadata metadata = {});
  std::optional<cloud::Snapshot> await_status(const cloud::SnapshotId& id, const std::string& status);
  bool await_gone(const cloud::SnapshotId& id);
  static bool eventually(const std::function<bool()>& is_so);

  std::unique_ptr<cloud::Cloud> cloud_;

 private:
  static std::unique_ptr<World> world_;
  std::vector<cloud::SnapshotId> made_;
};

}  // namespace stillpoint::contract
