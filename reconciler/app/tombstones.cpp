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

/// What could not be removed.
constexpr std::chrono::hours kTriedAgain{1};
/// What was not in the folder as it is in force.
constexpr std::chrono::minutes kLookedForAgain{1};

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

bool intersects(const std::set<std::string>& some, const std::set<std::string>& others) {
  return std::any_of(some.begin(), some.end(), [&](const auto& one) { return others.contains(one); });
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

/// A service that must not write to its configuration is as it should be.
void tell_kept(const Policy& tombstone, const std::string& why, support::Log& log) {
  log.warn("Tombstone not removed",
           {{"policy", tombstone.name},
            {"why", why},
            {"meaning", "nothing is left to do for it; `stillpoint delete " + tombstone.name + "` removes its file"}});
}

}  // namespace

support::Result<Removal> remove_tombstone(const std::string& folder, const Policy& tombstone, support::Log& log) {
  store::PolicyFolder store(folder);
  if (auto read = store.read(); !read) {
    return support::pass_on(std::move(read));
  }
  const auto stored = store.find(tombstone.name);
  if (!stored) {
    const auto& faulty = store.loaded().faulty;
    const bool is_faulty =
        std::any_of(faulty.begin(), faulty.end(), [&](const auto& policy) { return policy.name == tombstone.name; });
    return is_faulty ? Removal::Changed : Removal::Gone;
  }
  if (!is_unchanged(*stored, tombstone)) {
    return Removal::Changed;
  }
  if (auto removed = store.remove(tombstone.name); !removed) {
    return support::pass_on(std::move(removed));
  }
  log.info("Tombstone removed", {{"policy", tombstone.name}, {"file", stored->file}});
  return Removal::Removed;
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
                     [](const Attempt* attempt) { return attempt->is_pinned_for_ever(); });
}

std::vector<std::string> remove_finished(const std::string& folder, const std::vector<Policy>& all,
                                         const inventory::Points& points, support::WallTime now, support::Log& log) {
  std::vector<std::string> removed;
  for (const auto& policy : all) {
    if (!is_finished(policy, all, points, now)) {
      continue;
    }
    const auto done = remove_tombstone(folder, policy, log);
    if (!done) {
      tell_kept(policy, done.error().to_string(), log);
    } else if (*done == Removal::Removed) {
      removed.push_back(policy.name);
    }
  }
  return removed;
}

std::vector<std::string> TombstoneKeeper::looked(const std::vector<Policy>& all, const std::set<std::string>& at_work,
                                                 const inventory::Points& points) {
  std::vector<std::string> kept;
  for (const auto& policy : all) {
    if (folder_.empty() || !policy.is_tombstone() || is_left_alone(policy) ||
        intersects(names_of(policy, all), at_work) || !is_finished(policy, all, points, clock_.wall_now())) {
      continue;
    }
    const auto done = remove_tombstone(folder_, policy, log_);
    if (done && *done != Removal::Removed) {
      leave_alone(policy);
    } else if (!done && keep(policy, done.error().to_string())) {
      kept.push_back(policy.name);
    }
  }
  return kept;
}

bool TombstoneKeeper::is_left_alone(const Policy& tombstone) {
  const std::lock_guard lock(mutex_);
  const auto kept = kept_.find({tombstone.name, *tombstone.deleted_at, tombstone.spec_hash});
  return kept != kept_.end() && clock_.steady_now() < kept->second.next;
}

/// What its file says by now comes with the next reading of the folder, unless that cannot be used.
void TombstoneKeeper::leave_alone(const Policy& tombstone) {
  const std::lock_guard lock(mutex_);
  kept_[{tombstone.name, *tombstone.deleted_at, tombstone.spec_hash}].next = clock_.steady_now() + kLookedForAgain;
}

/// True if that was not said before.
bool TombstoneKeeper::keep(const Policy& tombstone, const std::string& why) {
  const std::lock_guard lock(mutex_);
  auto& kept = kept_[{tombstone.name, *tombstone.deleted_at, tombstone.spec_hash}];
  kept.next = clock_.steady_now() + kTriedAgain;
  if (std::exchange(kept.told, why) == why) {
    return false;
  }
  tell_kept(tombstone, why, log_);
  return true;
}

}  // namespace stillpoint::app
