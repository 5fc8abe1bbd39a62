#include "retention/retention.hpp"

#include <gtest/gtest.h>

#include <set>

#include "fakes/objects.hpp"

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
  return decide(series, {keep_last, floor}, Consistency::Application, kNow, MassDelete::Refuse);
}

constexpr auto kGood = Consistency::Application;
constexpr auto kCrash = Consistency::Crash;

TEST(Retention, KeepsTheNewestPointsAndSaysWhy) {
  const auto series = series_of({kGood, kGood, kGood, kGood});
  const auto outcome = decide_over(series, 3);
  EXPECT_EQ(pruned(outcome), std::set<std::string>{"s0"});
  EXPECT_EQ(outcome.decisions.front().reason, "NotKept");
  EXPECT_EQ(outcome.decisions.back().reason, "KeepLast");
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
  EXPECT_TRUE(pruned(decide_over(series, 2, 2)).empty());
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
  EXPECT_FALSE(decide(series, {3, 1}, kGood, kNow, MassDelete::Allow).blocked);
  EXPECT_FALSE(decide_over(series, 8).blocked) << "two are never a mass deletion";
}

TEST(Retention, PointsOfAClockThatWasAheadAreSetAside) {
  auto series = series_of({kGood, kGood, kGood});
  const auto outcome = decide(series, {1, 1}, kGood, fakes::at("2026-11-24T11:00:30Z"), MassDelete::Refuse);
  EXPECT_EQ(pruned(outcome), std::set<std::string>{"s0"});
  EXPECT_EQ(outcome.good, 2);
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

}  // namespace
}  // namespace stillpoint::retention
