#include <algorithm>
#include <chrono>
#include <optional>

#include "controller/cloud_loop.hpp"

// When a loop has to be called again although nothing has happened.
namespace stillpoint::controller {

using support::SteadyTime;

/// When what was said of the policies is not true any more although nothing has happened: a point becomes overdue.
SteadyTime CloudLoop::next_overdue(const std::vector<status::PolicyStatus>& policies) const {
  const auto wall = around_.clock.wall_now();
  std::optional<support::WallTime> next;
  for (const auto& policy : policies) {
    for (const auto& series : policy.series) {
      if (series.due && *series.due >= wall && (!next || *series.due < *next)) {
        next = series.due;
      }
    }
  }
  return next ? around_.clock.steady_now() + std::chrono::nanoseconds(*next - wall) + std::chrono::seconds(1)
              : SteadyTime::max();
}

void CloudLoop::find_jittered(const std::vector<status::PolicyStatus>& policies) {
  jittered_.clear();
  for (const auto& timetable : timetables_) {
    const auto& policy = *timetable.policy;
    const auto found = std::find_if(policies.begin(), policies.end(), [&](const auto& candidate) {
      return policy.schedule.jitter.count() > 0 && candidate.name == policy.name;
    });
    if (found == policies.end()) {
      continue;
    }
    for (const auto& series : found->series) {
      jittered_.push_back({&timetable.schedule, policy.start_at,
                           schedule::spread_key(settings_.installation, policy.name, series.server.str())});
    }
  }
}

SteadyTime CloudLoop::next_due(SteadyTime now) const {
  SteadyTime next = SteadyTime::max();
  if (const auto ready = back_off_.next_ready(now)) {
    next = std::min(next, *ready);
  }
  const auto wall = around_.clock.wall_now();
  const auto at = [&](support::WallTime instant) {
    next = std::min(next, now + std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(instant - wall)));
  };
  for (const auto& timetable : timetables_) {
    if (const auto slot = timetable.schedule.next_after(wall)) {
      at(*slot);
    }
  }
  // Where there is jitter a slot is begun later, on each server at its own time.
  for (const auto& chosen : jittered_) {
    if (const auto begins = chosen.schedule->due_slot(wall, chosen.start_at, chosen.spread_key).begins) {
      at(*begins);
    }
  }
  for (const auto& action : plan_.actions) {
    if (const auto* wait = std::get_if<planner::Wait>(&action.what); wait != nullptr && wait->until > wall) {
      at(wait->until);
    }
  }
  return next;
}

}  // namespace stillpoint::controller
