#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "policy/policy.hpp"
#include "schedule/cron.hpp"
#include "support/clock.hpp"
#include "support/error.hpp"
#include "support/result.hpp"

namespace date {
class time_zone;
}

namespace stillpoint::schedule {

using support::WallTime;

/// What a schedule asks for at an instant. At most one of the two is set.
struct DueSlot {
  std::optional<WallTime> due;     ///< the latest slot, while it may still be served
  std::optional<WallTime> missed;  ///< the latest slot, when its starting deadline has passed
};

/// A schedule's slots: instants of UTC on whole minutes of the zone. Pure; safe to use from any thread.
///
/// When clocks go forward, a time of day that does not exist fires once, at the end of the gap; an expression of every
/// hour leaves it out, since its neighbours are its usual distance apart. When clocks go back, a time of day fires
/// once, in the first of the two hours; an interval (Cron::is_interval) fires in both.
///
/// Every search ends after nine years (29 February skips 2100): empty then. The system's library knows the changes of
/// clocks until 2037; later slots keep the last offset.
class Compiled {
 public:
  std::optional<WallTime> next_after(WallTime instant) const;
  std::optional<WallTime> latest_at_or_before(WallTime instant) const;
  /// The slots after `from` up to and including `to`, oldest first, the first `cap` of them.
  std::vector<WallTime> between(WallTime from, WallTime to, size_t cap) const;
  /// From the latest slot at or before `instant` to the one after it.
  std::optional<std::chrono::milliseconds> interval_at(WallTime instant) const;
  /// How long after `slot` it may still be served: the schedule's own, else one hour or half the time to the next slot,
  /// whichever is shorter.
  std::chrono::milliseconds starting_deadline(WallTime slot) const;
  /// Slots before `start_at` do not count.
  DueSlot due_slot(WallTime now, std::optional<WallTime> start_at) const;

 private:
  friend support::Result<Compiled> compile(const policy::Schedule& schedule);
  Compiled(std::vector<Cron> crons, const date::time_zone& zone, std::optional<std::chrono::milliseconds> deadline)
      : crons_(std::move(crons)), zone_(&zone), starting_deadline_(deadline) {}

  bool fires_on(std::chrono::sys_days local_day) const;
  std::vector<WallTime> slots_of(std::chrono::sys_days local_day) const;
  std::chrono::sys_days local_day_of(WallTime instant) const;

  std::vector<Cron> crons_;
  const date::time_zone* zone_;  ///< of the process's time zone database, never freed
  std::optional<std::chrono::milliseconds> starting_deadline_;
};

/// The first error of the schedule, if it has any.
support::Result<Compiled> compile(const policy::Schedule& schedule);

/// Every error of the policy's schedule: each with the mark and path of its field.
std::vector<support::Error> check(const policy::Policy& policy);

}  // namespace stillpoint::schedule
