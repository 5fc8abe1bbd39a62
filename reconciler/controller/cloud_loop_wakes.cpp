#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <string>

#include "controller/cloud_loop.hpp"

// When a loop has to be called again although nothing has happened.
namespace stillpoint::controller {

using support::SteadyTime;

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

/// Policies that may have a slot which is not served yet.
std::set<std::string> CloudLoop::policies_with_open_slots() const {
  std::set<std::string> open;
  for (const auto& action : plan_.actions) {
    if (std::holds_alternative<planner::CreatePoint>(action.what) ||
        std::holds_alternative<planner::Wait>(action.what) || std::holds_alternative<planner::Blocked>(action.what)) {
      open.insert(action.policy);
    }
  }
  for (const auto& series : inventory_.observed().failed) {
    open.insert(series.policy);
  }
  return open;
}

/// When a slot is missed that was not begun. To say so the cloud need not be looked at.
SteadyTime CloudLoop::next_missed() const {
  auto next = SteadyTime::max();
  const auto open = policies_with_open_slots();
  for (const auto& timetable : timetables_) {
    if (!open.contains(timetable.policy->name)) {
      continue;
    }
    if (const auto last = timetable.schedule.due_slot(planned_.wall, timetable.policy->start_at).start_by) {
      next = std::min(next, planned_.until(*last + std::chrono::milliseconds(1)));
    }
  }
  return next;
}

/// Searched for anew when it has come, and not with every plan: schedules are many.
std::optional<support::WallTime> CloudLoop::next_slot() {
  const auto now = planned_.wall;
  if (!next_slot_ || now < next_slot_->from || now >= next_slot_->slot) {
    next_slot_ = NextSlot{now, support::WallTime::max()};
    for (const auto& timetable : timetables_) {
      next_slot_->slot =
          std::min(next_slot_->slot, timetable.schedule.next_after(now).value_or(support::WallTime::max()));
    }
  }
  return next_slot_->slot == support::WallTime::max() ? std::nullopt : std::optional(next_slot_->slot);
}

/// What came due since the step was begun, or since the plan was made, is not in the plan: it is due at once.
SteadyTime CloudLoop::next_due(SteadyTime begun) {
  SteadyTime next = back_off_.next_ready(begun).value_or(SteadyTime::max());
  if (const auto slot = next_slot()) {
    next = std::min(next, planned_.until(*slot));
  }
  // Where there is jitter a slot is begun later, on each server at its own time.
  for (const auto& chosen : jittered_) {
    if (const auto begins = chosen.schedule->due_slot(planned_.wall, chosen.start_at, chosen.spread_key).begins) {
      next = std::min(next, planned_.until(*begins));
    }
  }
  for (const auto& action : plan_.actions) {
    if (const auto* wait = std::get_if<planner::Wait>(&action.what); wait != nullptr && wait->until > planned_.wall) {
      next = std::min(next, planned_.until(wait->until));
    }
  }
  return next;
}

}  // namespace stillpoint::controller
