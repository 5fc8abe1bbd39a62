#include "retention/retention.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "histories.hpp"

namespace stillpoint::retention {
namespace {

using policy::Consistency;
using std::chrono::hours;

const auto kNow = fakes::at("2026-11-24T12:00:30Z");

/// A series of hourly points, oldest first, the last one at 12:00.
inventory::Series series_of(const std::vector<Consistency>& levels, const std::string& pin_of_oldest = "") {
  std::vector<cloud::Snapshot> snapshots;
  auto slot = fakes::at("2026-11-24T12:00:00Z") - hours(levels.size() - 1);
  for (size_t i = 0; i < levels.size(); ++i, slot += hours(1)) {
    snapshots.push_back(fakes::snapshot({.id = "s" + std::to_string(i),
                                         .slot = slot,
                                         .attempt = "a" + std::to_string(i),
                                         .consistency = levels[i],
                                         .pin = i == 0 ? pin_of_oldest : ""}));
  }
  return inventory::assemble(snapshots, "default").series.begin()->second;
}

std::set<std::string> pruned(const Outcome& outcome) {
  std::set<std::string> ids;
  for (const auto& decision : outcome.decisions) {
    if (decision.fate == Decision::Fate::Prune) {
      ids.insert(decision.attempt->members.front().snapshot.id.str());
    }
  }
  return ids;
}

Outcome decide_over(const inventory::Series& series, int keep_last, int floor = 1) {
  policy::Retention rules;
  rules.keep_last = keep_last;
  rules.floor = floor;
  return decide(series, terms(rules), kNow, MassDelete::Refuse);
}

constexpr auto kGood = Consistency::Application;
constexpr auto kCrash = Consistency::Crash;

TEST(Retention, KeepsTheNewestPointsAndSaysWhy) {
  const auto series = series_of({kGood, kGood, kGood, kGood});
  const auto outcome = decide_over(series, 3);
  EXPECT_EQ(pruned(outcome), std::set<std::string>{"s0"});
  EXPECT_EQ(reason(outcome.decisions.front()), "NotKept");
  EXPECT_EQ(reason(outcome.decisions.back()), "KeepLast");
}

TEST(Retention, P5BelowLevelPointsDoNotPushGoodOnesOut) {
  const auto series = series_of({kGood, kGood, kGood, kCrash, kCrash});
  EXPECT_TRUE(pruned(decide_over(series, 3)).empty());
}

TEST(Retention, P5BelowLevelPointsGoOnceGoodOnesCoverThem) {
  const auto series = series_of({kCrash, kGood, kGood, kGood});
  EXPECT_EQ(pruned(decide_over(series, 3)), std::set<std::string>{"s0"});
}

TEST(Retention, P5NothingOfAnyLevelGoesBelowTheFloor) {
  const auto series = series_of({kCrash, kCrash, kCrash, kGood});
  const auto outcome = decide_over(series, 2, 2);
  EXPECT_TRUE(pruned(outcome).empty());
  policy::Retention rules;
  rules.floor = 2;
  EXPECT_THAT(describe(outcome.decisions.front(), outcome, terms(rules), kNow),
              testing::HasSubstr("floor: 1 point of the required level of 2, so that nothing goes"));
}

TEST(Retention, P5TheNewestSlotsPointStays) {
  const auto series = series_of({kGood, kGood, kCrash});
  EXPECT_FALSE(pruned(decide_over(series, 1)).contains("s2"));
}

TEST(Retention, PinnedPointsStay) {
  const auto series = series_of({kGood, kGood, kGood, kGood}, "auditor");
  EXPECT_TRUE(pruned(decide_over(series, 3)).empty());
}

TEST(Retention, P6ALargeSurplusIsHeldBackUntilAllowed) {
  const auto series = series_of(std::vector<Consistency>(10, kGood));
  EXPECT_TRUE(decide_over(series, 3).blocked);
  EXPECT_FALSE(decide(series, terms({}), kNow, MassDelete::Allow).blocked);
  EXPECT_FALSE(decide_over(series, 8).blocked) << "two are never a mass deletion";
}

// POSTs that hang and take effect all the same leave a second attempt at a slot.
TEST(Retention, P6SecondAttemptsOfManySlotsAreNoMassDeletion) {
  std::vector<cloud::Snapshot> snapshots;
  auto slot = fakes::at("2026-11-24T12:00:00Z") - hours(5);
  for (int i = 0; i < 6; ++i, slot += hours(1)) {
    const std::string id = std::to_string(i);
    snapshots.push_back(fakes::snapshot({.id = "s" + id, .slot = slot, .attempt = "a" + id}));
    snapshots.push_back(fakes::snapshot({.id = "second" + id, .slot = slot, .attempt = "b" + id}));
  }
  const auto series = inventory::assemble(snapshots, "default").series.begin()->second;
  const auto outcome = decide_over(series, 5);
  EXPECT_FALSE(outcome.blocked) << outcome.blocked_message;
  EXPECT_FALSE(outcome.disturbed());
  EXPECT_EQ(pruned(outcome).size(), 7U) << "six second attempts and the oldest point";
  EXPECT_EQ(outcome.to_prune(), 1);
  EXPECT_TRUE(decide_over(series, 1).blocked) << "of the points themselves the guard holds";
}

TEST(Retention, P6WhatAnEarlierPassBeganToDeleteIsNoMassDeletion) {
  std::vector<cloud::Snapshot> snapshots;
  auto slot = fakes::at("2026-11-24T12:00:00Z") - hours(9);
  for (int i = 0; i < 10; ++i, slot += hours(1)) {
    snapshots.push_back(
        fakes::snapshot({.id = "s" + std::to_string(i), .slot = slot, .attempt = "a" + std::to_string(i)}));
    if (i < 5) {
      snapshots.back().metadata.set_all(inventory::deletion_metadata());
    }
  }
  const auto series = inventory::assemble(snapshots, "default").series.begin()->second;
  const auto outcome = decide_over(series, 3);
  EXPECT_FALSE(outcome.blocked) << outcome.blocked_message;
  EXPECT_EQ(pruned(outcome).size(), 7U);
  EXPECT_TRUE(decide_over(series, 2).blocked) << "three more than what was begun";
}

TEST(Retention, PointsOfAClockThatWasAheadAreSetAside) {
  auto series = series_of({kGood, kGood, kGood});
  policy::Retention rules;
  rules.keep_last = 1;
  const auto outcome = decide(series, terms(rules), fakes::at("2026-11-24T11:00:30Z"), MassDelete::Refuse);
  EXPECT_EQ(pruned(outcome), std::set<std::string>{"s0"});
  EXPECT_EQ(outcome.good, 2);
  EXPECT_EQ(reason(outcome.decisions.back()), "ClockSuspect");
}

TEST(Retention, TheLoserOfARaceGoes) {
  const auto slot = fakes::at("2026-11-24T12:00:00Z");
  const auto series = inventory::assemble({fakes::snapshot({.id = "s0", .slot = slot, .attempt = "a"}),
                                           fakes::snapshot({.id = "s1", .slot = slot, .attempt = "b"})},
                                          "default")
                          .series.begin()
                          ->second;
  const auto outcome = decide_over(series, 3);
  EXPECT_EQ(pruned(outcome), std::set<std::string>{"s1"});
}

TEST(Retention, PinsEndAtTheirTimeAndNotBeforeOrInDoubt) {
  const auto kept_as = [](const std::string& pin, const std::string& until) {
    std::vector<cloud::Snapshot> snapshots;
    for (int hour = 8; hour <= 12; ++hour) {
      snapshots.push_back(fakes::snapshot({.id = "s" + std::to_string(hour),
                                           .slot = fakes::at("2026-11-24T00:00:00Z") + hours(hour),
                                           .attempt = "a" + std::to_string(hour),
                                           .pin = hour == 8 ? pin : "",
                                           .pin_until = hour == 8 ? until : ""}));
    }
    const auto series = series_of_snapshots(snapshots);
    const auto outcome = decide_over(series, 4);
    return describe(outcome.decisions.front(), outcome, terms({.keep_last = 4}), kNow);
  };
  EXPECT_EQ(kept_as("", ""), "keepLast: 4 newer points of the required level");
  EXPECT_EQ(kept_as("auditor", ""), "pinned by auditor");
  EXPECT_EQ(kept_as("auditor", "2026-11-24T12:00:31Z"), "pinned by auditor until 2026-11-24T12:00:31Z");
  EXPECT_EQ(kept_as("auditor", "2026-11-24T12:00:30Z"), "keepLast: 4 newer points of the required level");
  EXPECT_EQ(kept_as("auditor", "next week"), "pinned by auditor for ever, because its end 'next week' cannot be read");
  EXPECT_EQ(kept_as("", "2027-01-01T00:00:00Z"), "pinned by somebody unnamed until 2027-01-01T00:00:00Z");
  EXPECT_EQ(kept_as("\x1b[31m", ""), "pinned by ?[31m");
}

/// Points of every hour for `days`, oldest first, under rules that want less.
std::vector<cloud::Snapshot> hourly_points(int days, const std::string& last_slot) {
  std::vector<Sketch> sketches;
  for (int hour = 24 * days - 1; hour >= 0; --hour) {
    sketches.push_back({fakes::at(last_slot) - hours(hour), true, false});
  }
  return snapshots_of(sketches);
}

TEST(Retention, SaysEveryRuleThatKeepsAPointAndForEachWhyItDoesNot) {
  const policy::Retention rules{.keep_last = 3, .within = hours(4), .hourly = 5, .daily = 2, .weekly = 2, .floor = 2};
  const auto series = series_of_snapshots(hourly_points(10, "2026-11-24T12:00:00Z"));
  const auto agreed = terms(rules);
  const auto outcome = decide(series, agreed, kNow, MassDelete::Allow);
  std::map<std::string, std::string> said;
  for (const auto& decision : outcome.decisions) {
    said[support::format_utc(decision.attempt->slot)] = describe(decision, outcome, agreed, kNow);
  }
  EXPECT_EQ(said.at("2026-11-24T12:00:00Z"),
            "keepLast 1 of 3; within: less than 4h before the newest; "
            "hourly: newest of 2026-11-24 12:00+00:00 (1 of 5); daily: newest of 2026-11-24 (1 of 2); "
            "weekly: newest of 2026-W48 (1 of 2); floor 1 of 2; the newest slot's point is always kept");
  EXPECT_EQ(said.at("2026-11-24T08:00:00Z"), "hourly: newest of 2026-11-24 08:00+00:00 (5 of 5)");
  EXPECT_EQ(said.at("2026-11-22T23:00:00Z"), "weekly: newest of 2026-W47 (2 of 2)");
  EXPECT_EQ(said.at("2026-11-22T22:00:00Z"),
            "keepLast: 3 newer points of the required level; within: 4h or more before the newest; "
            "hourly: 2026-11-22 22:00+00:00 is before the latest 5 hours with a point; "
            "daily: 2026-11-22 is before the latest 2 days with a point; weekly: 2026-W47 is held by a later point");
}

TEST(Retention, P5PointsBelowTheLevelAgeOutByTheSameCountsAmongThemselves) {
  // The cluster has been ill for two weeks: nothing but crash-consistent points, no good one to replace them.
  std::vector<Sketch> sketches;
  for (int day = 1; day <= 20; ++day) {
    sketches.push_back({fakes::at("2026-11-01T01:00:00Z") + hours(24 * day), day <= 6, false});
  }
  const policy::Retention rules{.keep_last = 2, .daily = 4};
  const auto series = series_of_snapshots(snapshots_of(sketches));
  const auto outcome = decide(series, terms(rules), kNow, MassDelete::Allow);
  EXPECT_EQ(outcome.good, 6);
  EXPECT_EQ(outcome.to_prune(), 20 - 4 - 4) << "four good days, and four of the days without a good point";
}

TEST(Retention, P6TheTurnoverOfManyRulesIsNoMassDeletion) {
  // A new year's first hour takes the place of one point for each rule, out of a short series.
  const policy::Retention rules{.keep_last = 1, .hourly = 1, .daily = 2, .weekly = 2, .monthly = 2, .yearly = 2};
  std::vector<Sketch> sketches;
  for (const char* slot : {"2026-11-30T23:00:00Z", "2027-12-26T23:00:00Z", "2027-12-30T23:00:00Z",
                           "2027-12-31T23:00:00Z", "2028-01-03T00:00:00Z"}) {
    sketches.push_back({fakes::at(slot), true, false});
  }
  const auto series = series_of_snapshots(snapshots_of(sketches));
  const auto outcome = decide(series, terms(rules), kAfterAll, MassDelete::Refuse);
  EXPECT_EQ(outcome.surplus.beyond_turnover, 0);
  EXPECT_FALSE(outcome.disturbed());
  EXPECT_FALSE(outcome.blocked);
}

TEST(Retention, P6ManyPointsThatLeaveAWindowAtOnceAreHeldBack) {
  // After three days without a point the window of two days would let go of all the others.
  auto snapshots = hourly_points(2, "2026-11-20T12:00:00Z");
  snapshots.push_back(fakes::snapshot({.id = "new", .slot = fakes::at("2026-11-24T12:00:00Z"), .attempt = "b"}));
  const auto series = series_of_snapshots(snapshots);
  EXPECT_TRUE(decide(series, terms({.within = hours(48)}), kNow, MassDelete::Refuse).blocked);
}

TEST(Retention, P6ManySeriesBeyondTheirTurnoverAreAMass) {
  EXPECT_FALSE(object_to_series(2, 2)) << "a handful never is";
  EXPECT_FALSE(object_to_series(20, 100));
  EXPECT_TRUE(object_to_series(21, 100));
}

TEST(Retention, ASeriesThatWasGivenUpGoesButForItsPins) {
  const auto series = series_of({kGood, kGood, kCrash}, "auditor");
  const auto outcome = retire(series, kNow, MassDelete::Refuse);
  EXPECT_EQ(pruned(outcome), (std::set<std::string>{"s1", "s2"}));
  EXPECT_EQ(reason(outcome.decisions.back()), "Orphaned");
  const auto long_series = series_of({kGood, kGood, kGood});
  EXPECT_TRUE(retire(long_series, kNow, MassDelete::Refuse).blocked);
}

TEST(Retention, ADatasetsOwnRulesComeFirst) {
  auto policy = fakes::policy();
  policy.schedule.time_zone = "Europe/Zurich";
  policy.retention.keep_last = 5;
  EXPECT_EQ(terms_of(policy, policy.datasets[0])->rules.keep_last, 5);
  policy.datasets[0].retention = policy::Retention{.keep_last = 9};
  EXPECT_EQ(terms_of(policy, policy.datasets[0])->rules.keep_last, 9);
  policy.schedule.time_zone = "Nowhere/Nowhere";
  EXPECT_FALSE(terms_of(policy, policy.datasets[0]));
}

}  // namespace
}  // namespace stillpoint::retention
