#include "rehearsal/rehearsal.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/objects.hpp"
#include "rehearsal/part.hpp"
#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using fakes::at;
using fakes::snapshot;
using std::chrono::hours;
using std::chrono::minutes;

const auto kBegin = at("2026-11-24T12:30:00Z");

class RehearsalTest : public ::testing::Test {
 protected:
  RehearsalTest() {
    policy_.schedule.cron = {"0 * * * *"};
    policy_.schedule.starting_deadline = minutes(10);
    observed_.servers = {fakes::server()};
    observed_.volumes = {fakes::volume("vol-mysql", "mysql_data")};
    observed_.quota = {{"snapshots", {100, 0, 0}}, {"gigabytes", {1000, 0, 0}}};
  }

  Rehearsal run(std::chrono::nanoseconds length) const {
    return rehearse({policy_}, observed_, wishes_, {kBegin, kBegin + length}).value();
  }
  RehearsedSeries only(std::chrono::nanoseconds length) const {
    auto rehearsal = run(length);
    EXPECT_EQ(rehearsal.series.size(), 1U);
    return rehearsal.series.empty() ? RehearsedSeries() : std::move(rehearsal.series.front());
  }
  /// A point of so many hours before 12:00.
  void find(int hours_ago, const std::string& pin = "", const std::string& pin_until = "") {
    const std::string number = std::to_string(observed_.snapshots.size());
    observed_.snapshots.push_back(snapshot({.id = "s" + number,
                                            .slot = at("2026-11-24T12:00:00Z") - hours(hours_ago),
                                            .attempt = "a" + number,
                                            .pin = pin,
                                            .pin_until = pin_until}));
    observed_.quota["snapshots"].in_use += 1;
    observed_.quota["gigabytes"].in_use += 10;
  }
  static std::string kept(const RehearsedSeries& series) {
    std::vector<std::string> parts;
    for (const auto& one : series.kept) {
      parts.push_back(support::format_utc(series.points[one.point].slot).substr(8, 5) + " " + one.reason);
    }
    return support::join(parts, ", ");
  }
  static const QuotaCourse& snapshots(const Rehearsal& rehearsal) { return rehearsal.quotas.front(); }

  policy::Policy policy_ = fakes::policy();
  planner::Observed observed_;
  planner::Wishes wishes_;
};

TEST_F(RehearsalTest, WhatExistsAtTheEndIsWhatRetentionKeepsAndSaysWhy) {
  policy_.retention.keep_last = 2;
  policy_.retention.daily = 3;
  const auto series = only(hours(24));
  EXPECT_EQ(kept(series), "24T23 Daily, 25T11 KeepLast, 25T12 KeepLast");
  EXPECT_EQ(
      series.kept.back().why,
      "keepLast 1 of 2; daily: newest of 2026-11-25 (1 of 3); floor 1 of 1; the newest slot's point is always kept");
  EXPECT_EQ(series.slots.made, 24U);
  EXPECT_EQ(series.slots.all(), 24U);
  EXPECT_EQ(series.points.size(), 24U);
  EXPECT_EQ(series.end.points, 3);
  EXPECT_EQ(series.end.gib, 30);
}

TEST_F(RehearsalTest, TheWorstMomentCountsTheNewPointBesideTheOneThatGoes) {
  policy_.retention.keep_last = 2;
  const auto rehearsal = run(hours(6));
  const auto& series = rehearsal.series.front();
  EXPECT_EQ(series.worst.points, 3);
  EXPECT_EQ(series.worst.at, at("2026-11-24T15:00:00Z")) << "the first such moment";
  EXPECT_EQ(std::count_if(series.points.begin(), series.points.end(),
                          [&](const RehearsedPoint& point) { return point.existed_at(series.worst.step); }),
            3);
  EXPECT_EQ(snapshots(rehearsal).at_worst, 3);
  EXPECT_EQ(snapshots(rehearsal).worst_at, at("2026-11-24T15:00:00Z"));
  EXPECT_EQ(snapshots(rehearsal).at_end, 2);
  EXPECT_EQ(rehearsal.quotas.at(1).at_worst, 30);
}

TEST_F(RehearsalTest, ASlotForWhichTheQuotaHasNoRoomIsMissed) {
  policy_.retention.keep_last = 3;
  observed_.quota["snapshots"] = {3, 0, 0};
  const auto series = only(hours(6));
  EXPECT_EQ(series.slots.made, 3U);
  EXPECT_EQ(series.slots.missed, 3U);
  ASSERT_EQ(series.runs.size(), 1U);
  const auto& run = series.runs.front();
  EXPECT_EQ(run.reason, "QuotaExceeded");
  EXPECT_EQ(run.count, 3U);
  EXPECT_EQ(run.first, at("2026-11-24T16:00:00Z"));
  EXPECT_EQ(run.last, at("2026-11-24T18:00:00Z"));
  EXPECT_NE(run.message.find("quota 'snapshots': 1 needed, room for 0 (limit 3, in use 3)"), std::string::npos);
  EXPECT_EQ(series.longest_gap->from, at("2026-11-24T15:00:00Z"));
  EXPECT_EQ(series.longest_gap->to, kBegin + hours(6));
}

TEST_F(RehearsalTest, RoomThatAPruneMakesIsUsedForASlotThatMayStillBeServed) {
  // 13:00 finds the quota full, since the pin that holds a place ends at 13:05 only.
  find(30, "auditor", "2026-11-24T13:05:00Z");
  find(2);
  find(1);
  policy_.retention.keep_last = 2;
  observed_.quota["snapshots"].limit = 3;
  const auto series = only(hours(1));
  EXPECT_EQ(series.slots.made, 1U);
  EXPECT_EQ(series.slots.missed, 0U);
  EXPECT_EQ(series.points.back().slot, at("2026-11-24T13:00:00Z"));
  EXPECT_EQ(series.points.back().taken, at("2026-11-24T13:05:00Z"));
  policy_.schedule.starting_deadline = minutes(4);
  EXPECT_EQ(only(hours(1)).slots.missed, 1U);
}

TEST_F(RehearsalTest, BlackedOutSlotsAreCountedApartWithTheirWindow) {
  policy::Blackout blackout;
  blackout.from = at("2026-11-24T14:30:00Z");
  blackout.to = at("2026-11-24T17:00:00Z");
  blackout.reason = "storage migration";
  policy_.schedule.blackouts = {blackout};
  const auto series = only(hours(6));
  EXPECT_EQ(series.slots.blacked_out, 2U);
  EXPECT_EQ(series.slots.made, 4U);
  EXPECT_EQ(series.slots.missed, 0U);
  ASSERT_EQ(series.runs.size(), 1U);
  EXPECT_EQ(series.runs[0].message, "storage migration");
  EXPECT_EQ(series.runs[0].first, at("2026-11-24T15:00:00Z"));
  EXPECT_EQ(series.runs[0].begin, blackout.from);
  EXPECT_EQ(series.runs[0].end, blackout.to);
  EXPECT_EQ(series.longest_gap->to - series.longest_gap->from, hours(3));
}

TEST_F(RehearsalTest, AServedSlotEndsARunOfUnservedOnes) {
  policy::Blackout blackout;
  blackout.cron = "0 14,16 * * *";
  blackout.duration = minutes(1);
  policy_.schedule.blackouts = {blackout};
  EXPECT_EQ(only(hours(6)).runs.size(), 2U);
}

TEST_F(RehearsalTest, JitterMovesTheMakingAndNotTheSlot) {
  policy_.schedule.jitter = minutes(5);
  const auto series = only(hours(2));
  const auto delay = series.points.front().taken - series.points.front().slot;
  EXPECT_GT(delay, minutes(0));
  EXPECT_LE(delay, minutes(5));
  EXPECT_EQ(series.points.back().taken - series.points.back().slot, delay);
}

TEST_F(RehearsalTest, TheSlotThatIsDueAtTheBeginningIsServedIfItHasNoPoint) {
  policy_.schedule.starting_deadline = minutes(45);
  EXPECT_EQ(only(minutes(10)).slots.made, 1U);
  find(0);
  const auto series = only(minutes(10));
  EXPECT_EQ(series.slots.all(), 0U) << "it was served before this time";
}

TEST_F(RehearsalTest, SlotsBeforeStartAtDoNotCount) {
  policy_.start_at = at("2026-11-24T15:00:00Z");
  EXPECT_EQ(only(hours(6)).slots.all(), 4U);
}

TEST_F(RehearsalTest, APinnedPointGoesWhenItsPinEnds) {
  policy_.retention.keep_last = 1;
  find(20, "auditor", "2026-11-24T16:20:00Z");
  find(21, "for ever");
  find(1);
  const auto series = only(hours(6));
  EXPECT_EQ(series.points[1].gone, at("2026-11-24T16:20:00Z")) << "by slot it is the second";
  EXPECT_EQ(kept(series), "23T15 Pinned, 24T18 KeepLast");
}

TEST_F(RehearsalTest, P6WhatTheGuardHoldsBackStaysAndFillsTheQuota) {
  for (int hour = 10; hour > 0; --hour) {
    find(hour);
  }
  policy_.retention.keep_last = 2;
  const auto guarded = only(hours(4));
  EXPECT_EQ(guarded.guarded_since, kBegin);
  EXPECT_NE(guarded.guard_message.find("8 of 10 points would be pruned at once"), std::string::npos);
  EXPECT_EQ(guarded.end.points, 14);
  EXPECT_EQ(guarded.kept.front().reason, "PruneBlocked");
  wishes_.mass_delete = retention::MassDelete::Allow;
  EXPECT_EQ(only(hours(4)).end.points, 2);
}

TEST_F(RehearsalTest, P6APermissionOfThePolicyHoldsInARehearsalAsItDoesInAPass) {
  for (int hour = 10; hour > 0; --hour) {
    find(hour);
  }
  policy_.retention.keep_last = 2;
  policy_.spec_hash = "this";
  policy_.mass_delete = {{"this", 6}};
  EXPECT_TRUE(only(hours(4)).guarded_since) << "eight go, of which a new point may replace one";
  policy_.mass_delete = {{"this", 8}};
  const auto allowed = only(hours(4));
  EXPECT_FALSE(allowed.guarded_since);
  EXPECT_EQ(allowed.end.points, 2);
  policy_.mass_delete = {{"another", 8}};
  EXPECT_TRUE(only(hours(4)).guarded_since) << "it was given for another document";
}

TEST_F(RehearsalTest, P9WhatCouldNeverBeHeldSaysWhyAndMissesAllItsSlots) {
  policy_.cluster.name = "galera";
  policy_.cluster.writer.addresses = {"192.0.2.12"};
  policy_.cluster.min_healthy_members = 1;
  const auto rehearsal = run(hours(3));
  const auto& series = rehearsal.series.front();
  ASSERT_TRUE(series.objection);
  EXPECT_EQ(series.objection->reason, "Writer");
  EXPECT_EQ(series.slots.missed, 3U);
  EXPECT_EQ(series.runs.at(0).reason, "Writer");
  EXPECT_TRUE(rehearsal.falls_short());
}

TEST_F(RehearsalTest, APolicyWithoutAServerIsAProblem) {
  policy_.servers.names = {"nobody"};
  const auto rehearsal = run(hours(3));
  EXPECT_TRUE(rehearsal.series.empty());
  ASSERT_EQ(rehearsal.problems.size(), 1U);
  EXPECT_EQ(rehearsal.problems[0].reason, "NoServer");
  EXPECT_TRUE(rehearsal.falls_short());
}

TEST_F(RehearsalTest, AVolumeOfTwoDatasetsIsMadeForNeither) {
  policy_.datasets.push_back(policy_.datasets.front());
  policy_.datasets.back().name = "again";
  const auto rehearsal = run(hours(3));
  ASSERT_EQ(rehearsal.series.size(), 2U);
  for (const auto& series : rehearsal.series) {
    EXPECT_EQ(series.objection->reason, "VolumeClaimedTwice");
  }
}

TEST_F(RehearsalTest, P10AllMembersOfAClusterAreServedOneAfterAnother) {
  const cloud::ServerId second("5f0e1d2c-0000-4000-8000-000000000002");
  observed_.servers.push_back(fakes::server("backend-3", second));
  observed_.servers[1].addresses = {{"mgmt", "192.0.2.13", 4, "fixed"}};
  observed_.volumes.push_back(fakes::volume("vol-2", "mysql_data", second));
  policy_.servers.names = {"backend-2", "backend-3"};
  policy_.cluster.name = "galera";
  policy_.cluster.allow_writer = true;
  const auto rehearsal = run(hours(3));
  ASSERT_EQ(rehearsal.series.size(), 2U);
  EXPECT_EQ(rehearsal.slots().made, 6U);
  EXPECT_LT(rehearsal.series[0].points[0].made_step, rehearsal.series[1].points[0].made_step);
}

TEST_F(RehearsalTest, ASuspendedPolicyMakesNothingAndLosesNothing) {
  policy_.suspend = true;
  policy_.retention.keep_last = 1;
  find(2);
  find(1);
  const auto rehearsal = run(hours(3));
  const auto& series = rehearsal.series.front();
  EXPECT_TRUE(series.suspended);
  EXPECT_EQ(kept(series), "24T10 Suspended, 24T11 Suspended");
  EXPECT_EQ(series.slots.all(), 0U);
  EXPECT_FALSE(series.longest_gap);
  EXPECT_FALSE(rehearsal.falls_short());
}

TEST_F(RehearsalTest, AnOrphanedSeriesGoesWhenItsPolicyHasWaitedLongEnough) {
  find(1);
  observed_.snapshots.back() = snapshot({.id = "old", .slot = at("2026-11-24T11:00:00Z"), .dataset = "gone"});
  policy_.orphans_after = hours(5);
  const auto rehearsal = run(hours(7));
  ASSERT_EQ(rehearsal.series.size(), 2U);
  const auto& orphan = rehearsal.series[1];
  EXPECT_EQ(orphan.orphaned, "DatasetGone");
  EXPECT_EQ(orphan.points.at(0).gone, at("2026-11-24T17:00:00Z")) << "after the slot of twelve";
}

TEST_F(RehearsalTest, PointsOfAFormerNameAreOfTheSeries) {
  find(1);
  policy_.name = "shop";
  policy_.previous_names = {"edx"};
  policy_.retention.keep_last = 1;
  const auto series = only(hours(1));
  EXPECT_EQ(series.points.at(0).gone, at("2026-11-24T13:00:00Z"));
}

TEST_F(RehearsalTest, WhatAnAttemptLeftBehindIsSweptAtTheBeginning) {
  find(30);
  observed_.snapshots.back() = snapshot(
      {.id = "half", .slot = at("2026-11-23T06:00:00Z"), .consistency = policy::Consistency::Unproven, .members = 2});
  const auto rehearsal = run(hours(1));
  EXPECT_EQ(snapshots(rehearsal).at_start, 0);
  EXPECT_TRUE(rehearsal.series.front().points.front().made_step > 0);
}

TEST_F(RehearsalTest, AVolumeThatIsBusyNowIsTakenToBeUsableAndThatIsSaid) {
  observed_.volumes[0].status = "backing-up";
  const auto rehearsal = run(hours(2));
  EXPECT_EQ(rehearsal.slots().made, 2U);
  EXPECT_EQ(rehearsal.assumptions,
            std::vector<std::string>{"Volume 'mysql_data' is backing-up now; it is taken to be usable."});
}

TEST_F(RehearsalTest, WhatIsInUseIsKnownInEachPartOfThePeriod) {
  policy_.retention.keep_last = 2;
  find(1);
  const auto rehearsal = run(hours(10));
  const auto& course = snapshots(rehearsal);
  ASSERT_EQ(course.most_used.size(), kCourseParts);
  EXPECT_EQ(course.most_used.front(), 1);
  EXPECT_EQ(course.most_used[60], 2) << "after 13:00";
  EXPECT_EQ(course.most_used.back(), 2);
  EXPECT_EQ(*std::max_element(course.most_used.begin(), course.most_used.end()), course.at_worst);
}

RehearsedPoint taken(const std::string& utc, retention::Standing standing = retention::Standing::Good) {
  RehearsedPoint point;
  point.slot = point.taken = at(utc);
  point.standing = standing;
  return point;
}

TEST(LongestGap, BeginsAtThePointBeforeAndEndsWithThePeriod) {
  const Period period{at("2026-11-24T12:00:00Z"), at("2026-11-24T18:00:00Z")};
  const auto first = longest_gap({taken("2026-11-24T08:00:00Z"), taken("2026-11-24T13:00:00Z")}, period);
  EXPECT_EQ(first.from, at("2026-11-24T08:00:00Z"));
  EXPECT_EQ(first.to, at("2026-11-24T13:00:00Z"));
  const auto last = longest_gap({taken("2026-11-24T13:00:00Z")}, period);
  EXPECT_EQ(last.from, at("2026-11-24T13:00:00Z"));
  EXPECT_EQ(last.to, period.to);
  const auto whole = longest_gap({}, period);
  EXPECT_EQ(whole.to - whole.from, hours(6));
}

TEST(LongestGap, IsNotEndedByAPointBelowTheRequiredLevel) {
  const Period period{at("2026-11-24T12:00:00Z"), at("2026-11-24T18:00:00Z")};
  const auto gap = longest_gap({taken("2026-11-24T15:00:00Z", retention::Standing::Below)}, period);
  EXPECT_EQ(gap.to - gap.from, hours(6));
}

}  // namespace
}  // namespace stillpoint::rehearsal
