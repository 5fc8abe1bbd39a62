#pragma once

#include <string>
#include <vector>

#include "planner/plan.hpp"
#include "planner/planner.hpp"
#include "policy/policy.hpp"
#include "status/status.hpp"

namespace stillpoint::status {

/// What `assess` is told.
struct Basis {
  std::string cloud;  ///< its entry of clouds.yaml
  std::string installation;
  const std::vector<policy::Policy>& policies;
  const planner::Observed& observed;
  const planner::Plan& plan;  ///< of these policies and what was observed
  support::WallTime now;      ///< our clock
  /// What was said of the policies before, so that conditions keep the instant of their last change; may be empty.
  const std::vector<PolicyStatus>& before;
};

/// The state of every policy of one cloud. Pure; linear in the number of snapshots.
std::vector<PolicyStatus> assess(const Basis& basis);

}  // namespace stillpoint::status
