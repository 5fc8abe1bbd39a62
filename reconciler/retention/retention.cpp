#include "retention/retention.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::retention {
namespace {

using inventory::Attempt;
using inventory::Point;
using support::WallTime;
using Fate = Decision::Fate;
using Special = Decision::Special;

/// Begins the decision with what can be said without the rules. The slot's own attempt is up to them.
Decision begin(const Point& point, const Attempt& attempt, WallTime now) {
  Decision decision;
  decision.attempt = &attempt;
  if (attempt.pinned(now) != nullptr) {
    decision.specials.push_back(Special::Pinned);
  }
  if (point.slot > now + kClockSlack) {
    decision.specials.push_back(Special::ClockSuspect);
  } else if (&attempt != point.best() && decision.specials.empty()) {
    decision.fate = Fate::Prune;
    decision.specials.push_back(Special::Superseded);
  }
  return decision;
}

Standing standing_of(const Attempt& attempt, const Terms& terms) {
  return attempt.consistency >= terms.required ? Standing::Good : Standing::Below;
}

std::vector<Copy> copies_of(const inventory::Series& series, const Terms& terms, WallTime now) {
  std::vector<Copy> copies;
  for (const auto& point : series) {
    if (const Attempt* best = point.best(); best != nullptr && point.slot <= now + kClockSlack) {
      copies.push_back(
          {point.slot, standing_of(*best, terms), best->pinned(now) != nullptr ? Shield::Pinned : Shield::None});
    }
  }
  return copies;
}

/// Adds what the rules say of a slot's own attempt.
void judge(Decision& decision, const Verdicts& verdicts, size_t copy) {
  if (copy + 1 == verdicts.copies().size()) {
    decision.specials.push_back(Special::NewestSlot);
  }
  if (verdicts.too_few_good()) {
    decision.specials.push_back(Special::TooFewGood);
  }
  decision.fate = verdicts.goes(copy) ? Fate::Prune : Fate::Keep;
  decision.grounds = decision.fate == Fate::Prune ? verdicts.against_keeping(copy) : verdicts.for_keeping(copy);
}

/// Calls `act` for each complete attempt, its point at hand.
template <class Act>
void for_each_complete(const inventory::Series& series, Act act) {
  for (const auto& point : series) {
    for (const auto& attempt : point.attempts) {
      if (attempt.state == inventory::AttemptState::Complete) {
        act(point, attempt);
      }
    }
  }
}

/// What the guard looks at (P6). A second attempt of a slot is not counted: its slot loses nothing when it goes, and
/// POSTs that hang and take effect all the same can leave one at many slots. Nor is a point whose deletion was begun:
/// the guard has let it go before, and a cloud that deletes nothing for some slots must not need a person afterwards.
int count_going(const Outcome& outcome) {
  return static_cast<int>(
      std::count_if(outcome.decisions.begin(), outcome.decisions.end(), [](const Decision& decision) {
        return decision.fate == Fate::Prune && !decision.is(Special::Superseded) && !decision.attempt->deletion_begun();
      }));
}

void apply_guard(Outcome& outcome, MassDelete mass_delete) {
  const auto objection = mass_delete == MassDelete::Refuse ? object_to(outcome.surplus) : std::nullopt;
  outcome.blocked = objection.has_value();
  outcome.blocked_message = objection.value_or("");
}

std::string pin_text(const Attempt& attempt, WallTime now) {
  const auto* member = attempt.pinned(now);
  if (member == nullptr) {
    return "pinned";
  }
  const auto& own = member->own;
  const std::string owner = own.pin.empty() ? "somebody unnamed" : support::printable(own.pin);
  const auto until = support::parse_utc(own.pin_until);
  return "pinned by " + owner +
         (until ? " until " + support::format_utc(*until)
          : own.pin_until.empty()
              ? ""
              : " for ever, because its end '" + support::printable(own.pin_until) + "' cannot be read");
}

std::string special_text(Special special, const Decision& decision, const Outcome& outcome, const Terms& terms,
                         WallTime now) {
  switch (special) {
    case Special::NewestSlot:
      return "the newest slot's point is always kept";
    case Special::Pinned:
      return pin_text(*decision.attempt, now);
    case Special::TooFewGood:
      return "floor: " + support::count_of(static_cast<size_t>(outcome.good), "point") + " of the required level of " +
             std::to_string(terms.rules.floor) + ", so that nothing goes";
    case Special::ClockSuspect:
      return "its slot is ahead of the clock: set aside";
    case Special::Superseded:
      return "another attempt of the same slot is the point";
    case Special::Orphaned:
      return "nothing selects its server, dataset or volumes any more";
  }
  return {};
}

}  // namespace

bool Decision::is(Special special) const {
  return std::find(specials.begin(), specials.end(), special) != specials.end();
}

Outcome decide(const inventory::Series& series, const Terms& terms, WallTime now, MassDelete mass_delete) {
  Outcome outcome;
  const Verdicts verdicts(copies_of(series, terms, now), terms);
  size_t copy = 0;
  for_each_complete(series, [&](const Point& point, const Attempt& attempt) {
    Decision decision = begin(point, attempt, now);
    if (decision.is(Special::ClockSuspect)) {
      // nothing more to say
    } else if (&attempt == point.best()) {
      judge(decision, verdicts, copy++);
    } else if (verdicts.too_few_good()) {
      decision.fate = Fate::Keep;
      std::erase(decision.specials, Special::Superseded);
      decision.specials.push_back(Special::TooFewGood);
    }
    outcome.decisions.push_back(std::move(decision));
  });
  outcome.good = verdicts.good();

  auto& surplus = outcome.surplus;
  surplus.points = static_cast<int>(verdicts.copies().size());
  surplus.going = count_going(outcome);
  surplus.rules = count_rules(terms);
  if (surplus.going > 1) {
    surplus.beyond_turnover = going_without_newest(verdicts.copies(), terms);
  }
  apply_guard(outcome, mass_delete);
  return outcome;
}

namespace {

/// The series with one more point, complete and of the required level.
inventory::Series with_point(inventory::Series series, support::WallTime slot, policy::Consistency level) {
  inventory::Attempt made;
  made.slot = slot;
  made.members.resize(1);
  made.members[0].own.slot = slot;
  made.state = inventory::AttemptState::Complete;
  made.consistency = level;
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

std::optional<std::string> object_to_point(const inventory::Series& series, const Terms& terms, support::WallTime slot,
                                           support::WallTime now) {
  if (series.empty() || series.back().slot < slot) {
    return std::nullopt;  // the newest is always kept
  }
  const auto more = with_point(series, slot, terms.required);
  const auto outcome = decide(more, terms, now, MassDelete::Allow);
  for (const auto& decision : outcome.decisions) {
    if (decision.attempt->id.empty() && decision.fate == Decision::Fate::Prune) {
      return "there is a newer point, and one of this slot would be pruned at once (" +
             describe(decision, outcome, terms, now) + ")";
    }
  }
  return std::nullopt;
}

Outcome retire(const inventory::Series& series, WallTime now, MassDelete mass_delete) {
  Outcome outcome;
  for_each_complete(series, [&](const Point&, const Attempt& attempt) {
    const bool pinned = attempt.pinned(now) != nullptr;
    outcome.decisions.push_back(
        {&attempt, pinned ? Fate::Keep : Fate::Prune, {}, {pinned ? Special::Pinned : Special::Orphaned}});
  });
  outcome.surplus.points = static_cast<int>(outcome.decisions.size());
  outcome.surplus.going = count_going(outcome);
  outcome.surplus.beyond_turnover = outcome.surplus.going;
  apply_guard(outcome, mass_delete);
  return outcome;
}

std::string_view reason(const Decision& decision) {
  static constexpr std::array<std::string_view, kRuleCount> kRules{"KeepLast", "Within",  "Hourly", "Daily",
                                                                   "Weekly",   "Monthly", "Yearly", "Floor"};
  // In the order of Special.
  static constexpr std::array<std::string_view, 6> kSpecials{"NewestSlot",   "Pinned",     "TooFewGood",
                                                             "ClockSuspect", "Superseded", "Orphaned"};
  if (decision.fate == Fate::Keep && !decision.grounds.empty()) {
    return kRules[static_cast<size_t>(decision.grounds.front().rule)];
  }
  return decision.specials.empty() ? "NotKept" : kSpecials[static_cast<size_t>(decision.specials.front())];
}

std::string describe(const Decision& decision, const Outcome& outcome, const Terms& terms, WallTime now) {
  const Standing standing = standing_of(*decision.attempt, terms);
  std::vector<std::string> texts;
  for (const auto& ground : decision.grounds) {
    texts.push_back(describe(ground, standing, terms));
  }
  for (const auto special : decision.specials) {
    texts.push_back(special_text(special, decision, outcome, terms, now));
  }
  return support::join(texts, "; ");
}

}  // namespace stillpoint::retention
