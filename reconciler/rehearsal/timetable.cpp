#include "rehearsal/timetable.hpp"

#include <algorithm>
#include <utility>

namespace stillpoint::rehearsal {

using std::chrono::nanoseconds;

Timetable::Timetable(schedule::Compiled schedule, std::optional<support::WallTime> start_at, std::string key,
                     Period period)
    : schedule_(std::move(schedule)),
      start_at_(start_at),
      key_(std::move(key)),
      period_(period),
      looked_until_(period.from) {
  const auto first = schedule_.due_slot(period.from, start_at, key_);
  if (first.begins) {
    // The latest slot is still to come, for its jitter.
    looked_until_ = *schedule_.named().latest_at_or_before(period.from) - nanoseconds(1);
  }
  if (start_at) {
    looked_until_ = std::max(looked_until_, *start_at - nanoseconds(1));
  }
  if (first.due) {
    next_ = Stop{*first.due, period.from, {}};
  } else {
    advance();
  }
}

void Timetable::advance() {
  next_.reset();
  std::vector<Skipped> skipped;
  for (;;) {
    const auto slot = schedule_.named().next_after(looked_until_);
    if (!slot || *slot >= period_.to) {
      break;
    }
    looked_until_ = *slot;
    if (auto by = schedule_.blackout_at(*slot)) {
      skipped.push_back({*slot, std::move(*by)});
      continue;
    }
    const auto begin = *slot + schedule_.delay(*slot, key_);
    if (begin >= period_.to) {
      break;
    }
    next_ = Stop{*slot, begin, std::move(skipped)};
    return;
  }
  skipped_at_end_ = std::move(skipped);
}

}  // namespace stillpoint::rehearsal
