#include "status/points.hpp"

#include <map>
#include <variant>

#include "support/text.hpp"

namespace stillpoint::status {
namespace {

using inventory::Attempt;
using inventory::AttemptState;

/// What is decided over one attempt.
struct Fate {
  std::string reason;
  std::string why;
  bool goes = false;
  bool set_aside = false;  ///< its slot is ahead of the clock
};

using Fates = std::map<const Attempt*, Fate>;

Fates decide_fates(const inventory::Series& series, const Rules& rules, support::WallTime now) {
  Fates fates;
  if (!rules.terms) {
    return fates;
  }
  const auto outcome = retention::decide(series, *rules.terms, now, retention::MassDelete::Refuse);
  for (const auto& decision : outcome.decisions) {
    fates[decision.attempt] = {
        std::string(retention::reason(decision)), retention::describe(decision, outcome, *rules.terms, now),
        decision.fate == retention::Decision::Fate::Prune, decision.is(retention::Decision::Special::ClockSuspect)};
  }
  return fates;
}

/// Of an attempt that no rule of retention looks at: what the plan says of it, else what is plain to see.
Fate fate_of(const Attempt& attempt, const Rules& rules, const Said& said, const Instant& instant) {
  if (const auto* action = said.of_attempt(attempt.id)) {
    return {action->reason, action->message, action->deletes()};
  }
  if (attempt.pinned(instant.now) != nullptr) {
    return {"Pinned", "pinned"};
  }
  if (attempt.state == AttemptState::Complete) {
    return {rules.otherwise, rules.why};
  }
  if (attempt.hold_until() > instant.cloud_now) {
    return {"InFlight", "may be held until " + support::format_utc(attempt.hold_until())};
  }
  return {};
}

PointStatus describe(const inventory::Point& point, const Attempt& attempt, const Fate& fate, const Rules& rules,
                     const Instant& instant) {
  const auto& own = attempt.own();
  PointStatus status;
  status.id = attempt.point;
  status.attempt = attempt.id;
  status.slot = attempt.slot;
  status.taken = own.taken;
  status.state = to_string(attempt.state);
  status.consistency = attempt.consistency;
  status.counts = &attempt == point.best() && attempt.consistency >= rules.require && !fate.set_aside &&
                  attempt.slot <= instant.now + retention::kClockSlack;
  status.held = own.held;
  status.kept_by = fate.reason;
  status.why = fate.why;
  status.goes = fate.goes;
  if (const auto* member = attempt.pinned(instant.now)) {
    status.pin = member->own.pin.empty() ? "somebody unnamed" : member->own.pin;
    status.pin_until = member->own.pin_until;
  }
  status.gib = attempt.size_gib();
  for (const auto& member : attempt.members) {
    status.snapshots.push_back(member.snapshot.id);
  }
  return status;
}

}  // namespace

std::vector<PointStatus> points_of(const inventory::Series& series, const Rules& rules, const Said& said,
                                   const Instant& instant) {
  const Fates fates = decide_fates(series, rules, instant.now);
  std::vector<PointStatus> points;
  for (const auto& point : series) {
    for (const auto& attempt : point.attempts) {
      const auto decided = fates.find(&attempt);
      points.push_back(describe(point, attempt,
                                decided == fates.end() ? fate_of(attempt, rules, said, instant) : decided->second,
                                rules, instant));
    }
  }
  return points;
}

}  // namespace stillpoint::status
