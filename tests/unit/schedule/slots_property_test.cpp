// Properties of slots against an oracle that knows no days and no short cuts: it walks over every minute of UTC, asks
// what the clocks of the zone show, and compares that with the fields.

#include <date/tz.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "schedule/slots.hpp"
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
  return field(0, 59) + " " + field(0, 4) + " " + *rc::gen::element<std::string>("*", "*", "*/2", "1-15") + " * " +
         *rc::gen::element<std::string>("*", "*", "sun", "sat-mon");
}

struct Setting {
  Cron cron;
  const date::time_zone* zone = nullptr;
};

bool shows(const Setting& setting, date::local_seconds local) {
  const auto day = date::floor<date::days>(local);
  const auto time = date::hh_mm_ss<std::chrono::seconds>(local - day);
  return time.seconds() == 0s && setting.cron.minutes[static_cast<size_t>(time.minutes().count())] &&
         setting.cron.hours[static_cast<size_t>(time.hours().count())] &&
         setting.cron.fires_on(std::chrono::sys_days(std::chrono::days(day.time_since_epoch().count())));
}

/// The second of two instants at which the clocks show the same.
bool is_second_showing(const Setting& setting, sys_seconds instant, date::local_seconds local) {
  const auto info = setting.zone->get_info(local);
  return info.result == date::local_info::ambiguous &&
         sys_seconds(local.time_since_epoch()) - info.first.offset != instant;
}

/// Whether a local time that fires is left out by the change of the clocks at `after.begin`.
bool skips_one(const Setting& setting, const date::sys_info& after) {
  const auto before = setting.zone->get_info(after.begin - 1s);
  for (auto skipped = date::local_seconds(after.begin.time_since_epoch() + before.offset);
       skipped < date::local_seconds(after.begin.time_since_epoch() + after.offset); skipped += 1min) {
    if (shows(setting, skipped)) {
      return true;
    }
  }
  return false;
}

/// The slots, by the words of slots.hpp.
std::vector<WallTime> slots_by_walking(const Setting& setting, sys_seconds from, sys_seconds to) {
  std::vector<WallTime> slots;
  auto info = setting.zone->get_info(from);
  for (auto instant = from + 1min; instant <= to; instant += 1min) {
    if (instant >= info.end) {
      info = setting.zone->get_info(instant);
    }
    const auto local = date::local_seconds(instant.time_since_epoch() + info.offset);
    const bool shown =
        shows(setting, local) && (setting.cron.is_interval || !is_second_showing(setting, instant, local));
    if (shown || (info.begin == instant && !setting.cron.hours.all() && skips_one(setting, info))) {
      slots.emplace_back(instant);
    }
  }
  return slots;
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
  auto cron = parse_cron(text);
  RC_PRE(cron.has_value());
  policy::Schedule schedule;
  schedule.cron = {text};
  schedule.time_zone = name;
  const auto compiled = compile(schedule);
  RC_ASSERT(compiled.has_value());
  const Setting setting{*cron, date::locate_zone(name)};
  const auto from = interesting_instant(*setting.zone);
  const auto to = from + 3 * 24h;
  RC_TAG(name);
  RC_LOG() << text << " in " << name << " from " << support::format_utc(from) << "\n";
  const auto walked = slots_by_walking(setting, from, to);
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

RC_GTEST_PROP(CronProperty, AnyTextIsReadOrRefused, (const std::string& text)) {
  const auto cron = parse_cron(text);
  RC_ASSERT(cron.has_value() || !cron.error().message().empty());
}

}  // namespace
}  // namespace stillpoint::schedule
