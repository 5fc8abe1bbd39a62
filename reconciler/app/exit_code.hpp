#pragma once

#include <span>

#include "executor/executor.hpp"
#include "planner/plan.hpp"

namespace stillpoint::app {

/// What the process says to its caller. Of several, the first of 2, 3, 4, 1, 0 counts.
enum class ExitCode {
  Ok = 0,
  /// diff has something to do, reconcile left something waiting or held back, doctor has findings, a rehearsal falls
  /// short
  Pending = 1,
  InvalidInput = 2,  ///< the command line, a policy or a cloud's configuration; nothing was done in any cloud
  NoCloud = 3,       ///< nothing could be read or authenticated
  Failed = 4,        ///< a target failed or is blocked, an exhausted quota included, or one of several clouds failed
};

/// The one that the process ends with if parts of a command end with these.
ExitCode worse(ExitCode a, ExitCode b);

/// Of what a pass left: a target that cannot be served is a failure; what waits or is held back is pending.
ExitCode exit_code_of(const planner::Plan& plan);
/// Of what a pass would do: waiting alone is nothing to do; Failed if a target is blocked.
ExitCode exit_code_of_diff(const planner::Plan& plan);
/// Of what a pass did: Failed if any action failed. Skipped ones show in what the pass left.
ExitCode exit_code_of(std::span<const executor::ActionResult> results);

}  // namespace stillpoint::app
