#include "rehearsal/series.hpp"

#include <algorithm>

#include "planner/target.hpp"
#include "support/ids.hpp"

namespace stillpoint::rehearsal {

using inventory::Attempt;
using inventory::AttemptState;
using inventory::Point;
using inventory::Series;
using retention::Decision;
using retention::Shield;
using retention::Standing;
using support::WallTime;

namespace {

/// A series of one attempt.
Series alone(const Attempt& attempt) {
  const bool complete = attempt.state == AttemptState::Complete;
  return {Point{attempt.point, attempt.slot, {attempt}, complete ? std::optional<size_t>(0) : std::nullopt}};
}

/// `merge` is what says which attempt is the point of a slot.
Series merged(const std::vector<Series>& parts) {
  std::vector<const Series*> pointers;
  for (const auto& part : parts) {
    pointers.push_back(&part);
  }
  return inventory::merge(pointers);
}

}  // namespace

Series complete_attempts(const Series& series) {
  std::vector<Series> parts;
  for (const auto& point : series) {
    for (const auto& attempt : point.attempts) {
      if (attempt.state == AttemptState::Complete) {
        parts.push_back(alone(attempt));
      }
    }
  }
  return merged(parts);
}

void take_out(Series& series, WallTime slot, const std::string& attempt) {
  const auto point =
      std::find_if(series.begin(), series.end(), [&](const Point& candidate) { return candidate.slot == slot; });
  if (point == series.end()) {
    return;
  }
  std::vector<Series> others;
  for (const auto& other : point->attempts) {
    if (other.id != attempt) {
      others.push_back(alone(other));
    }
  }
  if (others.empty()) {
    series.erase(point);
  } else {
    *point = merged(others).front();
  }
}

VirtualSeries::VirtualSeries(const policy::Dataset& dataset, const retention::Terms& terms,
                             retention::MassDelete mass_delete, int may_lose, Series found)
    : dataset_(dataset),
      terms_(terms),
      mass_delete_(mass_delete),
      may_lose_(may_lose),
      level_(policy::highest_level(dataset.hold.method)),
      standing_(level_ >= terms_.required ? Standing::Good : Standing::Below),
      plain_(std::move(found)) {
  for (const auto& point : plain_) {
    for (const auto& attempt : point.attempts) {
      by_name_.emplace(Name(attempt.slot, attempt.id), by_name_.size());
    }
  }
}

VirtualSeries::Need VirtualSeries::need(WallTime slot, WallTime now) const {
  if (is_settled()) {
    return live_.contains(slot) ? Need::Nothing : Need::Point;
  }
  const auto point = std::find_if(plain_.begin(), plain_.end(), [&](const Point& one) { return one.slot == slot; });
  if (point == plain_.end()) {
    return retention::object_to_point(plain_, terms_, slot, now) ? Need::NotWanted : Need::Point;
  }
  return planner::serves_slot(*point, dataset_)                                 ? Need::Nothing
         : point->attempts.size() >= static_cast<size_t>(planner::kMaxAttempts) ? Need::GivenUp
         : retention::object_to_point(plain_, terms_, slot, now)                ? Need::NotWanted
                                                                                : Need::Point;
}

/// As the cloud would show a point that was made. Its id cannot be one of the cloud's, which are hexadecimal.
Attempt VirtualSeries::attempt_of(WallTime slot, WallTime taken, size_t point) const {
  Attempt attempt;
  attempt.id = "made-" + std::to_string(point);
  attempt.slot = slot;
  attempt.state = AttemptState::Complete;
  attempt.consistency = level_;
  attempt.members.emplace_back();
  attempt.members.front().snapshot.created_at = taken;
  return attempt;
}

void VirtualSeries::made(WallTime slot, WallTime now, size_t point) {
  if (is_settled()) {
    const retention::Copy copy{slot, standing_, Shield::None};
    live_.emplace(slot, Live{point, copy, std::nullopt});
    rolling_->add(copy);
    going_before_newest_ = judged_ ? std::optional(surplus_.going) : std::nullopt;
    judged_ = false;
  } else {
    const Attempt attempt = attempt_of(slot, now, point);
    by_name_[{slot, attempt.id}] = point;
    plain_ = merged({plain_, alone(attempt)});
  }
}

void VirtualSeries::pruned(size_t point, WallTime slot) {
  if (is_settled()) {
    rolling_->remove(slot);
    live_.erase(slot);
    forget_judgement();
    return;
  }
  const auto name =
      std::find_if(by_name_.begin(), by_name_.end(), [&](const auto& entry) { return entry.second == point; });
  take_out(plain_, slot, name->first.second);
  by_name_.erase(name);
}

void VirtualSeries::look(WallTime now) {
  for (auto& [slot, live] : live_) {
    if (live.copy.shield == Shield::Pinned && live.found->pinned(now) == nullptr) {
      live.copy.shield = Shield::None;
      forget_judgement();
      rolling_->shield(slot, Shield::None);
    }
  }
}

void VirtualSeries::forget_judgement() {
  judged_ = false;
  held_back_ = false;
  going_before_newest_.reset();
}

void VirtualSeries::settle(WallTime now, WallTime next) {
  const bool regular = std::all_of(plain_.begin(), plain_.end(), [&](const Point& point) {
    return point.attempts.size() == 1 && point.slot < next && point.slot <= now + retention::kClockSlack;
  });
  if (is_settled() || !regular) {
    return;
  }
  rolling_.emplace(terms_);
  for (const auto& point : plain_) {
    const Attempt& attempt = point.attempts.front();
    const retention::Copy copy{point.slot, attempt.consistency >= terms_.required ? Standing::Good : Standing::Below,
                               attempt.pinned(now) != nullptr ? Shield::Pinned : Shield::None};
    live_.emplace(point.slot, Live{by_name_.at({attempt.slot, attempt.id}), copy, attempt});
    rolling_->add(copy);
  }
  plain_.clear();
  by_name_.clear();
}

VirtualSeries::Going VirtualSeries::going(WallTime now) {
  if (is_settled()) {
    return going_by_rolling();
  }
  auto outcome = retention::decide(plain_, terms_, now, mass_delete_);
  surplus_ = outcome.surplus;
  if (outcome.blocked && permitted()) {
    outcome = retention::decide(plain_, terms_, now, retention::MassDelete::Allow);
  }
  Going going;
  for (const auto& decision : outcome.decisions) {
    if (decision.fate == Decision::Fate::Prune) {
      going.points.push_back(place_of(*decision.attempt));
    }
  }
  if (outcome.blocked) {
    going.blocked = outcome.blocked_message;
  }
  return going;
}

VirtualSeries::Going VirtualSeries::going_by_rolling() {
  // A point that is added takes places and gives none back, where all are of the required level. So as long as the
  // guard would hold back what went before, it holds back what goes now, and a series that it holds for a year is
  // cheap.
  if (held_back_ && static_cast<size_t>(rolling_->good()) == rolling_->size()) {
    surplus_.points = static_cast<int>(rolling_->size());
    if (auto objection = retention::object_to(surplus_)) {
      return {{}, std::move(objection)};
    }
  }
  Going going;
  const auto slots = rolling_->surplus();
  for (const auto slot : slots) {
    going.points.push_back(live_.at(slot).point);
  }
  judged_ = true;
  surplus_ = {static_cast<int>(rolling_->size()), static_cast<int>(slots.size()), 0, retention::count_rules(terms_)};
  // What is beyond the turnover is dear to know, and mostly makes no difference to the guard.
  if (mass_delete_ == retention::MassDelete::Refuse && too_many(1)) {
    surplus_.beyond_turnover = too_many(0) ? 1 : std::min(1, beyond_turnover());
    going.blocked = retention::object_to(surplus_);
    if (going.blocked && permitted()) {
      going.blocked.reset();
    }
  }
  held_back_ = going.blocked.has_value();
  return going;
}

bool VirtualSeries::too_many(int beyond_turnover) const {
  auto surplus = surplus_;
  surplus.beyond_turnover = beyond_turnover;
  return retention::object_to(surplus).has_value();
}

/// How many go whether or not the newest point is there.
int VirtualSeries::beyond_turnover() const {
  if (!is_settled()) {
    return surplus_.beyond_turnover;
  }
  if (going_before_newest_) {
    return *going_before_newest_;
  }
  std::vector<retention::Copy> copies;
  for (const auto& [slot, live] : live_) {
    copies.push_back(live.copy);
  }
  return retention::going_without_newest(std::move(copies), terms_);
}

bool VirtualSeries::disturbed() const {
  return surplus_.going > 1 && beyond_turnover() > may_lose_;
}

bool VirtualSeries::permitted() const {
  if (may_lose_ == 0) {
    return false;  // to know the other number is dear
  }
  const int beyond = beyond_turnover();
  return beyond > 0 && beyond <= may_lose_;
}

Series VirtualSeries::whole_series() const {
  Series series = plain_;
  for (const auto& [slot, live] : live_) {
    series.push_back(alone(live.found ? *live.found : attempt_of(slot, slot, live.point)).front());
  }
  return series;
}

size_t VirtualSeries::place_of(const Attempt& attempt) const {
  return is_settled() ? live_.at(attempt.slot).point : by_name_.at({attempt.slot, attempt.id});
}

std::vector<KeptPoint> VirtualSeries::kept(WallTime now) const {
  const auto series = whole_series();
  const auto outcome = retention::decide(series, terms_, now, mass_delete_);
  std::vector<KeptPoint> kept;
  for (const auto& decision : outcome.decisions) {
    KeptPoint point{place_of(*decision.attempt),
                    {},
                    std::string(retention::reason(decision)),
                    describe(decision, outcome, terms_, now)};
    if (decision.fate == Decision::Fate::Prune) {
      point.reason = "PruneBlocked";
      point.why = "no rule keeps it, but the guard against mass deletion holds it back: " + point.why;
    } else {
      std::transform(decision.grounds.begin(), decision.grounds.end(), std::back_inserter(point.rules),
                     [](const retention::Ground& ground) { return ground.rule; });
    }
    kept.push_back(std::move(point));
  }
  return kept;
}

}  // namespace stillpoint::rehearsal
