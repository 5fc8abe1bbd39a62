#include "planner/pruning.hpp"

#include <utility>

#include "support/text.hpp"

namespace stillpoint::planner {

using inventory::SeriesKey;
using support::ErrorKind;

/// A permission is for what the person who gave it has seen: a series that would lose more is held back again.
template <class Decide>
retention::Outcome Pruning::within_permission(const policy::Policy& policy, const SeriesKey& key, Decide decide) {
  auto outcome = decide(wishes_.mass_delete);
  if (outcome.surplus.beyond_turnover > 0 && outcome.surplus.beyond_turnover <= policy.may_lose_at_once()) {
    permitted_.insert(key);
    return outcome.blocked ? decide(retention::MassDelete::Allow) : outcome;
  }
  return outcome;
}

/// Plans the prunes of one series, or says why there are none. `say` gives the message of a decision, `absent` the
/// volumes that must not be attached.
template <class Say, class Absent>
void Pruning::prune(const SeriesKey& key, const std::string& server_name, const retention::Outcome& outcome, Say say,
                    Absent absent) {
  const auto add = [&](std::string reason, std::string message, auto what) {
    plan_.actions.push_back(
        {key.policy, key.server, server_name, key.dataset, std::move(reason), std::move(message), std::move(what)});
  };
  if (outcome.blocked) {
    add("PruneBlocked", outcome.blocked_message, Blocked{ErrorKind::Conflict});
    return;
  }
  disturbed_ += outcome.disturbed() && !permitted_.contains(key) ? 1 : 0;
  for (const auto& decision : outcome.decisions) {
    if (decision.fate == retention::Decision::Fate::Prune && !observed_.failed.contains(key)) {
      // A labelled attempt is over: its controller labels after the release, so no margin is needed here.
      add(std::string(reason(decision)), say(decision), Prune{*decision.attempt, absent(*decision.attempt)});
    }
  }
}

void Pruning::plan_rules(const Target& target) {
  const auto terms = retention::terms_of(target.policy, target.dataset);
  if (!terms) {
    plan_.actions.push_back({target.policy.name, target.server.id, target.server.name, target.dataset.name,
                             "ZoneUnknown", terms.error().message(), Blocked{terms.error().kind()}});
    return;
  }
  const auto outcome = within_permission(target.policy, target.key(), [&](retention::MassDelete mass_delete) {
    return retention::decide(target.series, *terms, now_, mass_delete);
  });
  prune(
      target.key(), target.server.name, outcome,
      [&](const auto& decision) { return describe(decision, outcome, *terms, now_); },
      [](const inventory::Attempt&) { return std::vector<cloud::VolumeId>(); });
}

std::optional<std::string> Pruning::object_to_point(const Target& target, support::WallTime slot) const {
  const auto terms = retention::terms_of(target.policy, target.dataset);
  return terms ? retention::object_to_point(target.series, *terms, slot, now_) : std::nullopt;
}

void Pruning::plan_orphan(const Orphanage& orphanage, Orphan orphan) {
  const auto* policy = orphanage.policy_of(orphan.series);
  if (policy != nullptr && orphanage.is_certain(orphan, observed_.servers) && is_due_to_go(orphan, *policy, now_)) {
    const auto outcome = within_permission(*policy, orphan.series, [&](retention::MassDelete mass_delete) {
      return retention::retire(points_.series.at(orphan.series), now_, mass_delete);
    });
    prune(
        orphan.series, orphan.server_name, outcome,
        [&](const auto&) {
          return "orphaned (" + orphan.why + "), and " + support::format_duration(*policy->orphans_after) +
                 " have passed since its first slot without a point, as orphans.after says";
        },
        [&](const inventory::Attempt& attempt) {
          return told_by_absence(orphan, attempt, observed_.servers, observed_.volumes);
        });
  }
  plan_.orphans.push_back(std::move(orphan));
}

void Pruning::hold_back_mass_deletion() {
  const auto objection = retention::object_to_series(disturbed_, static_cast<int>(points_.series.size()));
  if (wishes_.mass_delete == retention::MassDelete::Allow || !objection) {
    return;
  }
  std::erase_if(plan_.actions, [&](const Action& action) {
    return std::holds_alternative<Prune>(action.what) && !permitted_.contains(action.series());
  });
  plan_.actions.push_back({"", {}, "", "", "PruneBlocked", *objection, Blocked{ErrorKind::Conflict}});
}

}  // namespace stillpoint::planner
