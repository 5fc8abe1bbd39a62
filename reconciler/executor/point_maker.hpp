#pragma once

#include <string>
#include <vector>

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
  std::string window;                          ///< see inventory::Ownership
};

/// A point to be made.
struct PointToMake {
  Subject subject;
  const planner::CreatePoint& wanted;
};

/// Makes points of datasets of one server, each in a thread of its own, in one window; or one point here. Each of them:
/// preflight, host lock, a second look at the slot, hold, snapshots in parallel, release, label
/// (docs/architecture.md, "The hold"). Results in the order of `points`, of which none keeps another from being made.
/// Errors: Busy (somebody else is at work there; nothing was held), QuotaExceeded,
/// Timeout (also: the slot is missed), and whatever the cloud or the helper says. After any error nothing is held, or
/// the server's dead-man lets go of it; snapshots that were begun stay unproven and are swept by a later pass.
std::vector<support::Result<MadePoint>> make_points(const Context& context, const std::vector<PointToMake>& points);

}  // namespace stillpoint::executor
