#pragma once

// Histories of points that the tests of retention decide over.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ctime>
#include <set>
#include <string>
#include <vector>

#include "fakes/objects.hpp"
#include "retention/retention.hpp"

namespace stillpoint::retention {

inline Terms terms(const policy::Retention& rules, const std::string& zone = "UTC",
                   policy::Consistency required = policy::Consistency::Application) {
  return {rules, required, Calendar::of(zone, rules.week_start).value()};
}

/// What the histories of the properties are made of. `good` is of the required level.
struct Sketch {
  support::WallTime slot;
  bool good = true;
  bool pinned = false;
};

/// Deciding is at the end of all histories, with every slot in the past.
inline const auto kAfterAll = fakes::at("2035-01-01T00:00:00Z");

inline std::vector<cloud::Snapshot> snapshots_of(const std::vector<Sketch>& sketches) {
  std::vector<cloud::Snapshot> snapshots;
  for (const auto& sketch : sketches) {
    const std::string number = std::to_string(snapshots.size());
    snapshots.push_back(
        fakes::snapshot({.id = "s" + number,
                         .slot = sketch.slot,
                         .attempt = "a" + number,
                         .consistency = sketch.good ? policy::Consistency::Application : policy::Consistency::Crash,
                         .pin = sketch.pinned ? "auditor" : ""}));
  }
  return snapshots;
}

inline inventory::Series series_of_snapshots(const std::vector<cloud::Snapshot>& snapshots) {
  const auto points = inventory::assemble(snapshots, "default");
  return points.series.empty() ? inventory::Series() : points.series.begin()->second;
}

inline std::set<support::WallTime> pruned_slots(const Outcome& outcome) {
  std::set<support::WallTime> slots;
  for (const auto& decision : outcome.decisions) {
    if (decision.fate == Decision::Fate::Prune) {
      slots.insert(decision.attempt->slot);
    }
  }
  return slots;
}

/// A zone, and an instant about which its clocks do something odd or a year ends.
struct Scene {
  std::string zone;
  std::string about;
};

inline Scene random_scene() {
  static const std::vector<Scene> scenes{
      {"UTC", "2027-01-01T00:00:00Z"},
      {"Europe/Zurich", "2026-10-25T01:00:00Z"},         // back an hour
      {"Europe/Zurich", "2027-03-28T01:00:00Z"},         // forward an hour
      {"Europe/Zurich", "2027-01-03T23:00:00Z"},         // the end of 2026-W53
      {"Australia/Lord_Howe", "2026-04-04T15:00:00Z"},   // back half an hour
      {"America/St_Johns", "2008-11-02T02:31:00Z"},      // back over midnight
      {"Pacific/Apia", "2011-12-30T10:00:00Z"},          // a day that never was
      {"Asia/Kathmandu", "2024-12-31T18:15:00Z"},        // an odd offset, the end of a year
      {"America/Los_Angeles", "2020-12-31T08:00:00Z"}};  // a leap year of 53 weeks
  return *rc::gen::elementOf(scenes);
}

/// Up to forty different slots, from minutes to years apart.
inline std::vector<Sketch> random_history(const Scene& scene) {
  const int spread = *rc::gen::element(3, 100, 2000, 15000, 120000, 900000);  // in minutes
  const auto offsets =
      *rc::gen::unique<std::vector<int>>(*rc::gen::inRange(0, 40), rc::gen::inRange(-spread * 20, spread * 20));
  std::vector<Sketch> sketches;
  for (const int offset : offsets) {
    sketches.push_back({fakes::at(scene.about) + std::chrono::seconds(offset) * 3,
                        *rc::gen::weightedElement<bool>({{3, true}, {1, false}}),
                        *rc::gen::weightedElement<bool>({{1, true}, {9, false}})});
  }
  return sketches;
}

inline policy::Retention random_rules() {
  const auto count = [] { return *rc::gen::weightedElement<int>({{3, 0}, {2, 1}, {2, 2}, {2, 3}, {1, 7}}); };
  policy::Retention rules;
  rules.keep_last = *rc::gen::inRange(1, 5);
  rules.within = std::chrono::minutes(*rc::gen::element(0, 0, 20, 600, 5000, 100000));
  rules.hourly = count();
  rules.daily = count();
  rules.weekly = count();
  rules.monthly = count();
  rules.yearly = count();
  rules.week_start =
      *rc::gen::element(policy::WeekStart::Monday, policy::WeekStart::Sunday, policy::WeekStart::Saturday);
  rules.floor = *rc::gen::inRange(1, 5);
  return rules;
}

}  // namespace stillpoint::retention
