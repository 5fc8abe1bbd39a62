#include <algorithm>
#include <chrono>
#include <optional>

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

/// Searched for anew when one of them has come, and not with every plan: schedules are many.
const CloudLoop::SlotWakes& CloudLoop::slot_wakes() {
  const auto now = planned_.wall;
  if (slot_wakes_ && now >= slot_wakes_->from && now < std::min(slot_wakes_->slot, slot_wakes_->missed)) {
    return *slot_wakes_;
  }
  slot_wakes_ = SlotWakes{now, support::WallTime::max(), support::WallTime::max()};
  for (const auto& timetable : timetables_) {
    const auto& schedule = timetable.schedule;
    slot_wakes_->slot = std::min(slot_wakes_->slot, schedule.next_after(now).value_or(support::WallTime::max()));
    if (const auto last = schedule.due_slot(now, timetable.policy->start_at).start_by) {
      slot_wakes_->missed = std::min<support::WallTime>(slot_wakes_->missed, *last + std::chrono::milliseconds(1));
    }
  }
  return *slot_wakes_;
}

/// When a slot is missed that was not begun. To say so the cloud need not be looked at.
SteadyTime CloudLoop::next_missed() {
  const auto missed = slot_wakes().missed;
  return missed == support::WallTime::max() ? SteadyTime::max() : planned_.until(missed);
}

/// What came due since the step was begun, or since the plan was made, is not in the plan: it is due at once.
SteadyTime CloudLoop::next_due(SteadyTime begun) {
  SteadyTime next = back_off_.next_ready(begun).value_or(SteadyTime::max());
  if (const auto slot = slot_wakes().slot; slot != support::WallTime::max()) {
    next = std::min(next, planned_.until(slot));
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
