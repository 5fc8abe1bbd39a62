#pragma once

#include <map>
#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "planner/plan.hpp"
#include "planner/planner.hpp"
#include "policy/policy.hpp"
#include "status/status.hpp"
#include "support/error.hpp"

namespace stillpoint::status {

/// What `assess` is told.
struct Basis {
  std::string cloud;  ///< its entry of clouds.yaml
  std::string installation;
  const std::vector<policy::Policy>& policies;
  const planner::Observed& observed;
  const inventory::Points& points;  ///< of what was observed
  const planner::Plan& plan;        ///< of these policies and what was observed
  support::WallTime now;            ///< our clock
  /// What was said of the policies before, so that conditions keep the instant of their last change; may be empty.
  const std::vector<PolicyStatus>& before;
  /// Points that could not be made since `before` was said, and why; a server that was only busy is none. Such a
  /// failure is told until a good point comes.
  std::map<inventory::SeriesKey, support::Error> failures = {};
};

/// How long after the last instant at which a point may be begun it is expected to be there, beside the times that its
/// hold may take.
inline constexpr std::chrono::minutes kTimeToMake{1};

/// The state of every policy of one cloud, by name; last those that only exist as the name on points. Pure; but for the
/// lookup of a name, linear in the number of snapshots. Say it again from what was observed before and a later `now`
/// when the cloud cannot be read: points grow old all the same.
std::vector<PolicyStatus> assess(const Basis& basis);

/// The same of policies whose cloud has not been read yet: every condition is unknown, with `why` as its message.
std::vector<PolicyStatus> assess_unread(const std::string& cloud, const std::vector<policy::Policy>& policies,
                                        const support::Error& why, support::WallTime now,
                                        const std::vector<PolicyStatus>& before);

}  // namespace stillpoint::status
