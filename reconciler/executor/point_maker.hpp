#pragma once

#include <string>

#include "executor/context.hpp"
#include "executor/preflight.hpp"
#include "inventory/ownership.hpp"
#include "planner/plan.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// What became of a point that was to be made.
struct MadePoint {
  enum class Result { Complete, AlreadyThere } result = Result::Complete;
  std::chrono::milliseconds held{0};           ///< the hold window, as the server measured it; 0 if nothing was held
  std::chrono::milliseconds available{0};      ///< from the first request until the last member was `available`
  std::optional<std::string> service_problem;  ///< stopService: the service does not answer again
};

/// Makes one point: preflight, host lock, a second look at the slot, hold, snapshots in parallel, release, label
/// (docs/architecture.md, "The hold"). Errors: Busy (somebody else is at work there; nothing was held), QuotaExceeded,
/// Timeout (also: the slot is missed), and whatever the cloud or the helper says. After any error nothing is held, or
/// the server's dead-man lets go of it; snapshots that were begun stay unproven and are swept by a later pass.
support::Result<MadePoint> make_point(const Context& context, const Subject& subject,
                                      const planner::CreatePoint& wanted);

}  // namespace stillpoint::executor
