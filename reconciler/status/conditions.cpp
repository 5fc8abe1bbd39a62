#include "status/conditions.hpp"

#include <algorithm>
#include <variant>

#include "support/text.hpp"

namespace stillpoint::status {
namespace {

using planner::Action;
using support::WallTime;
using Type = Condition::Type;

/// What is said of a condition now. `since` is told where something but the comparison with before tells it.
struct Verdict {
  Truth truth = Truth::Unknown;
  std::string reason;
  std::string message;
  std::optional<WallTime> since = std::nullopt;
};

std::string place_of(const std::string& dataset, const std::string& server_name) {
  return dataset.empty() ? "" : dataset + " of " + server_name + ": ";
}

/// The first of several findings, and how many more there are.
std::string and_more(const std::string& first, size_t count) {
  return count > 1 ? first + " (and " + std::to_string(count - 1) + " more)" : first;
}

template <class Matters>
std::optional<Verdict> first_blocked(const std::vector<const Action*>& actions, Matters matters) {
  const Action* first = nullptr;
  size_t count = 0;
  for (const auto* action : actions) {
    if (is_blocked(*action) && matters(*action)) {
      first = first == nullptr ? action : first;
      ++count;
    }
  }
  if (first == nullptr) {
    return std::nullopt;
  }
  return Verdict{Truth::True, first->reason,
                 and_more(place_of(first->dataset, first->server_name) + first->message, count)};
}

bool is_conflict(const Action& action) {
  return action.reason == "VolumeClaimedTwice" || action.reason == "SeriesClaimedTwice";
}

Verdict judge_ready(const PolicyStatus& policy, const Evidence& evidence) {
  const auto blocked = first_blocked(evidence.said.of_policy(policy.name),
                                     [](const Action& action) { return action.reason != "PruneBlocked"; });
  if (policy.suspended) {
    return {Truth::False, "Suspended", "spec.suspend is true: no point is made, and none is pruned"};
  }
  if (blocked) {
    return {Truth::False, blocked->reason, blocked->message};
  }
  return {Truth::True, "NothingBlocked", "nothing waits for a person"};
}

Verdict judge_scheduled(const PolicyStatus& policy) {
  if (policy.suspended) {
    return {Truth::False, "Suspended", "spec.suspend is true: no slot is served"};
  }
  if (!policy.next_slot) {
    return {Truth::False, "NoNextSlot", "the schedule names no slot to come that no blackout skips"};
  }
  return {Truth::True, "NextSlot", "the next slot is " + support::format_utc(*policy.next_slot)};
}

/// The series that are asked for; one whose volumes are gone is.
std::vector<const SeriesStatus*> asked_for(const PolicyStatus& policy) {
  std::vector<const SeriesStatus*> asked;
  for (const auto& series : policy.series) {
    if (!series.orphaned || series.orphan_reason == "VolumesGone") {
      asked.push_back(&series);
    }
  }
  return asked;
}

Verdict judge_protected(const PolicyStatus& policy, const Evidence& evidence) {
  const auto asked = asked_for(policy);
  if (asked.empty()) {
    return {Truth::False, "NothingSelected", "no dataset of any server is selected, so nothing is protected"};
  }
  const SeriesStatus* worst = nullptr;
  size_t late = 0;
  const SeriesStatus* bare = nullptr;
  size_t without = 0;
  for (const auto* series : asked) {
    if (series->overdue.count() > 0) {
      worst = worst == nullptr || series->overdue > worst->overdue ? series : worst;
      ++late;
    } else if (!series->last_good) {
      bare = bare == nullptr ? series : bare;
      ++without;
    }
  }
  if (worst != nullptr) {
    const std::string text = place_of(worst->dataset, worst->server_name) +
                             (worst->last_good ? "no good point since " + support::format_utc(*worst->last_good)
                                               : "it never had a good point");
    return {Truth::False, "Overdue", and_more(text, late), *worst->due};
  }
  if (bare != nullptr) {
    return {Truth::False, "NoPointYet",
            and_more(place_of(bare->dataset, bare->server_name) + "there is no good point yet", without)};
  }
  if (policy.suspended) {
    return {Truth::Unknown, "Suspended", "spec.suspend is true: the points there are grow old"};
  }
  return {Truth::True, "PointsInTime", "every dataset has a good point of its latest slot", evidence.protected_since};
}

Verdict judge_prunes(const PolicyStatus& policy, const Evidence& evidence) {
  const auto blocked = first_blocked(evidence.said.of_policy(policy.name),
                                     [](const Action& action) { return action.reason == "PruneBlocked"; });
  if (blocked) {
    return {Truth::True, "MassDeletion", blocked->message};
  }
  if (const auto* all = evidence.said.of_all(); all != nullptr && all->reason == "PruneBlocked") {
    return {Truth::True, "MassDeletion", "of all policies together: " + all->message};
  }
  return {Truth::False, "NothingHeldBack", "no prune is held back"};
}

Verdict judge_holds(const PolicyStatus& policy) {
  const SeriesStatus* newest = nullptr;
  std::optional<WallTime> first;
  size_t count = 0;
  for (const auto& series : policy.series) {
    if (series.failure) {
      newest = newest == nullptr || series.failure->when > newest->failure->when ? &series : newest;
      first = first ? std::min(*first, series.failure->when) : series.failure->when;
      ++count;
    }
  }
  if (newest == nullptr) {
    return {Truth::False, "NoFailure", "no attempt has failed since the newest good point"};
  }
  return {Truth::True, newest->failure->reason,
          and_more(place_of(newest->dataset, newest->server_name) + newest->failure->message, count), first};
}

Verdict judge_conflict(const PolicyStatus& policy, const Evidence& evidence) {
  if (const auto conflict = first_blocked(evidence.said.of_policy(policy.name), is_conflict)) {
    return *conflict;
  }
  if (policy.suspended || evidence.clock_suspect) {
    return {Truth::Unknown, policy.suspended ? "Suspended" : "ClockSuspect", "it was not looked for"};
  }
  return {Truth::False, "NoConflict", "no other dataset claims its volumes or points"};
}

Verdict judge_orphans(const PolicyStatus& policy) {
  size_t count = 0;
  const SeriesStatus* first = nullptr;
  for (const auto& series : policy.series) {
    if (series.orphaned) {
      first = first == nullptr ? &series : first;
      ++count;
    }
  }
  if (first == nullptr) {
    return {Truth::False, "NoOrphan", "every series of its points is still asked for"};
  }
  return {Truth::True, first->orphan_reason,
          and_more(place_of(first->dataset, first->server_name) + first->trouble, count)};
}

Verdict judge_clock(const PolicyStatus& policy, const Evidence& evidence) {
  if (evidence.clock_suspect) {
    return {Truth::True, "ClockOffset",
            "this machine's clock differs from the cloud's by " + std::to_string(evidence.clock_offset.count()) +
                " s; set it right"};
  }
  for (const auto* action : evidence.said.of_policy(policy.name)) {
    if (action->reason == "ClockWentBack" || action->reason == "ClockJumpedAhead") {
      return {Truth::True, action->reason, place_of(action->dataset, action->server_name) + action->message};
    }
  }
  for (const auto& series : policy.series) {
    for (const auto& point : series.points) {
      if (point.kept_by == "ClockSuspect") {
        return {Truth::True, "PointAhead",
                place_of(series.dataset, series.server_name) + "the slot of a point, " +
                    support::format_utc(point.slot) + ", is ahead of the clock; the point is set aside"};
      }
    }
  }
  return {Truth::False, "ClockSound", "this machine's clock agrees with the cloud's and with the points"};
}

/// Of what no document asks for there is little to say.
Verdict judge_given_up(const PolicyStatus& policy, Type type, const Evidence& evidence) {
  const std::string reason = policy.deleted ? "Deleted" : "PolicyUnknown";
  const std::string message = policy.deleted ? "the policy was deleted" : "no policy has this name";
  switch (type) {
    case Type::Ready: {
      const auto blocked = first_blocked(evidence.said.of_policy(policy.name), [](const Action&) { return true; });
      return blocked ? Verdict{Truth::False, blocked->reason, blocked->message}
                     : Verdict{Truth::False, reason, message};
    }
    case Type::Scheduled:
    case Type::Protected:
      return {Truth::False, reason, message};
    case Type::PruneBlocked:
      return judge_prunes(policy, evidence);
    case Type::HoldFailed:
      return judge_holds(policy);
    case Type::Conflict:
      return {Truth::False, "NoConflict", message};
    case Type::Orphaned:
      return judge_orphans(policy);
    case Type::ClockSuspect:
      return judge_clock(policy, evidence);
  }
  return {};
}

Verdict judge(const PolicyStatus& policy, Type type, const Evidence& evidence) {
  if (policy.deleted || policy.unknown) {
    return judge_given_up(policy, type, evidence);
  }
  switch (type) {
    case Type::Ready:
      return judge_ready(policy, evidence);
    case Type::Scheduled:
      return judge_scheduled(policy);
    case Type::Protected:
      return judge_protected(policy, evidence);
    case Type::PruneBlocked:
      return judge_prunes(policy, evidence);
    case Type::HoldFailed:
      return judge_holds(policy);
    case Type::Conflict:
      return judge_conflict(policy, evidence);
    case Type::Orphaned:
      return judge_orphans(policy);
    case Type::ClockSuspect:
      return judge_clock(policy, evidence);
  }
  return {};
}

/// The instant of the last change is that of before as long as the truth is the same.
Condition stamp(Type type, Verdict verdict, WallTime now, const PolicyStatus* before) {
  Condition condition{type, verdict.truth, std::move(verdict.reason), std::move(verdict.message),
                      verdict.since.value_or(now)};
  if (before != nullptr && before->conditions.size() == kConditionTypes) {
    const auto& earlier = before->condition(type);
    if (earlier.truth == condition.truth) {
      condition.since = earlier.since;
    } else if (verdict.truth == Truth::True && earlier.truth != Truth::Unknown && type == Type::Protected) {
      condition.since = now;  // how long it was so before it was not is over
    }
  }
  return condition;
}

}  // namespace

std::vector<Condition> conditions_of(const PolicyStatus& policy, const Evidence& evidence) {
  std::vector<Condition> conditions;
  for (size_t i = 0; i < kConditionTypes; ++i) {
    const auto type = static_cast<Type>(i);
    conditions.push_back(stamp(type, judge(policy, type, evidence), evidence.now, evidence.before));
  }
  return conditions;
}

void say_invalid(PolicyStatus& policy, const std::string& error, WallTime since) {
  auto& ready = policy.conditions[static_cast<size_t>(Type::Ready)];
  if (ready.truth == Truth::Unknown) {
    return;
  }
  ready.since = ready.truth == Truth::False ? std::min(ready.since, since) : since;
  ready.truth = Truth::False;
  ready.reason = "PolicyInvalid";
  ready.message = "it stays in force as it last was: " + error;
}

std::vector<Condition> unknown_conditions(const std::string& reason, const std::string& message, WallTime now,
                                          const PolicyStatus* before) {
  std::vector<Condition> conditions;
  for (size_t i = 0; i < kConditionTypes; ++i) {
    conditions.push_back(stamp(static_cast<Type>(i), {Truth::Unknown, reason, message}, now, before));
  }
  return conditions;
}

}  // namespace stillpoint::status
