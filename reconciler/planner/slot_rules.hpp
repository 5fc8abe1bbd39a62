#pragma once

#include <optional>

#include "planner/plan.hpp"
#include "planner/situation.hpp"
#include "planner/target.hpp"
#include "schedule/slots.hpp"

/// Which slot of a target is served, and what becomes of one that is not.
namespace stillpoint::planner {

/// Asks the schedule for the slot that may be served now, and the user for one outside it.
void ask_for_slot(Target& target, const schedule::Compiled& schedule, const Situation& situation);

/// Says of the latest slot that it passes without a point: it was missed, it lies in a blackout, or its policy is
/// suspended. Nothing if it has its point or may still get one.
std::optional<Action> account_for_slot(const Target& target, const schedule::Compiled& schedule,
                                       const Situation& situation);

/// Says that the clock went back: a point was taken later than now. Such a point is neither counted nor pruned, and the
/// slots up to it have their points already, so that nothing would be made and nothing said.
std::optional<Action> notice_clock(const Target& target, const Situation& situation);

}  // namespace stillpoint::planner
