#pragma once

#include <functional>
#include <map>
#include <vector>

#include "inventory/points.hpp"
#include "planner/plan.hpp"

namespace stillpoint::controller {

/// Tells of each slot that was missed, once: the next point makes a series look well again. Used by one thread.
class MissedSlots {
 public:
  /// The actions of a plan made at `now` that say of a slot that it was missed, and that were not given before. What is
  /// under way may serve the slot still: of its series nothing is given yet.
  std::vector<const planner::Action*> take(const planner::Plan& plan, support::WallTime now,
                                           const std::function<bool(const planner::Action&)>& is_under_way);

 private:
  std::map<inventory::SeriesKey, support::WallTime> told_;  ///< the newest slot; forgotten when it is long ago
};

}  // namespace stillpoint::controller
