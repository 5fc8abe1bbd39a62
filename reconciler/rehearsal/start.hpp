#pragma once

#include <string>
#include <vector>

#include "planner/planner.hpp"
#include "rehearsal/rehearsal.hpp"

namespace stillpoint::rehearsal {

/// Where a rehearsal begins.
struct Start {
  planner::Observed observed;
  std::vector<std::string> assumptions;
};

/// The observed world without what passes by: volumes are in a state that can be snapshotted, clocks agree, and what
/// attempts left behind is labelled or swept as the planner's own rules say. What those leave for a person stays, and
/// goes on counting against the quota.
Start settle(const std::vector<policy::Policy>& policies, planner::Observed observed, const planner::Wishes& wishes,
             support::WallTime from);

/// What the snapshots of an attempt are charged as: as their volumes would be, with the sizes that they had.
std::vector<cloud::Volume> bill_of(const inventory::Attempt& attempt, const std::vector<cloud::Volume>& volumes);

}  // namespace stillpoint::rehearsal
