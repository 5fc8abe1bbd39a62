#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "executor/context.hpp"
#include "executor/executor.hpp"
#include "planner/planner.hpp"
#include "planner/saved_plan.hpp"
#include "policy/policy.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// Lists all that plans are made of. Whole, or an error: Interrupted as soon as `stop` is requested.
support::Result<planner::Observed> observe(cloud::Cloud& cloud, const support::Clock& clock,
                                           const std::stop_token& stop = {});

/// How a pass ended.
struct PassResult {
  std::vector<ActionResult> results;  ///< of all rounds, in the order in which they ended
  planner::Plan left;  ///< what the last look at the cloud still asks for; only waits and blocks if all went well
  planner::Observed observed;           ///< that last look
  std::optional<support::Error> error;  ///< the cloud could not be read again after something was done
  /// How the world has changed since the plan was approved; then nothing was done.
  std::vector<std::string> differences;
};

/// One pass over the policies of one cloud: look, plan and act, a few times over, since what one round frees, proves or
/// makes the next one builds on. An error means that the cloud could not be read at all; failed actions are in the
/// result. `on_result` hears of each action as soon as it ended. If `approved` is given, its changes are made and no
/// other, and none if the first look asks for others.
support::Result<PassResult> run_pass(Context context, const std::vector<policy::Policy>& policies,
                                     const planner::Wishes& wishes, const OnResult& on_result,
                                     const planner::ApprovedChanges* approved = nullptr);

}  // namespace stillpoint::executor
