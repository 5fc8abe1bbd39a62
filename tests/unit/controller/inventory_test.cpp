#include "controller/inventory.hpp"

#include <gtest/gtest.h>

#include "fakes/fake_clock.hpp"
#include "fakes/fake_cloud.hpp"
#include "fakes/objects.hpp"

namespace stillpoint::controller {
namespace {

using std::chrono::seconds;

cloud::Snapshot snapshot(const std::string& id, const std::string& status = "available") {
  cloud::Snapshot made;
  made.id = cloud::SnapshotId(id);
  made.status = status;
  return made;
}

planner::Observed listing(std::vector<cloud::Snapshot> snapshots) {
  planner::Observed observed;
  observed.snapshots = std::move(snapshots);
  return observed;
}

std::string shown(const Inventory& inventory) {
  std::vector<std::string> all;
  for (const auto& one : inventory.observed().snapshots) {
    all.push_back(one.id.str() + ":" + one.status);
  }
  std::sort(all.begin(), all.end());
  return support::join(all, " ");
}

TEST(InventoryTest, IsWhatWasListedAndWhatWeDidSince) {
  Inventory inventory;
  EXPECT_FALSE(inventory.is_known());
  inventory.replace(listing({snapshot("a"), snapshot("b"), snapshot("c")}), {});
  inventory.apply({SnapshotSeen{snapshot("d", "creating")}, SnapshotGone{cloud::SnapshotId("a")},
                   SnapshotAsked{cloud::SnapshotId("b"), "deleting", {}}, SnapshotGone{cloud::SnapshotId("none")},
                   SnapshotAsked{cloud::SnapshotId("none"), "deleting", {}}});
  EXPECT_EQ(shown(inventory), "b:deleting c:available d:creating");
  inventory.apply({SnapshotSeen{snapshot("d")}, SnapshotGone{cloud::SnapshotId("b")}});
  EXPECT_EQ(shown(inventory), "c:available d:available");
}

TEST(InventoryTest, WhatWasDoneWhileItWasListedIsNotForgotten) {
  Inventory inventory;
  inventory.replace(listing({snapshot("gone"), snapshot("old")}),
                    {SnapshotSeen{snapshot("new")}, SnapshotGone{cloud::SnapshotId("gone")},
                     SnapshotAsked{cloud::SnapshotId("old"), "", {{"stillpoint.consistency", "application"}}}});
  EXPECT_EQ(shown(inventory), "new:available old:available");
  EXPECT_EQ(inventory.observed().snapshots[0].metadata.size() + inventory.observed().snapshots[1].metadata.size(), 1U);
}

TEST(RecordingCloudTest, NotesWhatItsOwnCallsTell) {
  fakes::FakeClock clock(fakes::at("2026-11-26T00:00:00Z"));
  auto inner = std::make_unique<fakes::FakeCloud>(clock);
  const auto log = std::make_shared<ChangeLog>();
  RecordingCloud cloud(std::move(inner), log);
  const auto deadline = support::Deadline::after(clock, seconds(60));
  const auto made = cloud.create_snapshot({cloud::VolumeId("v"), "n", "", {}}, deadline);
  clock.advance(seconds(1));
  ASSERT_TRUE(made && cloud.get_snapshot(made->id, deadline));
  ASSERT_TRUE(cloud.merge_snapshot_metadata(made->id, {{"k", "v"}}, deadline));
  Inventory inventory;
  inventory.replace({}, log->take());
  EXPECT_EQ(shown(inventory), "snap-1:available");
  EXPECT_EQ(inventory.observed().snapshots[0].metadata.at("k"), "v");
  ASSERT_TRUE(cloud.delete_snapshot(made->id, deadline));
  EXPECT_FALSE(cloud.get_snapshot(made->id, deadline));
  inventory.apply(log->take());
  EXPECT_EQ(shown(inventory), "");
  EXPECT_TRUE(log->take().empty());
}

TEST(RecordingCloudTest, ACallThatFailedTellsNothing) {
  fakes::FakeClock clock(fakes::at("2026-11-26T00:00:00Z"));
  auto inner = std::make_unique<fakes::FakeCloud>(clock);
  inner->fault = [](const std::string&) { return support::Error(support::ErrorKind::Unavailable, "503"); };
  const auto log = std::make_shared<ChangeLog>();
  RecordingCloud cloud(std::move(inner), log);
  const auto deadline = support::Deadline::after(clock, seconds(60));
  EXPECT_FALSE(cloud.create_snapshot({cloud::VolumeId("v"), "n", "", {}}, deadline));
  EXPECT_FALSE(cloud.delete_snapshot(cloud::SnapshotId("a"), deadline));
  EXPECT_FALSE(cloud.get_snapshot(cloud::SnapshotId("a"), deadline));
  EXPECT_TRUE(log->take().empty());
}

}  // namespace
}  // namespace stillpoint::controller
