// Properties of slots, the first against the slow oracle.

#include <date/tz.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "schedule/slots.hpp"
#include "slow_oracle.hpp"
#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using namespace std::chrono_literals;
using date::sys_seconds;

const std::vector<std::string>& zones() {
  static const std::vector<std::string> names = {
      "UTC",          "Europe/Zurich",     "America/New_York",    "America/Santiago", "America/Havana",
      "Asia/Kolkata", "Africa/Casablanca", "Australia/Lord_Howe", "Pacific/Apia",     "America/St_Johns"};
  return names;
}

std::string field(int low, int high) {
  const int kind = *rc::gen::inRange(0, 5);
  const int a = *rc::gen::inRange(low, high + 1);
  const int b = *rc::gen::inRange(a, high + 1);
  switch (kind) {
    case 0:
      return "*";
    case 1:
      return "*/" + std::to_string(*rc::gen::inRange(1, high - low + 1));
    case 2:
      return std::to_string(a) + "-" + std::to_string(b);
    case 3:
      return std::to_string(a) + "," + std::to_string(b);
    default:
      return std::to_string(a);
  }
}

std::string expression() {
  // The hours near changes of the clocks, and days that are not rare, so that there is something to compare.
  return field(0, 59) + " " + field(0, 4) + " " +
         *rc::gen::element<std::string>("*", "*", "*/2", "1-15", "L", "L-1,1W", "15W,LW,L-2W,7") + " * " +
         *rc::gen::element<std::string>("*", "*", "sun", "sat-mon", "sun#2,7L", "sat#1,fri", "*/3");
}

/// An instant within a day of a change of the zone's clocks, or any of its year.
sys_seconds interesting_instant(const date::time_zone& zone) {
  const auto year_begin = sys_seconds(date::sys_days(date::year(*rc::gen::inRange(2008, 2030)) / 1 / 1));
  const auto somewhere = year_begin + std::chrono::minutes(*rc::gen::inRange(0, 365 * 24 * 60));
  const auto change = zone.get_info(somewhere).end;
  if (change > somewhere + date::days(400)) {
    return somewhere;
  }
  return date::floor<std::chrono::minutes>(change) - std::chrono::minutes(*rc::gen::inRange(0, 2 * 24 * 60));
}

RC_GTEST_PROP(SlotsProperty, AreThoseThatTheClocksShow, ()) {
  const std::string text = expression();
  const std::string name = *rc::gen::elementOf(zones());
  policy::Schedule schedule;
  schedule.cron = {text};
  schedule.time_zone = name;
  const auto compiled = compile(schedule);
  RC_PRE(compiled.has_value());
  const auto& zone = *date::locate_zone(name);
  const auto from = interesting_instant(zone);
  const auto to = from + 3 * 24h;
  RC_TAG(name);
  RC_LOG() << text << " in " << name << " from " << support::format_utc(from) << "\n";
  const auto minute = [](sys_seconds instant) {
    return std::chrono::floor<std::chrono::minutes>(instant).time_since_epoch().count();
  };
  std::vector<WallTime> walked;
  for (const auto slot : slow::slots(slow::Expression(text), slow::Offsets(zone), minute(from), minute(to), 30 * 60)) {
    walked.emplace_back(std::chrono::minutes(slot));
  }
  const auto slots = compiled->between(from, to, 100000);
  RC_ASSERT(slots == walked);
}

RC_GTEST_PROP(SlotsProperty, LatestIsTheOneBeforeNext, ()) {
  policy::Schedule schedule;
  schedule.cron = {expression(), expression()};
  schedule.time_zone = *rc::gen::elementOf(zones());
  const auto compiled = compile(schedule);
  RC_PRE(compiled.has_value());
  const WallTime instant = interesting_instant(*date::locate_zone(schedule.time_zone));
  const auto next = compiled->next_after(instant);
  const auto latest = compiled->latest_at_or_before(instant);
  RC_ASSERT(next.has_value());
  RC_ASSERT(latest.has_value());
  RC_ASSERT(*next > instant);
  RC_ASSERT(*latest <= instant);
  RC_ASSERT(compiled->next_after(*latest) == next);
  RC_ASSERT(compiled->latest_at_or_before(*next) == next);
  RC_ASSERT(compiled->latest_at_or_before(*next - 1s) == latest);
}

RC_GTEST_PROP(SlotsProperty, AreTheSameInAnyOrderOfExpressions, ()) {
  policy::Schedule schedule;
  schedule.cron = {expression(), expression()};
  const auto one = compile(schedule);
  std::swap(schedule.cron[0], schedule.cron[1]);
  const auto other = compile(schedule);
  RC_PRE(one.has_value() && other.has_value());
  const WallTime from = interesting_instant(*date::locate_zone("UTC"));
  RC_ASSERT(one->between(from, from + 48h, 1000) == other->between(from, from + 48h, 1000));
}

policy::Schedule schedule_with_everything() {
  policy::Schedule schedule;
  schedule.cron = {expression(), expression()};
  schedule.time_zone = *rc::gen::elementOf(zones());
  schedule.jitter = std::chrono::seconds(*rc::gen::inRange(0, 12 * 3600));
  if (*rc::gen::arbitrary<bool>()) {
    schedule.starting_deadline = std::chrono::seconds(*rc::gen::inRange(1, 36 * 3600));
  }
  if (*rc::gen::arbitrary<bool>()) {
    policy::Blackout blackout;
    blackout.cron = expression();
    blackout.duration = std::chrono::minutes(*rc::gen::inRange(1, 3 * 60));
    schedule.blackouts.push_back(blackout);
  }
  return schedule;
}

RC_GTEST_PROP(JitterProperty, NeverReachesTheNextSlotTheStartingDeadlineOrABlackout, (const std::string& key)) {
  const auto compiled = compile(schedule_with_everything());
  RC_PRE(compiled.has_value());
  const auto slot = compiled->next_after(interesting_instant(*date::locate_zone("UTC")));
  RC_PRE(slot.has_value());
  const auto begins = *slot + compiled->delay(*slot, key);
  RC_ASSERT(begins >= *slot);
  RC_ASSERT(begins <= compiled->start_by(*slot));
  RC_ASSERT(begins < compiled->named().next_after(*slot).value());
  RC_ASSERT(!compiled->blackout_at(begins).has_value());
  RC_ASSERT(compiled->due_slot(begins, {}, key).due == slot);
}

RC_GTEST_PROP(JitterProperty, SpreadsServersOverItsWholeTime, ()) {
  policy::Schedule schedule;
  schedule.cron = {"0 1 * * *"};
  schedule.jitter = 30min;
  const auto compiled = compile(schedule).value();
  const WallTime slot = date::sys_days(date::year(2026) / 11 / 24) + 1h;
  const auto policy = *rc::gen::arbitrary<std::string>();
  std::array<int, 6> servers{};
  for (int i = 0; i < 600; ++i) {
    const auto delay = compiled.delay(slot, spread_key("default", policy, std::to_string(i)));
    ++servers.at(static_cast<size_t>(delay / 5min));
  }
  for (const int in_five_minutes : servers) {
    RC_ASSERT(in_five_minutes > 50);
    RC_ASSERT(in_five_minutes < 150);
  }
}

RC_GTEST_PROP(BlackoutProperty, NothingIsDueInABlackoutAndNoOtherSlotIsSkipped, (const std::string& key)) {
  const auto compiled = compile(schedule_with_everything());
  RC_PRE(compiled.has_value());
  const WallTime from = interesting_instant(*date::locate_zone("UTC"));
  const auto served = compiled->between(from, from + 48h, 10000);
  auto named = compiled->named().next_after(from);
  for (; named && *named <= from + 48h; named = compiled->named().next_after(*named)) {
    const bool counts = std::find(served.begin(), served.end(), *named) != served.end();
    RC_ASSERT(counts != compiled->blackout_at(*named).has_value());
  }
  const auto now = from + std::chrono::minutes(*rc::gen::inRange(0, 48 * 60));
  RC_ASSERT(!(compiled->blackout_at(now) && compiled->due_slot(now, {}, key).due));
}

RC_GTEST_PROP(CronProperty, AnyTextIsReadOrRefused, (const std::string& text)) {
  const auto cron = parse_cron(text);
  RC_ASSERT(cron.has_value() || !cron.error().message().empty());
}

}  // namespace
}  // namespace stillpoint::schedule
