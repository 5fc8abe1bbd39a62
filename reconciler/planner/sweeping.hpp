#pragma once

#include <string>

#include "planner/plan.hpp"
#include "planner/situation.hpp"

namespace stillpoint::planner {

/// What to do about something, and why.
struct Decided {
  std::string reason;
  std::string message;
  decltype(Action::what) what;
};

/// Sweeps what is left of an attempt, or says why not yet, or why not at all. `what` goes on after "3 snapshots ".
Decided sweep_when_possible(const Situation& situation, const inventory::Attempt& attempt, const std::string& reason,
                            const std::string& what);

}  // namespace stillpoint::planner
