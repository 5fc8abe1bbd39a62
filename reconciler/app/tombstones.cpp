#include "app/tombstones.hpp"

#include <algorithm>
#include <set>

#include "planner/tombstones.hpp"
#include "store/policy_folder.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using inventory::Attempt;
using policy::Policy;

/// Its name, and those that it had and that nobody else claims.
std::set<std::string> names_of(const Policy& policy, const std::vector<Policy>& all) {
  std::set<std::string> names(policy.previous_names.begin(), policy.previous_names.end());
  names.insert(policy.name);
  for (const auto& other : all) {
    if (other.name != policy.name) {
      names.erase(other.name);
      for (const auto& previous : other.previous_names) {
        names.erase(previous);
      }
    }
  }
  return names;
}

bool any_tombstone(const std::vector<Policy>& policies) {
  return std::any_of(policies.begin(), policies.end(), [](const Policy& policy) { return policy.is_tombstone(); });
}

/// Whether the planner's rule for tombstones wants anything done for the policy, or waits for something of it. Whether
/// the cloud's clock is ours makes no difference to that.
bool asks_for(const Policy& tombstone, const std::vector<Policy>& all, const inventory::Points& points,
              support::WallTime now) {
  const planner::Observed observed{};
  const planner::Wishes wishes{};
  const planner::Situation situation{observed, wishes, now};
  planner::Tombstones rule(situation, points);
  for (const auto& policy : all) {
    rule.note(policy);
  }
  planner::Plan plan;
  rule.plan_deletions(plan);
  const auto names = names_of(tombstone, all);
  return std::any_of(plan.actions.begin(), plan.actions.end(),
                     [&](const planner::Action& action) { return names.contains(action.policy); });
}

/// The store says still what the pass went by.
bool is_unchanged(const store::Stored& stored, const Policy& tombstone) {
  return stored.policy.deleted_at == tombstone.deleted_at && stored.policy.spec_hash == tombstone.spec_hash;
}

}  // namespace

bool is_pinned_for_ever(const Attempt& attempt) {
  return std::any_of(attempt.members.begin(), attempt.members.end(), [](const inventory::Member& member) {
    const auto& own = member.own;
    return (!own.pin.empty() || !own.pin_until.empty()) && !support::parse_utc(own.pin_until);
  });
}

std::vector<const Attempt*> attempts_of(const Policy& policy, const std::vector<Policy>& all,
                                        const inventory::Points& points) {
  const auto names = names_of(policy, all);
  std::vector<const Attempt*> attempts;
  for (const auto& [key, series] : points.series) {
    if (!names.contains(key.policy)) {
      continue;
    }
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        attempts.push_back(&attempt);
      }
    }
  }
  return attempts;
}

bool is_finished(const Policy& tombstone, const std::vector<Policy>& all, const inventory::Points& points,
                 support::WallTime now) {
  if (!tombstone.is_tombstone() || asks_for(tombstone, all, points, now)) {
    return false;
  }
  if (tombstone.deletion_policy == policy::DeletionPolicy::Retain) {
    return true;
  }
  const auto attempts = attempts_of(tombstone, all, points);
  return std::all_of(attempts.begin(), attempts.end(),
                     [](const Attempt* attempt) { return is_pinned_for_ever(*attempt); });
}

std::vector<std::string> remove_finished(const std::string& folder, const std::vector<Policy>& all,
                                         const inventory::Points& points, support::WallTime now, support::Log& log) {
  std::vector<std::string> removed;
  if (!any_tombstone(all)) {
    return removed;
  }
  for (const auto& policy : all) {
    if (!is_finished(policy, all, points, now)) {
      continue;
    }
    store::PolicyFolder store(folder);
    auto done = store.read();
    const auto stored = done ? store.find(policy.name) : std::nullopt;
    if (done && (!stored || !is_unchanged(*stored, policy))) {
      continue;
    }
    done = done ? store.remove(policy.name) : done;
    if (done) {
      removed.push_back(policy.name);
      log.info("Tombstone removed", {{"policy", policy.name}, {"file", stored->file}});
    } else {
      log.error("Tombstone not removed", {{"policy", policy.name}, {"error", done.error().to_string()}});
    }
  }
  return removed;
}

void TombstoneKeeper::set_policies(const std::map<std::string, std::vector<Policy>>& by_cloud) {
  const std::lock_guard lock(mutex_);
  by_cloud_.clear();
  for (const auto& [cloud, policies] : by_cloud) {
    if (any_tombstone(policies)) {
      by_cloud_[cloud] = policies;
    }
  }
}

void TombstoneKeeper::looked(const std::string& cloud, const inventory::Points& points) {
  std::vector<Policy> policies;
  {
    const std::lock_guard lock(mutex_);
    const auto found = by_cloud_.find(cloud);
    if (folder_.empty() || found == by_cloud_.end()) {
      return;
    }
    policies = found->second;
  }
  remove_finished(folder_, policies, points, clock_.wall_now(), log_);
}

}  // namespace stillpoint::app
