#include "planner/pruning.hpp"

#include <algorithm>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::planner {

using inventory::SeriesKey;
using support::ErrorKind;

/// Plans the prunes of one series, or says why there are none. `say` gives the message of a decision.
template <class Say>
void Pruning::prune(const SeriesKey& key, const std::string& server_name, const retention::Outcome& outcome, Say say) {
  const auto add = [&](std::string reason, std::string message, auto what) {
    plan_.actions.push_back(
        {key.policy, key.server, server_name, key.dataset, std::move(reason), std::move(message), std::move(what)});
  };
  if (outcome.blocked) {
    add("PruneBlocked", outcome.blocked_message, Blocked{ErrorKind::Conflict});
    return;
  }
  disturbed_ += outcome.disturbed() ? 1 : 0;
  for (const auto& decision : outcome.decisions) {
    if (decision.fate == retention::Decision::Fate::Prune && !observed_.failed.contains(key)) {
      // A labelled attempt is over: its controller labels after the release, so no margin is needed here.
      add(std::string(reason(decision)), say(decision), Prune{*decision.attempt});
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
  const auto outcome = retention::decide(target.series, *terms, now_, wishes_.mass_delete);
  prune(target.key(), target.server.name, outcome,
        [&](const auto& decision) { return describe(decision, outcome, *terms, now_); });
}

namespace {

/// The series with one more point, complete and of the level that the dataset requires.
inventory::Series with_point(inventory::Series series, const Target& target, support::WallTime slot) {
  inventory::Attempt made;
  made.series = target.key();
  made.slot = slot;
  made.members.resize(1);
  made.members[0].own.slot = slot;
  made.state = inventory::AttemptState::Complete;
  made.consistency = target.dataset.require;
  auto place = std::lower_bound(series.begin(), series.end(), slot,
                                [](const inventory::Point& point, support::WallTime at) { return point.slot < at; });
  if (place == series.end() || place->slot != slot) {
    place = series.insert(place, inventory::Point{"", slot, {}, std::nullopt});
  }
  place->attempts.push_back(std::move(made));
  place->winner = place->attempts.size() - 1;
  return series;
}

}  // namespace

std::optional<std::string> Pruning::object_to_point(const Target& target, support::WallTime slot) const {
  const auto terms = retention::terms_of(target.policy, target.dataset);
  if (!terms || target.series.empty() || target.series.back().slot < slot) {
    return std::nullopt;  // the newest is always kept
  }
  const auto series = with_point(target.series, target, slot);
  const auto outcome = retention::decide(series, *terms, now_, retention::MassDelete::Allow);
  for (const auto& decision : outcome.decisions) {
    if (decision.attempt->id.empty() && decision.fate == retention::Decision::Fate::Prune) {
      return "there is a newer point, and one of this slot would be pruned at once (" +
             describe(decision, outcome, *terms, now_) + ")";
    }
  }
  return std::nullopt;
}

void Pruning::plan_orphan(const Orphanage& orphanage, Orphan orphan) {
  const auto* policy = orphanage.policy_of(orphan.series);
  if (policy != nullptr && orphanage.is_certain(orphan, observed_.servers) && is_due_to_go(orphan, *policy, now_)) {
    const auto outcome = retention::retire(points_.series.at(orphan.series), now_, wishes_.mass_delete);
    prune(orphan.series, orphan.server_name, outcome, [&](const auto&) {
      return "orphaned (" + orphan.why + ") without a new point for " +
             support::format_duration(*policy->orphans_after) + ", as orphans.after says";
    });
  }
  plan_.orphans.push_back(std::move(orphan));
}

void Pruning::hold_back_mass_deletion() {
  const auto objection = retention::object_to_series(disturbed_, static_cast<int>(points_.series.size()));
  if (wishes_.mass_delete == retention::MassDelete::Allow || !objection) {
    return;
  }
  std::erase_if(plan_.actions, [](const Action& action) { return std::holds_alternative<Prune>(action.what); });
  plan_.actions.push_back({"", {}, "", "", "PruneBlocked", *objection, Blocked{ErrorKind::Conflict}});
}

}  // namespace stillpoint::planner
