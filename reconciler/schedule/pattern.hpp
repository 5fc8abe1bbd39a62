#pragma once

#include <optional>
#include <vector>

#include "schedule/cron.hpp"
#include "schedule/zone.hpp"
#include "support/clock.hpp"

namespace stillpoint::schedule {

using support::WallTime;

/// The instants that cron expressions name in a time zone: whole minutes of the zone, in UTC. Several expressions name
/// what any of them does. Pure; safe to use from any thread.
///
/// When clocks go forward, a time of day that does not exist fires once, at the end of the gap. An expression of every
/// hour leaves it out where the gap is of whole hours, since its neighbours are its usual distance apart then. When
/// clocks go back, a time of day fires once, at its first showing; an interval (Cron::is_interval) fires at both.
///
/// Searches from outside 1970 to 2200, and those that find nothing within kCronHorizon, are empty.
class Pattern {
 public:
  Pattern(std::vector<Cron> crons, Zone zone) : crons_(std::move(crons)), zone_(zone) {}

  std::optional<WallTime> next_after(WallTime instant) const;
  std::optional<WallTime> latest_at_or_before(WallTime instant) const;

 private:
  std::vector<Cron> crons_;
  Zone zone_;
};

}  // namespace stillpoint::schedule
