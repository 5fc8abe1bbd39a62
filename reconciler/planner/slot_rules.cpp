#include "planner/slot_rules.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "schedule/account.hpp"
#include "schedule/clock_watch.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using support::format_utc;
using support::WallTime;

std::string key_of(const Target& target, const Wishes& wishes) {
  return schedule::spread_key(wishes.installation, target.policy.name, target.server.id.str());
}

/// The slot of the newest point that was made.
std::optional<WallTime> newest_point(const Target& target) {
  for (auto point = target.series.rbegin(); point != target.series.rend(); ++point) {
    if (serves_slot(*point, target.dataset)) {
      return point->slot;
    }
  }
  return std::nullopt;
}

/// What was not served since the newest point; of a series that has none, since the slots of its policy count, and if
/// nothing says that, `slot` alone.
schedule::SlotAccount account_for(const Target& target, const schedule::Compiled& schedule, WallTime slot,
                                  const Situation& situation) {
  const auto just_before = [](WallTime instant) { return instant - std::chrono::nanoseconds(1); };
  WallTime since = just_before(target.policy.start_at.value_or(slot));
  if (const auto newest = newest_point(target)) {
    since = target.policy.start_at ? std::max(since, *newest) : *newest;
  }
  return account_slots(schedule, since, situation.now, {}, key_of(target, situation.wishes));
}

/// Why the latest slot gets no point: a stable word, and a text.
struct Reason {
  std::string word;
  std::string text;
};

Reason why_passed(const Target& target, const schedule::Compiled& schedule, WallTime slot) {
  if (target.due.blacked_out) {
    const auto blackout = schedule.blackout_at(slot);
    return {"BlackedOut", blackout && !blackout->reason.empty() ? blackout->reason : "no slot is served in a blackout"};
  }
  const std::string begun = "it could be begun until " + format_utc(schedule.start_by(slot));
  // A policy is not to blame for slots before it was there; when that was, only its points or startAt tell.
  const bool counts = target.policy.start_at || newest_point(target);
  return counts ? Reason{"Missed", begun} : Reason{"NoneYet", "there is no point yet; of this slot " + begun};
}

}  // namespace

void ask_for_slot(Target& target, const schedule::Compiled& schedule, const Situation& situation) {
  target.due = schedule.due_slot(situation.wishes.slots_at.value_or(situation.now), target.policy.start_at,
                                 key_of(target, situation.wishes));
  if (situation.wishes.slot_now) {
    target.wanted = WantedSlot{*situation.wishes.slot_now, std::nullopt};
  } else if (target.due.due) {
    target.wanted = WantedSlot{*target.due.due, target.due.start_by};
  }
}

std::optional<Action> account_for_slot(const Target& target, const schedule::Compiled& schedule,
                                       const Situation& situation) {
  if (situation.wishes.slot_now) {
    return std::nullopt;
  }
  const auto& due = target.due;
  const auto slot = due.due ? due.due : due.missed ? due.missed : due.blacked_out;
  const auto* point = slot ? point_at(target, *slot) : nullptr;
  if (!slot || (point != nullptr && serves_slot(*point, target.dataset))) {
    return std::nullopt;
  }
  if (const auto newest = newest_point(target); newest && *newest > *slot) {
    return std::nullopt;  // a newer point, made outside the schedule, stands for it
  }
  if (target.policy.suspend) {
    return make_action(target, "Suspended", "spec.suspend is true: no point is made, and none is pruned",
                       Skip{*slot, 0});
  }
  if (target.due.due) {
    return std::nullopt;  // it may still be served
  }
  auto [word, message] = why_passed(target, schedule, *slot);
  const auto account = account_for(target, schedule, *slot, situation);
  if (account.missed.count + account.blacked_out.count > 1) {
    message += "; " + describe(account);
  }
  if (const auto next = schedule.next_after(situation.now)) {
    message += "; the next slot is " + format_utc(*next);
  }
  const size_t missed = word == "NoneYet" ? 0 : account.missed.count;
  return make_action(target, std::move(word), std::move(message), Skip{*slot, missed});
}

std::optional<Action> notice_clock(const Target& target, const Situation& situation) {
  std::optional<WallTime> last_taken;
  for (const auto& point : target.series) {
    if (const auto* best = point.best(); best != nullptr && (!last_taken || best->own().taken > *last_taken)) {
      last_taken = best->own().taken;
    }
  }
  if (!last_taken) {
    return std::nullopt;
  }
  const auto judgement = schedule::judge_clock({*last_taken, std::nullopt}, {situation.now, std::nullopt});
  // A long time without a point may be a long time off as well: the cloud's clock tells, which is asked in each pass.
  if (judgement.verdict != schedule::ClockVerdict::WentBack) {
    return std::nullopt;
  }
  return make_action(target, std::string(judgement.reason()), judgement.message(), Wait{*last_taken});
}

}  // namespace stillpoint::planner
