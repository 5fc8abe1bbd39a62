#include "planner/leftovers.hpp"

#include <algorithm>
#include <utility>

#include "planner/sweeping.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {

using inventory::Attempt;
using inventory::AttemptState;
using inventory::Point;
using support::ErrorKind;
using support::format_utc;

namespace {

/// One volume that was not held is crash-consistent by itself.
bool needs_no_proof(const Attempt& attempt) {
  return attempt.own().method == to_string(policy::Method::None) && attempt.members.size() == 1;
}

}  // namespace

template <class What>
void Leftovers::add(const Target& target, std::string reason, std::string message, What what) {
  plan_.actions.push_back(make_action(target, std::move(reason), std::move(message), std::move(what)));
}

void Leftovers::plan(const Target& target, const Attempt& attempt) {
  if (attempt.state == AttemptState::Complete) {
    if (!attempt.all_labelled()) {
      add(target, "LabelMissing", "a member of a proven attempt does not carry its label yet", Complete{attempt});
    }
  } else if (attempt.deletion_begun()) {
    // To finish a prune is a prune: not while those rest.
    if (attempt.pinned(situation_.now) == nullptr && !target.policy.suspend && !situation_.is_clock_suspect()) {
      plan_sweep(target, attempt, "DeletionBegun", "of a point whose deletion was begun");
    }
  } else if (has_label(attempt)) {
    plan_damaged(target, attempt);
  } else if (attempt.hold_until() > situation_.cloud_now()) {
    add(target, "InFlight",
        "an attempt at " + format_utc(attempt.slot) + " may be held until " + format_utc(attempt.hold_until()),
        Wait{situation_.ours(attempt.hold_until())});
  } else if (attempt.pinned(situation_.now) != nullptr) {
    return;
  } else if (attempt.state == AttemptState::Unproven) {
    plan_unproven(target, attempt);
  } else {
    plan_sweep(target, attempt, "Incomplete", "of an attempt that did not get all its snapshots");
  }
}

/// A point that was proven and is not whole now: backed up, restored from, or damaged. It is never swept (P5).
void Leftovers::plan_damaged(const Target& target, const Attempt& attempt) {
  if (is_busy_point(attempt)) {
    add(target, "PointBusy",
        "the cloud is busy with a snapshot of the point " + format_utc(attempt.slot) + " (a backup of it, perhaps)",
        Wait{situation_.soon()});
  } else {
    add(target, "PointDamaged",
        "the proven point " + format_utc(attempt.slot) +
            " has lost a snapshot or has one in error; look at it with `stillpoint get points -o wide` and delete "
            "what is left of it by hand",
        Blocked{ErrorKind::Conflict});
  }
}

bool Leftovers::may_ask_server(const Target& target, const Attempt& attempt) const {
  return target.can_ask_server() && !situation_.observed.not_intact.contains(attempt.id);
}

void Leftovers::plan_unproven(const Target& target, const Attempt& attempt) {
  const bool one_volume = attempt.members.size() == 1;
  if (needs_no_proof(attempt)) {
    add(target, "CrashNeedsNoProof", "one volume that was not held is crash-consistent by itself",
        Relabel{attempt, Relabel::How::DowngradeToCrash});
  } else if (may_ask_server(target, attempt)) {
    add(target, "VerdictUnknown", "ask the server whether the hold was intact",
        Relabel{attempt, Relabel::How::AskVerdict});
  } else if (target.dataset.on_failure == policy::OnFailure::Downgrade && one_volume &&
             situation_.is_sweepable(attempt)) {
    add(target, "Downgraded", "nothing proves the hold; kept as crash-consistent because onFailure is downgrade",
        Relabel{attempt, Relabel::How::DowngradeToCrash});
  } else {
    plan_sweep(target, attempt, "Unproven", "that became available without proof that the hold was intact");
  }
}

/// Attempts at a slot are counted by what they left behind, so that a slot is not tried for ever.
bool Leftovers::counts_for_wanted_slot(const Target& target, const Attempt& attempt) const {
  return target.wanted && attempt.slot == target.wanted->slot && !target.policy.suspend &&
         std::none_of(target.series.begin(), target.series.end(), [&](const Point& point) {
           return point.slot == target.wanted->slot && serves_slot(point, target.dataset);
         });
}

void Leftovers::plan_sweep(const Target& target, const Attempt& attempt, const std::string& reason,
                           const std::string& what) {
  if (counts_for_wanted_slot(target, attempt)) {
    add(target, "SlotOpen",
        support::count_of(attempt.members.size(), "snapshot") + " " + what +
            "; kept until the slot is over, because it counts against its attempts",
        Wait{situation_.soon()});
    return;
  }
  auto decided = sweep_when_possible(situation_, attempt, reason, what);
  add(target, std::move(decided.reason), std::move(decided.message), std::move(decided.what));
}

bool Leftovers::has_open_attempt(const Target& target, const Point& point) const {
  return std::any_of(point.attempts.begin(), point.attempts.end(), [&](const Attempt& attempt) {
    // What only lacks its label serves the slot once it has it: a second attempt would be one too many.
    const bool may_be_proven = may_ask_server(target, attempt) ||
                               (needs_no_proof(attempt) && target.dataset.require <= policy::Consistency::Crash);
    const bool label_open =
        attempt.state == AttemptState::Unproven && may_be_proven && attempt.pinned(situation_.now) == nullptr;
    return attempt.state != AttemptState::Complete &&
           (attempt.hold_until() > situation_.cloud_now() || label_open || is_busy_point(attempt));
  });
}

}  // namespace stillpoint::planner
