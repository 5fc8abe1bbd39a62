// Policies that were deleted. Whoever deleted one with `Delete` was asked; whoever did it with `Retain` wants the
// points.

#include "planner/tombstones.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/objects.hpp"
#include "planner/render.hpp"

namespace stillpoint::planner {
namespace {

using fakes::snapshot;
using policy::Consistency;
using policy::DeletionPolicy;

class TombstonesTest : public ::testing::Test {
 protected:
  TombstonesTest() {
    deleted_.deleted_at = fakes::at("2026-11-24T11:30:00Z");
    deleted_.deletion_policy = DeletionPolicy::Delete;
    observed_.servers = {fakes::server()};
    observed_.volumes = {fakes::volume("vol-mysql", "mysql_data")};
    observed_.quota = {{"snapshots", {100, 0, 0}}, {"gigabytes", {1000, 10, 0}}};
  }

  static support::WallTime hour(int number) { return fakes::at("2026-11-24T00:00:00Z") + std::chrono::hours(number); }
  /// A point of the deleted policy.
  static fakes::SnapshotSpec point(int at_hour) {
    return {.id = "s" + std::to_string(at_hour), .slot = hour(at_hour), .attempt = "a" + std::to_string(at_hour)};
  }
  /// Enough for the guard against mass deletion to object.
  void add_points(const std::string& policy = "edx") {
    for (int at_hour = 1; at_hour <= 8; ++at_hour) {
      auto spec = point(at_hour);
      spec.policy = policy;
      spec.id += policy;
      observed_.snapshots.push_back(snapshot(spec));
    }
  }

  Plan make() const {
    std::vector<policy::Policy> policies = others_;
    policies.push_back(deleted_);
    return plan(policies, observed_, wishes_, now_);
  }
  /// Each kind of action once, with its number.
  std::string summary() const {
    const auto made = make();
    std::map<std::string, int> counts;
    for (const auto& action : made.actions) {
      ++counts[std::string(action.verb()) + ":" + action.reason];
    }
    std::string text;
    for (const auto& [what, count] : counts) {
      text += (text.empty() ? "" : " ") + what + "*" + std::to_string(count);
    }
    return text;
  }

  policy::Policy deleted_ = fakes::policy();
  std::vector<policy::Policy> others_;
  Observed observed_;
  Wishes wishes_;
  support::WallTime now_ = fakes::at("2026-11-24T12:05:00Z");
};

TEST_F(TombstonesTest, NothingIsMadeForADeletedPolicy) {
  EXPECT_EQ(summary(), "");
  wishes_.slot_now = now_;
  EXPECT_EQ(summary(), "");
}

TEST_F(TombstonesTest, P6DeleteAskedBeforeSoThatNoGuardHoldsItBack) {
  add_points();
  EXPECT_EQ(summary(), "prune:PolicyDeleted*8");
  const auto action = make().actions.front();
  EXPECT_EQ(action.policy, "edx");
  EXPECT_EQ(action.server_name, "backend-2");
  EXPECT_EQ(action.message, "the policy was deleted at 2026-11-24T11:30:00Z with deletionPolicy Delete");
  EXPECT_TRUE(make().orphans.empty());
}

TEST_F(TombstonesTest, P6AMassDeletionElsewhereIsStillHeldBackAndItDoesNotCount) {
  add_points();
  auto other = fakes::policy();
  other.name = "other";
  other.retention.keep_last = 1;
  other.start_at = now_;
  others_ = {other};
  add_points("other");
  EXPECT_EQ(summary(), "blocked:PruneBlocked*1 prune:PolicyDeleted*8");
}

TEST_F(TombstonesTest, P6WhatHoldsManySeriesBackDoesNotHoldItBack) {
  add_points();
  auto edited = fakes::policy();
  edited.name = "edited";
  edited.servers.names.clear();
  edited.servers.name_pattern = "db-*";
  edited.retention.keep_last = 10;  // it was 12
  edited.start_at = now_;
  others_ = {edited};
  for (int server = 0; server < 3; ++server) {
    const cloud::ServerId id("5f0e1d2c-0000-4000-8000-0000000001" + std::to_string(10 + server));
    observed_.servers.push_back(fakes::server("db-" + std::to_string(server), id));
    observed_.volumes.push_back(fakes::volume("vol-" + std::to_string(server), "mysql_data", id));
    for (int at_hour = 0; at_hour < 12; ++at_hour) {
      auto spec = point(at_hour);
      spec.policy = "edited";
      spec.server = id;
      spec.id += "-" + std::to_string(server);
      observed_.snapshots.push_back(snapshot(spec));
    }
  }
  EXPECT_EQ(summary(), "blocked:PruneBlocked*1 prune:PolicyDeleted*8");
}

TEST_F(TombstonesTest, P6RetainPrunesNothing) {
  deleted_.deletion_policy = DeletionPolicy::Retain;
  deleted_.orphans_after = std::chrono::hours(1);
  add_points();
  wishes_.mass_delete = retention::MassDelete::Allow;
  EXPECT_EQ(summary(), "relabel:Retained*8");
  for (auto& snapshot : observed_.snapshots) {
    snapshot.metadata.set_all(inventory::pin_metadata(inventory::kRetained, ""));
  }
  EXPECT_EQ(summary(), "");
  EXPECT_TRUE(make().orphans.empty()) << "it is known whose they are";
}

TEST_F(TombstonesTest, P4PinnedPointsStay) {
  auto pinned = point(1);
  pinned.pin = "auditor";
  auto half = point(2);
  half.pin = "auditor";
  half.members = 2;
  observed_.snapshots = {snapshot(pinned), snapshot(half), snapshot(point(3))};
  EXPECT_EQ(summary(), "prune:PolicyDeleted*1");
  EXPECT_EQ(std::get<Prune>(make().actions[0].what).attempt.members[0].snapshot.id.str(), "s3");
}

TEST_F(TombstonesTest, P4PointsOfOthersStay) {
  auto foreign = point(1);
  foreign.installation = "elsewhere";
  auto unknown = point(2);
  unknown.policy = "nobody";
  observed_.snapshots = {snapshot(foreign), snapshot(unknown)};
  EXPECT_EQ(summary(), "");
  EXPECT_EQ(make().orphans.size(), 1U);
}

TEST_F(TombstonesTest, P4ANameThatAPolicyInForceHasOrHadIsItsOwn) {
  deleted_.previous_names = {"old"};
  auto other = fakes::policy();
  other.name = "other";
  other.start_at = now_;
  other.previous_names = {"old"};
  others_ = {other};
  add_points("old");
  EXPECT_EQ(summary(), "blocked:PruneBlocked*1") << "they are the other's, by its rules";
  others_[0].previous_names = {"edx"};
  observed_.snapshots.clear();
  add_points("edx");
  EXPECT_EQ(summary(), "blocked:PruneBlocked*1");
  others_.clear();
  observed_.snapshots.clear();
  add_points("old");
  EXPECT_EQ(summary(), "prune:PolicyDeleted*8") << "nobody else has had the name";
}

TEST_F(TombstonesTest, TheServerAndItsVolumesMayBeGone) {
  observed_.servers.clear();
  observed_.volumes.clear();
  add_points();
  EXPECT_EQ(summary(), "prune:PolicyDeleted*8");
}

TEST_F(TombstonesTest, P3NothingIsSweptThatMayStillBeHeld) {
  auto held = point(12);
  held.consistency = Consistency::Unproven;
  held.status = "creating";
  observed_.snapshots = {snapshot(held)};
  now_ = hour(12) + std::chrono::seconds(10);
  for (const auto policy : {DeletionPolicy::Delete, DeletionPolicy::Retain}) {
    deleted_.deletion_policy = policy;
    EXPECT_EQ(summary(), "wait:InFlight*1");
  }
  now_ = hour(12) + std::chrono::seconds(60);
  EXPECT_EQ(summary(), "wait:SweepLater*1");
}

TEST_F(TombstonesTest, LeftoversAreSweptWithDeleteAndRetain) {
  auto incomplete = point(1);
  incomplete.consistency = Consistency::Unproven;
  incomplete.status = "error";
  auto unproven = point(2);
  unproven.consistency = Consistency::Unproven;
  auto begun = snapshot([] {
    auto spec = point(3);
    spec.members = 2;
    return spec;
  }());
  begun.metadata.set_all(inventory::deletion_metadata());
  observed_.snapshots = {snapshot(incomplete), snapshot(unproven), begun};
  EXPECT_EQ(summary(), "sweep:PolicyDeleted*3");
  deleted_.deletion_policy = DeletionPolicy::Retain;
  EXPECT_EQ(summary(), "sweep:DeletionBegun*1 sweep:Incomplete*1 sweep:Unproven*1");
}

TEST_F(TombstonesTest, P5RetainKeepsWhatMayBeACopy) {
  deleted_.deletion_policy = DeletionPolicy::Retain;
  auto damaged = point(1);
  damaged.members = 2;
  auto not_held = point(2);
  not_held.consistency = Consistency::Unproven;
  not_held.method = "none";
  observed_.snapshots = {snapshot(damaged), snapshot(not_held)};
  EXPECT_EQ(summary(), "relabel:CrashNeedsNoProof*1");
  deleted_.deletion_policy = DeletionPolicy::Delete;
  EXPECT_EQ(summary(), "sweep:PolicyDeleted*2");
}

TEST_F(TombstonesTest, WhatTheCloudCannotDeleteNowIsSaid) {
  auto stuck = point(1);
  stuck.consistency = Consistency::Unproven;
  stuck.status = "error_deleting";
  auto busy = point(2);
  busy.status = "backing-up";
  observed_.snapshots = {snapshot(stuck), snapshot(busy)};
  EXPECT_EQ(summary(), "blocked:ErrorDeleting*1 wait:SnapshotBusy*1");
}

TEST_F(TombstonesTest, P6AWrongClockAndSuspendHoldItBackAndSaySo) {
  observed_.snapshots = {snapshot(point(1))};
  observed_.clock_offset = std::chrono::seconds(31);
  EXPECT_EQ(summary(), "blocked:ClockSuspect*1");
  observed_.clock_offset = std::chrono::seconds(-31);
  EXPECT_EQ(summary(), "blocked:ClockSuspect*1");
  observed_.clock_offset = {};
  deleted_.suspend = true;
  EXPECT_EQ(summary(), "blocked:Suspended*1");
}

TEST_F(TombstonesTest, P8NothingIsLeftAfterAPerfectExecution) {
  add_points();
  for (const auto& action : make().actions) {
    const auto& gone = std::get<Prune>(action.what).attempt.members[0].snapshot.id;
    std::erase_if(observed_.snapshots, [&](const auto& one) { return one.id == gone; });
  }
  EXPECT_EQ(summary(), "");
  EXPECT_TRUE(observed_.snapshots.empty());
}

TEST_F(TombstonesTest, APolicyInForceMayTakeTheVolumesOver) {
  auto other = fakes::policy();
  other.name = "other";
  others_ = {other};
  add_points();
  EXPECT_EQ(summary(), "create:SlotDue*1 prune:PolicyDeleted*8");
}

}  // namespace
}  // namespace stillpoint::planner
