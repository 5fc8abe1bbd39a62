#include "executor/job.hpp"

#include <map>
#include <set>
#include <variant>

namespace stillpoint::executor {

std::vector<Job> jobs_of(const planner::Plan& plan, const std::vector<policy::Policy>& policies,
                         const std::vector<cloud::Server>& servers) {
  std::set<JobKey> creating;
  std::map<std::string, const policy::Policy*> policy_of;
  std::map<cloud::ServerId, const cloud::Server*> server_of;
  for (const auto& action : plan.actions) {
    if (std::holds_alternative<planner::CreatePoint>(action.what)) {
      creating.insert({action.policy, action.server});
    }
  }
  for (const auto& policy : policies) {
    policy_of.emplace(policy.name, &policy);
  }
  for (const auto& server : servers) {
    server_of.emplace(server.id, &server);
  }
  std::vector<Job> jobs;
  std::map<JobKey, size_t> places;
  for (const auto& action : plan.actions) {
    const JobKey key{action.policy, action.server};
    if (!action.changes() || (creating.contains(key) && std::holds_alternative<planner::Prune>(action.what))) {
      continue;
    }
    const auto [place, is_new] = places.emplace(key, jobs.size());
    if (is_new) {
      jobs.push_back({key, std::nullopt, std::nullopt, {}});
      if (const auto policy = policy_of.find(key.policy); policy != policy_of.end()) {
        jobs.back().policy = *policy->second;
      }
      if (const auto server = server_of.find(key.server); server != server_of.end()) {
        jobs.back().server = *server->second;
      }
    }
    jobs[place->second].actions.push_back(action);
  }
  return jobs;
}

}  // namespace stillpoint::executor
