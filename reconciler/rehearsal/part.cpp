#include "rehearsal/part.hpp"

#include <algorithm>
#include <tuple>

#include "inventory/match.hpp"

namespace stillpoint::rehearsal {

using inventory::SeriesKey;
using support::WallTime;

RehearsalPart::RehearsalPart(const policy::Policy& of_policy, const planner::Action& asked,
                             const cloud::Server& of_server, const planner::Observed& observed)
    : policy(&of_policy), server(&of_server) {
  dataset = &*std::find_if(policy->datasets.begin(), policy->datasets.end(),
                           [&](const policy::Dataset& one) { return one.name == asked.dataset; });
  result.key = {policy->name, server->id, dataset->name};
  result.server_name = server->name;
  if (const auto* create = std::get_if<planner::CreatePoint>(&asked.what)) {
    volumes = create->volumes;
  } else if (policy->suspend) {
    kind = Kind::Suspended;
    result.suspended = true;
  } else {
    result.objection = planner::Objection{asked.reason, asked.message};
    if (!inventory::select_volumes(*dataset, *server, observed.volumes)) {
      kind = Kind::Orphaned;
      result.orphaned = "VolumesGone";
    }
  }
}

RehearsalPart::RehearsalPart(const policy::Policy& of_policy, const planner::Orphan& orphan)
    : kind(Kind::Orphaned), policy(&of_policy) {
  result.key = orphan.series;
  result.server_name = orphan.server_name;
  result.orphaned = orphan.why;
}

void RehearsalPart::add_found(const inventory::Attempt& attempt, std::vector<cloud::Volume> bill, KeyCount* key) {
  RehearsedPoint point;
  point.slot = attempt.slot;
  point.taken = attempt.own().taken;
  point.snapshots = static_cast<int>(attempt.members.size());
  point.gib = attempt.size_gib();
  point.standing = dataset == nullptr || attempt.consistency >= dataset->require ? retention::Standing::Good
                                                                                 : retention::Standing::Below;
  result.points.push_back(point);
  charges.push_back({std::move(bill), key});
  names.emplace_back(attempt.slot, attempt.id);
}

void RehearsalPart::keep(inventory::Series found, retention::MassDelete mass_delete) {
  const auto terms = retention::terms_of(*policy, *dataset);
  if (terms) {
    series.emplace(*dataset, *terms, mass_delete, policy->may_lose_at_once(), std::move(found));
  } else {
    result.objection = planner::Objection{"ZoneUnknown", terms.error().message()};
  }
}

void RehearsalPart::note_beginning(WallTime from) {
  now_.at = from;
  for (const auto& point : result.points) {
    count(point, 1);
  }
  result.worst = now_;
}

void RehearsalPart::count(const RehearsedPoint& point, int change) {
  now_.points += change;
  now_.gib += change * point.gib;
}

VirtualSeries::Need RehearsalPart::need(WallTime slot, WallTime now) const {
  if (series) {
    return series->need(slot, now);
  }
  // Of what is under no rules, nothing is made: there are the points of the beginning.
  const bool served = std::any_of(result.points.begin(), result.points.end(), [&](const RehearsedPoint& point) {
    return point.slot == slot && !point.gone &&
           (point.standing == retention::Standing::Good || dataset->on_failure == policy::OnFailure::Downgrade);
  });
  return served ? VirtualSeries::Need::Nothing : VirtualSeries::Need::Point;
}

bool RehearsalPart::wants(WallTime slot, WallTime from, WallTime now) {
  using Need = VirtualSeries::Need;
  const auto needed = need(slot, now);
  // The planner objects to what it cannot hold before it finds that it need not.
  if (needed == Need::Nothing || (needed == Need::NotWanted && !result.objection)) {
    in_run_ = false;
    // One that was served before the beginning is not of this period.
    result.slots.had += slot >= from ? 1 : 0;
    return false;
  }
  if (needed == Need::GivenUp) {
    log_missed(slot, "TooManyAttempts", "too many attempts have failed; it is given up");
    return false;
  }
  if (result.objection) {
    log_missed(slot, result.objection->reason, result.objection->message);
  }
  return !result.objection;
}

void RehearsalPart::add_made(WallTime slot, WallTime now, Step step) {
  RehearsedPoint point;
  point.slot = slot;
  point.taken = now;
  point.made_step = step;
  point.snapshots = static_cast<int>(volumes.size());
  for (const auto& volume : volumes) {
    point.gib += volume.size_gib;
  }
  series->made(slot, now, result.points.size());
  result.points.push_back(point);
  charges.push_back({std::nullopt, own_key_});
  ++result.slots.made;
  in_run_ = false;
  count(point, 1);
  if (std::tie(now_.gib, now_.points) > std::tie(result.worst.gib, result.worst.points)) {
    result.worst = {now, step, now_.points, now_.gib};
  }
}

void RehearsalPart::note_gone(size_t point, WallTime now, Step step) {
  auto& gone = result.points[point];
  gone.gone = now;
  gone.gone_step = step;
  count(gone, -1);
  if (series) {
    series->pruned(point, gone.slot);
  }
}

void RehearsalPart::log_missed(WallTime slot, const std::string& reason, const std::string& message) {
  ++result.slots.missed;
  log_unserved({UnservedRun::Fate::Missed, reason, message, 1, slot, slot, slot, slot});
}

void RehearsalPart::log_skipped(const std::vector<Timetable::Skipped>& skipped) {
  for (const auto& [slot, by] : skipped) {
    ++result.slots.blacked_out;
    log_unserved({UnservedRun::Fate::BlackedOut, "Blackout", by.reason, 1, slot, slot, by.window.begin, by.window.end});
  }
}

void RehearsalPart::log_unserved(UnservedRun run) {
  auto* last = in_run_ && !result.runs.empty() ? &result.runs.back() : nullptr;
  // Of a blackout the message is the reason; of a quota it has numbers that change from slot to slot.
  const bool goes_on = last != nullptr && last->fate == run.fate && last->reason == run.reason &&
                       (run.fate == UnservedRun::Fate::Missed || last->message == run.message);
  if (goes_on) {
    ++last->count;
    last->last = run.last;
    last->end = run.end;
  } else {
    result.runs.push_back(std::move(run));
  }
  in_run_ = true;
}

void RehearsalPart::judge_retired(const inventory::Series& found, WallTime now, retention::MassDelete mass_delete) {
  auto outcome = retention::retire(found, now, mass_delete);
  retired_ = outcome.surplus.beyond_turnover;
  if (outcome.blocked && is_permitted()) {
    outcome = retention::retire(found, now, retention::MassDelete::Allow);
  }
  for (const auto& decision : outcome.decisions) {
    if (decision.fate == retention::Decision::Fate::Prune) {
      const auto name = std::find(names.begin(), names.end(), std::pair(decision.attempt->slot, decision.attempt->id));
      going.points.push_back(static_cast<size_t>(name - names.begin()));
    }
  }
  if (outcome.blocked) {
    going.blocked = outcome.blocked_message;
  }
}

bool RehearsalPart::is_disturbed() const {
  // All that a given-up series loses is beyond any turnover.
  return going.points.size() > 1 && (series ? series->disturbed() : !is_permitted());
}

bool RehearsalPart::is_permitted() const {
  return series ? series->permitted() : retired_ > 0 && retired_ <= policy->may_lose_at_once();
}

RehearsalPart::KeyCount& RehearsalPart::own_key(std::map<SeriesKey, int>& alive) {
  if (own_key_ == nullptr) {
    own_key_ = &*alive.try_emplace(result.key, 0).first;
  }
  return *own_key_;
}

void RehearsalPart::finish(Period period, Rules rules) {
  result.end = {period.to, kNoStep - 1, now_.points, now_.gib};
  if (kind == Kind::Suspended) {
    result.kept = kept_without_rules("Suspended", "the policy is suspended: nothing goes");
  } else if (rules == Rules::Contested) {
    result.kept = kept_without_rules("SeriesClaimedTwice", "several claim the series: nothing goes");
  } else if (kind == Kind::Orphaned) {
    result.kept = kept_without_rules("Orphaned", "nothing asks for it any more");
  } else if (series) {
    result.kept = series->kept(period.to);
  }
  if (kind == Kind::Kept || (kind == Kind::Orphaned && dataset != nullptr)) {
    result.longest_gap = longest_gap(result.points, period);
  }
}

std::vector<KeptPoint> RehearsalPart::kept_without_rules(const std::string& reason, const std::string& why) const {
  std::vector<KeptPoint> kept;
  for (size_t i = 0; i < result.points.size(); ++i) {
    if (!result.points[i].gone) {
      kept.push_back({i, {}, reason, why});
    }
  }
  std::stable_sort(kept.begin(), kept.end(), [&](const KeptPoint& a, const KeptPoint& b) {
    return result.points[a.point].slot < result.points[b.point].slot;
  });
  return kept;
}

Gap longest_gap(const std::vector<RehearsedPoint>& points, Period period) {
  std::vector<WallTime> taken;
  for (const auto& point : points) {
    if (point.standing == retention::Standing::Good && point.taken < period.to) {
      taken.push_back(point.taken);
    }
  }
  std::sort(taken.begin(), taken.end());
  const auto first = std::upper_bound(taken.begin(), taken.end(), period.from);
  Gap longest{first == taken.begin() ? period.from : *std::prev(first), period.to};
  WallTime last = longest.from;
  longest.to = longest.from;
  const auto go_on_to = [&](WallTime next) {
    if (next - last > longest.to - longest.from) {
      longest = {last, next};
    }
    last = next;
  };
  std::for_each(first, taken.end(), go_on_to);
  go_on_to(period.to);
  return longest;
}

SlotCounts Rehearsal::slots() const {
  SlotCounts sum;
  for (const auto& one : series) {
    sum.made += one.slots.made;
    sum.had += one.slots.had;
    sum.missed += one.slots.missed;
    sum.blacked_out += one.slots.blacked_out;
  }
  return sum;
}

bool Rehearsal::falls_short() const {
  return std::any_of(series.begin(), series.end(),
                     [](const RehearsedSeries& one) { return one.slots.missed > 0 || one.objection; }) ||
         std::any_of(problems.begin(), problems.end(),
                     [](const RehearsalProblem& problem) { return problem.kind == RehearsalProblem::Kind::NeverHeld; });
}

}  // namespace stillpoint::rehearsal
