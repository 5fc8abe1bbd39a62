#include "inventory/points.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/objects.hpp"

namespace stillpoint::inventory {
namespace {

using fakes::at;
using fakes::snapshot;
using policy::Consistency;

const auto kSlot = at("2026-11-24T01:00:00Z");

Series only_series(const std::vector<cloud::Snapshot>& snapshots) {
  const auto points = assemble(snapshots, "default");
  EXPECT_EQ(points.series.size(), 1U);
  return points.series.empty() ? Series() : points.series.begin()->second;
}

TEST(Points, OneLabelledMemberProvesItsWholeAttempt) {
  const auto series = only_series(
      {snapshot({.id = "s1", .volume = "v1", .slot = kSlot, .members = 2}),
       snapshot({.id = "s2", .volume = "v2", .slot = kSlot, .consistency = Consistency::Unproven, .members = 2})});
  ASSERT_EQ(series.size(), 1U);
  ASSERT_NE(series[0].best(), nullptr);
  EXPECT_EQ(series[0].best()->consistency, Consistency::Application);
  EXPECT_FALSE(series[0].best()->all_labelled());
}

TEST(Points, P3MembersOfDifferentAttemptsNeverMakeAPoint) {
  const auto series =
      only_series({snapshot({.id = "s1", .volume = "v1", .slot = kSlot, .attempt = "a1", .members = 2}),
                   snapshot({.id = "s2", .volume = "v2", .slot = kSlot, .attempt = "a2", .members = 2})});
  ASSERT_EQ(series.size(), 1U);
  EXPECT_EQ(series[0].attempts.size(), 2U);
  EXPECT_EQ(series[0].best(), nullptr);
}

TEST(Points, P2AnAttemptIsIncompleteWhileAMemberIsMissingFailedOrStillBeingCut) {
  for (const char* status : {"creating", "error", "deleting", "error_deleting"}) {
    EXPECT_EQ(only_series({snapshot({.id = "s1", .slot = kSlot, .status = status})})[0].best(), nullptr) << status;
  }
  EXPECT_EQ(only_series({snapshot({.id = "s1", .slot = kSlot, .members = 2})})[0].best(), nullptr);
  EXPECT_EQ(only_series({snapshot({.id = "s1", .slot = kSlot, .members = 2}),
                         snapshot({.id = "s2", .slot = kSlot, .members = 2})})[0]
                .best(),
            nullptr)
      << "two snapshots of one volume are not two volumes";
}

TEST(Points, P3TheLowestOfTwoCompleteAttemptsWinsWhateverTheOrder) {
  std::vector<cloud::Snapshot> snapshots{snapshot({.id = "s1", .slot = kSlot, .attempt = "b"}),
                                         snapshot({.id = "s2", .slot = kSlot, .attempt = "a"})};
  EXPECT_EQ(only_series(snapshots)[0].best()->id, fakes::attempt_id("a"));
  std::reverse(snapshots.begin(), snapshots.end());
  EXPECT_EQ(only_series(snapshots)[0].best()->id, fakes::attempt_id("a"));
  snapshots.back().created_at -= std::chrono::seconds(1);
  EXPECT_EQ(only_series(snapshots)[0].best()->id, fakes::attempt_id("b"));
}

TEST(Points, P4ForeignSnapshotsAreNotSeenAndUnreadableOnesAreSaid) {
  auto foreign = snapshot({.id = "s1", .slot = kSlot});
  foreign.metadata.clear();
  foreign.name = "stillpoint-edx-mysql-2026-11-24T01:00:00Z";
  auto broken = snapshot({.id = "s2", .slot = kSlot});
  broken.metadata.set("stillpoint.slot", "yesterday");
  const auto points =
      assemble({foreign, broken, snapshot({.id = "s3", .slot = kSlot, .installation = "other"})}, "default");
  EXPECT_TRUE(points.series.empty());
  ASSERT_EQ(points.unreadable.size(), 1U);
  EXPECT_EQ(points.unreadable[0].first.id.str(), "s2");
}

TEST(Points, OnePinnedMemberProtectsAll) {
  const auto points = assemble({fakes::snapshot({.id = "s1", .slot = at("2026-11-24T01:05:00Z"), .members = 2}),
                                fakes::snapshot({.id = "s2",
                                                 .volume = "vol-2",
                                                 .slot = at("2026-11-24T01:05:00Z"),
                                                 .members = 2,
                                                 .pin = "auditor",
                                                 .pin_until = "2026-12-24T00:00:00Z"})},
                               "default");
  const auto& attempt = points.series.begin()->second.at(0).attempts.at(0);
  ASSERT_NE(attempt.pinned(at("2026-12-23T23:59:59Z")), nullptr);
  EXPECT_EQ(attempt.pinned(at("2026-12-23T23:59:59Z"))->snapshot.id.str(), "s2");
  EXPECT_EQ(attempt.pinned(at("2026-12-24T00:00:00Z")), nullptr);
}

TEST(Points, P3SeriesOfOldAndNewNamesMergeSlotBySlot) {
  const auto points =
      assemble({fakes::snapshot({.id = "s1", .slot = at("2026-11-24T01:05:00Z"), .attempt = "a1", .policy = "old"}),
                fakes::snapshot({.id = "s2",
                                 .slot = at("2026-11-25T01:05:00Z"),
                                 .attempt = "a2",
                                 .consistency = policy::Consistency::Crash,
                                 .policy = "old"}),
                fakes::snapshot({.id = "s3", .slot = at("2026-11-25T01:05:00Z"), .attempt = "a3"}),
                fakes::snapshot({.id = "s4", .slot = at("2026-11-26T01:05:00Z"), .attempt = "a4"})},
               "default");
  ASSERT_EQ(points.series.size(), 2U);
  std::vector<const Series*> parts;
  for (const auto& [key, series] : points.series) {
    parts.push_back(&series);
  }
  const auto merged = merge(parts);
  ASSERT_EQ(merged.size(), 3U);
  EXPECT_EQ(merged[1].attempts.size(), 2U);
  EXPECT_EQ(merged[1].best()->own().policy, "edx") << "the better of the two";
  EXPECT_EQ(merged[0].slot, at("2026-11-24T01:05:00Z"));
}

}  // namespace
}  // namespace stillpoint::inventory
