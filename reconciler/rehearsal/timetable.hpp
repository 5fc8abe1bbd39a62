#pragma once

#include <optional>
#include <string>
#include <vector>

#include "rehearsal/rehearsal.hpp"
#include "schedule/slots.hpp"

namespace stillpoint::rehearsal {

/// The slots of one server under one policy that begin within a period, one after another.
class Timetable {
 public:
  struct Skipped {
    support::WallTime slot;
    schedule::BlackedOut by;
  };
  /// A slot that is to be served.
  struct Stop {
    support::WallTime slot;
    support::WallTime begin;       ///< when a pass first finds it due; the first stop may have been due before
    std::vector<Skipped> skipped;  ///< by blackouts, since the stop before
  };

  /// `key` as in Compiled::due_slot.
  Timetable(schedule::Compiled schedule, std::optional<support::WallTime> start_at, std::string key, Period period);

  /// Empty once there is none any more.
  const std::optional<Stop>& next() const { return next_; }
  void advance();
  /// What blackouts skip after the last stop. Known when `next` is empty.
  const std::vector<Skipped>& skipped_at_end() const { return skipped_at_end_; }
  support::WallTime start_by(support::WallTime slot) const { return schedule_.start_by(slot); }

 private:
  schedule::Compiled schedule_;
  std::optional<support::WallTime> start_at_;
  std::string key_;
  Period period_;
  support::WallTime looked_until_;
  std::optional<Stop> next_;
  std::vector<Skipped> skipped_at_end_;
};

}  // namespace stillpoint::rehearsal
