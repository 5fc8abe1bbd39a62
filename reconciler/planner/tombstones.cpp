#include "planner/tombstones.hpp"

#include <algorithm>
#include <utility>

#include "planner/sweeping.hpp"
#include "planner/target.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using inventory::Attempt;
using inventory::AttemptState;
using support::ErrorKind;
using support::format_utc;

void add(const Attempt& attempt, std::string reason, std::string message, decltype(Action::what) what, Plan& plan) {
  plan.actions.push_back({attempt.series.policy, attempt.series.server, attempt.own().server_name,
                          attempt.series.dataset, std::move(reason), std::move(message), std::move(what)});
}

/// What a single volume that was not held has without proof.
bool needs_no_proof(const Attempt& attempt) {
  return attempt.state == AttemptState::Unproven && attempt.members.size() == 1 &&
         attempt.own().method == to_string(policy::Method::None);
}

}  // namespace

void Tombstones::note(const policy::Policy& policy) {
  present_[policy.name] = &policy;
  for (const auto& name : policy.previous_names) {
    previous_[name].push_back(&policy);
  }
}

const policy::Policy* Tombstones::owner_of(const inventory::SeriesKey& key) const {
  const auto present = present_.find(key.policy);
  const auto previous = previous_.find(key.policy);
  std::vector<const policy::Policy*> claims;
  if (present != present_.end()) {
    claims.push_back(present->second);
  }
  if (previous != previous_.end()) {
    claims.insert(claims.end(), previous->second.begin(), previous->second.end());
  }
  return claims.size() == 1 && claims.front()->is_tombstone() ? claims.front() : nullptr;
}

void Tombstones::plan_deletions(Plan& plan) const {
  for (const auto& [key, series] : points_.series) {
    const auto* policy = owner_of(key);
    if (policy == nullptr) {
      continue;
    }
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        plan_attempt(*policy, attempt, plan);
      }
    }
  }
}

void Tombstones::plan_attempt(const policy::Policy& policy, const Attempt& attempt, Plan& plan) const {
  const bool retains = policy.deletion_policy == policy::DeletionPolicy::Retain;
  if (retains && attempt.state == AttemptState::Complete && !attempt.is_pinned_for_ever()) {
    add(attempt, "Retained",
        "the policy was deleted at " + format_utc(*policy.deleted_at) + " with deletionPolicy Retain: its points stay",
        Relabel{attempt, Relabel::How::PinForEver}, plan);
  }
  if (attempt.pinned(situation_.now) != nullptr) {
    return;
  }
  if (attempt.state != AttemptState::Complete && attempt.hold_until() > situation_.cloud_now()) {
    add(attempt, "InFlight",
        "an attempt at " + format_utc(attempt.slot) + " may be held until " + format_utc(attempt.hold_until()),
        Wait{situation_.ours(attempt.hold_until())}, plan);
  } else if (!retains) {
    plan_deletion(policy, attempt, plan);
  } else if (attempt.deletion_begun() && attempt.state != AttemptState::Complete) {
    plan_sweep(attempt, "DeletionBegun", "of a point whose deletion was begun", plan);
  } else if (needs_no_proof(attempt)) {
    add(attempt, "CrashNeedsNoProof", "one volume that was not held is crash-consistent by itself",
        Relabel{attempt, Relabel::How::DowngradeToCrash}, plan);
  } else if (!has_label(attempt)) {
    plan_sweep(attempt, attempt.state == AttemptState::Unproven ? "Unproven" : "Incomplete",
               "of an attempt that never became a point", plan);
  }
}

void Tombstones::plan_deletion(const policy::Policy& policy, const Attempt& attempt, Plan& plan) const {
  const std::string why = "the policy was deleted at " + format_utc(*policy.deleted_at) + " with deletionPolicy Delete";
  const bool was_point = has_label(attempt) || attempt.deletion_begun();
  if (was_point && policy.suspend) {
    add(attempt, "Suspended", why + ", and spec.suspend is true: no point goes", Blocked{ErrorKind::Conflict}, plan);
  } else if (was_point && situation_.is_clock_suspect()) {
    add(attempt, "ClockSuspect",
        why + ", and this machine's clock differs from the cloud's by " +
            std::to_string(situation_.observed.clock_offset.count()) + " s: set it right",
        Blocked{ErrorKind::Unavailable}, plan);
  } else if (attempt.state != AttemptState::Complete) {
    plan_sweep(attempt, "PolicyDeleted", "of a policy that was deleted with deletionPolicy Delete", plan);
  } else if (!situation_.observed.failed.contains(attempt.series)) {
    add(attempt, "PolicyDeleted", why, Prune{attempt}, plan);
  }
}

void Tombstones::plan_sweep(const Attempt& attempt, const std::string& reason, const std::string& why,
                            Plan& plan) const {
  auto decided = sweep_when_possible(situation_, attempt, reason, why);
  add(attempt, std::move(decided.reason), std::move(decided.message), std::move(decided.what), plan);
}

}  // namespace stillpoint::planner
