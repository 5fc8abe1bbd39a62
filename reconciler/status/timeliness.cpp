#include "status/timeliness.hpp"

#include <algorithm>

#include "status/assess.hpp"

namespace stillpoint::status {

using support::WallTime;

namespace {

/// More are not looked at: a year and more of daily points.
constexpr size_t kLongestRun = 400;

WallTime just_before(WallTime instant) {
  return instant - WallTime::duration(1);
}

}  // namespace

std::optional<WallTime> Expectation::due_after(WallTime slot) const {
  const auto next = schedule.next_after(start_at ? std::max(slot, just_before(*start_at)) : slot);
  if (!next) {
    return std::nullopt;
  }
  return schedule.start_by(*next) + to_make;
}

size_t Expectation::passed_since(WallTime slot, WallTime now, size_t cap) const {
  const auto slots = schedule.between(start_at ? std::max(slot, just_before(*start_at)) : slot, now, cap);
  return static_cast<size_t>(
      std::count_if(slots.begin(), slots.end(), [&](WallTime passed) { return schedule.start_by(passed) < now; }));
}

std::chrono::milliseconds time_to_make(const policy::Dataset& dataset) {
  const auto& hold = dataset.hold;
  auto longest = std::chrono::milliseconds(kTimeToMake) + hold.max_hold;
  if (hold.method == policy::Method::StopService) {
    longest += hold.stop_timeout + hold.start_timeout;
  }
  return longest;
}

WallTime unbroken_since(const Expectation& expectation, const std::vector<WallTime>& slots,
                        const std::vector<WallTime>& taken) {
  size_t first = slots.size() - 1;
  for (size_t run = 1; first > 0 && run < kLongestRun; ++run) {
    const auto due = expectation.due_after(slots[first - 1]);
    if (due && *due < taken[first]) {
      break;
    }
    --first;
  }
  return taken[first];
}

}  // namespace stillpoint::status
