// The contract of docs/schedule.md at every change of the clocks of every zone, against the slow oracle.

#include <date/tz.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "schedule/pattern.hpp"
#include "slow_oracle.hpp"
#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using date::sys_seconds;
using slow::Minute;
using std::chrono::minutes;

constexpr sys_seconds kFrom = date::sys_days(date::year{1990} / 1 / 1);
constexpr sys_seconds kTo = date::sys_days(date::year{2041} / 1 / 1);

// Intervals and times of day in the hours at which clocks are changed anywhere, and days that a change can cut.
const std::vector<std::string>& expressions() {
  static const std::vector<std::string> texts = {
      "*/15 * * * *",        "7,59 * * * *", "*/20 0-3,22,23 * * *",       "0 0 * * *",
      "30 0,1,2,3,23 * * *", "10 */2 * * *", "0,45 0-4 L,1W * sun#1,satL",
  };
  return texts;
}

Minute minute_of(WallTime instant) {
  return std::chrono::duration_cast<minutes>(instant.time_since_epoch()).count();
}
WallTime instant_of(Minute minute) {
  return WallTime(minutes(minute));
}

std::vector<Minute> forward(const Pattern& pattern, Minute from, Minute to) {
  std::vector<Minute> found;
  auto slot = pattern.next_after(instant_of(from));
  for (; slot && minute_of(*slot) <= to; slot = pattern.next_after(*slot)) {
    found.push_back(minute_of(*slot));
  }
  return found;
}

std::vector<Minute> backward(const Pattern& pattern, Minute from, Minute to) {
  std::vector<Minute> found;
  auto slot = pattern.latest_at_or_before(instant_of(to));
  for (; slot && minute_of(*slot) > from; slot = pattern.latest_at_or_before(*slot - std::chrono::nanoseconds(1))) {
    found.insert(found.begin(), minute_of(*slot));
  }
  return found;
}

/// How far around a change is looked. The whole takes minutes: STILLPOINT_WHOLE_DAYS=1 asks for it.
struct Reach {
  long before;
  long after;
  long memory;
};
Reach reach() {
  return std::getenv("STILLPOINT_WHOLE_DAYS") != nullptr ? Reach{30 * 60, 30 * 60, 30 * 60} : Reach{90, 270, 210};
}

/// One window of time in which a zone's clocks change, as a text: equal texts have equal slots.
std::string shape_of(const date::time_zone& zone, Minute from, Minute to) {
  std::string shape = std::to_string(from);
  if (to > slow::kListedUntil) {
    slow::Offsets offsets(zone);
    long last = -1;
    for (Minute minute = from; minute <= to; ++minute) {
      const long offset = offsets.at(minute);
      shape += offset == last ? "" : " " + std::to_string(minute) + " " + std::to_string(offset);
      last = offset;
    }
    return shape;
  }
  for (auto info = zone.get_info(sys_seconds(minutes(from)));; info = zone.get_info(info.end)) {
    shape += " " + std::to_string(info.offset.count()) + " " + std::to_string(info.end.time_since_epoch().count());
    if (info.end > sys_seconds(minutes(to))) {
      return shape.substr(0, shape.rfind(' '));
    }
  }
}

/// The minutes at which the zone's clocks change.
std::vector<Minute> changes_of(const date::time_zone& zone) {
  constexpr Minute kDay = 24 * 60;
  std::vector<Minute> changes;
  for (auto info = zone.get_info(kFrom); info.end < sys_seconds(minutes(slow::kListedUntil));
       info = zone.get_info(info.end)) {
    changes.push_back(std::chrono::floor<minutes>(info.end).time_since_epoch().count());
  }
  slow::Offsets offsets(zone);
  const Minute last = std::chrono::floor<minutes>(kTo).time_since_epoch().count();
  for (Minute day = slow::kListedUntil + 1; day < last; day += kDay) {
    if (offsets.at(day) != offsets.at(day + kDay)) {
      Minute change = day;
      while (offsets.at(change) == offsets.at(day)) {
        ++change;
      }
      changes.push_back(change);
    }
  }
  return changes;
}

/// The time around a change of the clocks.
struct Around {
  Minute from;
  Minute to;
  std::string shape;

  Around(const date::time_zone& zone, Minute change)
      : from(change - reach().before), to(change + reach().after), shape(shape_of(zone, from - reach().memory, to)) {}
};

/// Compares the slots around the changes of zones with the oracle's, which is asked once for each shape of a change.
class Comparison {
 public:
  explicit Comparison(const std::string& text) : text_(text), cron_(parse_cron(text).value()), oracle_(text) {}

  void compare(const date::time_zone& zone, const Around& around) {
    const auto [known, is_new] = known_.try_emplace(around.shape);
    if (is_new) {
      known->second = slow::slots(oracle_, slow::Offsets(zone), around.from, around.to, reach().memory);
    }
    const Pattern pattern({cron_}, Zone::find(zone.name()).value());
    EXPECT_EQ(forward(pattern, around.from, around.to), known->second) << where(zone, around.from);
    EXPECT_EQ(backward(pattern, around.from, around.to), known->second) << where(zone, around.from);
  }

 private:
  std::string where(const date::time_zone& zone, Minute from) const {
    return text_ + " in " + zone.name() + " from " + support::format_utc(instant_of(from));
  }

  std::string text_;
  Cron cron_;
  slow::Expression oracle_;
  std::map<std::string, std::vector<Minute>> known_;
};

TEST(EveryZone, EveryChangeOfClocksFrom1990To2040KeepsTheContract) {
  std::vector<Comparison> comparisons(expressions().begin(), expressions().end());
  size_t zones = 0;
  size_t changes = 0;
  for (const auto& zone : date::get_tzdb().zones) {
    ++zones;
    for (const Minute change : changes_of(zone)) {
      ++changes;
      const Around around(zone, change);
      for (auto& comparison : comparisons) {
        comparison.compare(zone, around);
      }
      if (testing::Test::HasFailure()) {
        return;  // one is enough to read
      }
    }
  }
  EXPECT_GT(zones, 400U) << "this machine has no complete tzdata";
  EXPECT_GT(changes, 10000U);
  RecordProperty("zones", static_cast<int>(zones));
  RecordProperty("changes", static_cast<int>(changes));
}

TEST(EveryZone, TheRulesOf2037GoOnAsTheCLibrarySays) {
  const date::sys_days last = date::year{2066} / 1 / 1;
  for (const auto& zone : date::get_tzdb().zones) {
    slow::Offsets offsets(zone);
    const auto ours = Zone::find(zone.name()).value();
    for (auto span = ours.at(date::sys_days(date::year{2037} / 12 / 1)); span.end < last; span = ours.at(span.end)) {
      for (const auto instant : {span.begin, span.end - std::chrono::seconds(1)}) {
        const Minute minute = std::chrono::floor<minutes>(instant).time_since_epoch().count();
        ASSERT_EQ(span.offset, minutes(offsets.at(std::max(minute, slow::kListedUntil + 1))))
            << zone.name() << " " << support::format_utc(instant);
      }
    }
  }
}

TEST(EveryZone, AnExpressionOfEveryHourNeverWaitsLongerThanItsPaceWhereClocksGoForward) {
  const Cron cron = parse_cron("25 * * * *").value();
  for (const auto& zone : date::get_tzdb().zones) {
    const Pattern pattern({cron}, Zone::find(zone.name()).value());
    for (auto info = zone.get_info(kFrom); info.end < kTo; info = zone.get_info(info.end)) {
      if (zone.get_info(info.end).offset < info.offset) {
        continue;
      }
      const WallTime begin = info.end - std::chrono::hours(3);
      for (auto slot = pattern.next_after(begin); *slot < begin + std::chrono::hours(6);) {
        const auto next = pattern.next_after(*slot);
        EXPECT_LE(*next - *slot, std::chrono::hours(1)) << zone.name();
        slot = next;
      }
    }
  }
}

}  // namespace
}  // namespace stillpoint::schedule
