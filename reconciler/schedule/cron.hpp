#pragma once

#include <bitset>
#include <chrono>
#include <string_view>

#include "support/result.hpp"

namespace stillpoint::schedule {

/// A cron expression: minute, hour, day of month, month, day of week. It knows local days and minutes, no time zone.
struct Cron {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;     ///< 1 to 31
  std::bitset<13> months;   ///< 1 to 12
  std::bitset<7> weekdays;  ///< Sunday is 0
  /// As Vixie's cron has it: a day must fit both day fields if one of them begins with `*`, and either of them if none
  /// does.
  bool either_day = false;
  /// It says "every so often" and not "at": the minute field begins with `*`, or every hour is named. In an hour that
  /// the clocks repeat it goes on at its pace, where a time of day fires once.
  bool is_interval = false;

  bool fires_on(std::chrono::sys_days day) const;
};

/// Numbers, names (`mon`, `jan`), ranges, steps, lists, 7 for Sunday, and `@hourly @daily @midnight @weekly @monthly
/// @yearly @annually`. An error names the field and what would be right; an expression that never fires is an error.
support::Result<Cron> parse_cron(std::string_view text);

}  // namespace stillpoint::schedule
