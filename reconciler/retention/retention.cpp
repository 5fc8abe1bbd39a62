#include "retention/retention.hpp"

#include <algorithm>

#include "support/text.hpp"

namespace stillpoint::retention {
namespace {

using inventory::Attempt;
using inventory::Point;
using Fate = Decision::Fate;

/// A surplus of at most this many points is never a mass deletion.
constexpr int kSmallSurplus = 2;
/// A larger surplus is one when it is more than this part of the series.
constexpr int kSurplusPart = 4;
/// A slot further ahead than this was written by a clock that was wrong.
constexpr std::chrono::minutes kClockSlack{5};

bool good(const Point& point, policy::Consistency required) {
  return point.best() != nullptr && point.best()->consistency >= required;
}

Decision keep(const Attempt& attempt, std::string reason, std::string message) {
  return {&attempt, Fate::Keep, std::move(reason), std::move(message)};
}

Decision prune(const Attempt& attempt, std::string reason, std::string message) {
  return {&attempt, Fate::Prune, std::move(reason), std::move(message)};
}

/// `good_from_here` is how many good points have this slot or a later one.
Decision decide_winner(const Attempt& attempt, bool is_good, int good_from_here, const policy::Retention& rules) {
  const std::string level(to_string(attempt.consistency));
  if (is_good && good_from_here <= rules.keep_last) {
    return keep(attempt, "KeepLast",
                "keepLast " + std::to_string(rules.keep_last) + ": number " + std::to_string(good_from_here));
  }
  if (!is_good && good_from_here < rules.keep_last) {
    return keep(attempt, "NotCovered",
                level + " only, but " + std::to_string(good_from_here) + " of keepLast " +
                    std::to_string(rules.keep_last) + " newer points of the required level exist");
  }
  return prune(attempt, "NotKept", "keepLast " + std::to_string(rules.keep_last) + " is satisfied by newer points");
}

void apply_filters(Outcome& outcome, const policy::Retention& rules, const Attempt* newest) {
  for (auto& decision : outcome.decisions) {
    if (decision.fate == Fate::Keep) {
      continue;
    }
    if (decision.attempt->pinned()) {
      decision = keep(*decision.attempt, "Pinned", "pinned by " + support::printable(decision.attempt->own().pin));
    } else if (decision.attempt == newest) {
      decision = keep(*decision.attempt, "NewestSlot", "the newest slot's point is always kept");
    } else if (outcome.good < rules.floor) {
      decision = keep(*decision.attempt, "Floor",
                      "only " + std::to_string(outcome.good) + " points of the required level exist and the floor is " +
                          std::to_string(rules.floor));
    }
  }
}

}  // namespace

int Outcome::to_prune() const {
  return static_cast<int>(std::count_if(decisions.begin(), decisions.end(),
                                        [](const Decision& decision) { return decision.fate == Fate::Prune; }));
}

Outcome decide(const inventory::Series& series, const policy::Retention& rules, policy::Consistency required,
               support::WallTime now, MassDelete mass_delete) {
  Outcome outcome;
  const Attempt* newest = nullptr;
  int winners = 0;
  for (auto point = series.rbegin(); point != series.rend(); ++point) {
    if (point->slot > now + kClockSlack) {
      continue;
    }
    const Attempt* best = point->best();
    if (best != nullptr) {
      ++winners;
      newest = newest == nullptr ? best : newest;
      outcome.good += good(*point, required) ? 1 : 0;
      outcome.decisions.push_back(decide_winner(*best, good(*point, required), outcome.good, rules));
    }
    for (const auto& attempt : point->attempts) {
      if (&attempt != best && attempt.state == inventory::AttemptState::Complete) {
        outcome.decisions.push_back(prune(attempt, "Superseded", "another attempt of the same slot is the point"));
      }
    }
  }
  apply_filters(outcome, rules, newest);
  std::reverse(outcome.decisions.begin(), outcome.decisions.end());

  const int surplus = outcome.to_prune();
  if (mass_delete == MassDelete::Refuse && surplus > kSmallSurplus && surplus * kSurplusPart > winners) {
    outcome.blocked = true;
    outcome.blocked_message =
        std::to_string(surplus) + " of " + std::to_string(winners) +
        " points would be pruned at once; look at them with `stillpoint get points`, and allow it "
        "with --allow-mass-delete if it is meant";
  }
  return outcome;
}

}  // namespace stillpoint::retention
