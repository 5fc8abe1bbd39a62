#pragma once

#include <map>
#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "planner/plan.hpp"

namespace stillpoint::status {

/// What a plan says, by what it says it of. `plan` must outlive it.
class Said {
 public:
  explicit Said(const planner::Plan& plan);

  /// Of a policy, in the order of the plan; of its series as well as of the policy as a whole.
  const std::vector<const planner::Action*>& of_policy(const std::string& name) const;
  const std::vector<const planner::Action*>& of_series(const inventory::SeriesKey& key) const;
  /// The action that is about an attempt; null if none is.
  const planner::Action* of_attempt(const std::string& id) const;
  /// Of all policies at once; null if there is nothing.
  const planner::Action* of_all() const { return of_all_; }

 private:
  std::map<std::string, std::vector<const planner::Action*>> policies_;
  std::map<inventory::SeriesKey, std::vector<const planner::Action*>> series_;
  std::map<std::string, const planner::Action*> attempts_;
  const planner::Action* of_all_ = nullptr;
};

bool is_blocked(const planner::Action& action);

}  // namespace stillpoint::status
