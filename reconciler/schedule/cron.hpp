#pragma once

#include <array>
#include <bitset>
#include <chrono>
#include <optional>
#include <string_view>

#include "support/result.hpp"

namespace stillpoint::schedule {

/// What a wall clock shows, to the minute; no zone.
using LocalMinute = std::chrono::local_time<std::chrono::minutes>;

/// A cron expression: minute, hour, day of month, month, day of week. It knows local days and minutes, no time zone.
/// Pure; safe to use from any thread.
struct Cron {
  std::bitset<60> minutes;
  std::bitset<24> hours;
  std::bitset<32> days;                    ///< 1 to 31
  std::bitset<31> days_from_last;          ///< `L` is 0, `L-3` is 3
  std::bitset<32> working_days;            ///< `15W`: the working day nearest to the 15th, in the same month
  std::bitset<31> working_days_from_last;  ///< `LW` is 0, `L-3W` is 3
  std::bitset<13> months;                  ///< 1 to 12
  std::bitset<7> weekdays;                 ///< Sunday is 0
  /// `fri#3`: the third Friday of a month stands in [3]. `friL`, the last one, stands in [0].
  std::array<std::bitset<7>, 6> nth_weekdays;
  /// As Vixie's cron has it: a day must fit both day fields if one of them begins with `*`, and either of them if none
  /// does.
  bool either_day = false;
  /// It says "every so often" and not "at": the minute field begins with `*`, or every hour is named. In an hour that
  /// the clocks repeat it goes on at its pace, where a time of day fires once.
  bool is_interval = false;

  /// The days of one month on which it fires: bits 1 to 31.
  std::bitset<32> days_of(std::chrono::year_month month) const;
  bool fires_on(std::chrono::local_days day) const;
  /// The searches end after kCronHorizon: empty then.
  std::optional<LocalMinute> next_at_or_after(LocalMinute from) const;
  std::optional<LocalMinute> latest_at_or_before(LocalMinute to) const;
};

/// Longer than any expression that fires at all can wait: 29 February falls on a given weekday every 28 years, and
/// across a century without a leap day every 40.
inline constexpr std::chrono::months kCronHorizon{12 * 48};

/// Numbers, names (`mon`, `jan`), ranges, steps, lists, 7 for Sunday, `L`, `W` and `#`, and `@hourly @daily @midnight
/// @weekly @monthly @yearly @annually`. An error names the field, what was found and what would be right; its mark has
/// no file, and its column counts bytes in `text`, from 1. An expression that never fires is an error.
support::Result<Cron> parse_cron(std::string_view text);

}  // namespace stillpoint::schedule
