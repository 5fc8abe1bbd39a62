#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "planner/plan.hpp"
#include "policy/policy.hpp"

namespace stillpoint::executor {

/// Whose work never runs beside itself: a server under a policy. The server is empty where an action is about none.
struct JobKey {
  std::string policy;
  cloud::ServerId server;

  friend auto operator<=>(const JobKey&, const JobKey&) = default;
};

/// The changes that a plan asks for on one server under one policy, in the plan's order. It holds copies: policies may
/// be read anew and the inventory may change while it is carried out.
struct Job {
  JobKey key;
  std::optional<policy::Policy> policy;  ///< empty: nobody's any more, so that nothing of it can be made
  std::optional<cloud::Server> server;   ///< empty: it is gone
  std::vector<planner::Action> actions;
};

/// The jobs of a plan, in the order of their first actions. Where a point is to be made nothing is pruned: what goes is
/// decided by what exists then, and a later plan does it. Pure.
std::vector<Job> jobs_of(const planner::Plan& plan, const std::vector<policy::Policy>& policies,
                         const std::vector<cloud::Server>& servers);

}  // namespace stillpoint::executor
