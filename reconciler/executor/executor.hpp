#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "executor/context.hpp"
#include "planner/plan.hpp"
#include "planner/planner.hpp"
#include "policy/policy.hpp"

namespace stillpoint::executor {

/// What became of one action.
struct ActionResult {
  planner::Action action;
  enum class Outcome { Done, Skipped, Failed } outcome = Outcome::Done;
  std::string note;                     ///< for people: what was done, or why it was left to a later pass
  std::optional<support::Error> error;  ///< if it failed
};

/// What a pass has learnt that the cloud does not show; the next round of planning takes it into account.
struct Learnt {
  std::set<std::string> not_intact;
  std::set<inventory::SeriesKey> failed;
  std::set<std::string> clusters;  ///< of which a member may not be well after what was tried in this pass
};

/// Carries out the changes of a plan in its order, one at a time; prunes only if no point is to be made, so that the
/// next look decides about them. A failed action does not stop those of other
/// datasets; the later ones of its own dataset are skipped. `on_result` hears of each as soon as it ended.
std::vector<ActionResult> execute(const Context& context, const planner::Plan& plan,
                                  const std::vector<policy::Policy>& policies, const planner::Observed& observed,
                                  Learnt& learnt, const std::function<void(const ActionResult&)>& on_result);

}  // namespace stillpoint::executor
