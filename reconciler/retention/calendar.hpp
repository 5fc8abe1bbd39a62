#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "policy/policy.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace date {
class time_zone;
}

namespace stillpoint::retention {

enum class Period { Hour, Day, Week, Month, Year };

/// One hour, day, week, month or year of a calendar. Later ones are greater.
using Bucket = std::int64_t;

/// What the clocks of a zone show.
struct LocalTime {
  std::chrono::seconds since_epoch{0};  ///< as if the zone were UTC
  std::chrono::seconds offset{0};       ///< from UTC
};

/// Which slots are of the same hour, day, week, month or year in a time zone. Pure; safe to use from any thread.
///
/// When clocks go back, the hour that they show twice is two hours, told apart by their offset; a day is a date,
/// however long it is. Weeks that begin on Monday are those of ISO 8601.
class Calendar {
 public:
  static support::Result<Calendar> of(const std::string& time_zone, policy::WeekStart week_start);

  LocalTime local(support::WallTime instant) const;
  Bucket bucket(Period period, const LocalTime& time) const;
  /// `2026-10-25 02:00+01:00`, `2026-10-25`, `2026-W53` (or `the week of 2026-12-27`), `2026-12`, `2026`.
  std::string name(Period period, Bucket bucket) const;

 private:
  Calendar(const date::time_zone& zone, policy::WeekStart week_start) : zone_(&zone), week_start_(week_start) {}

  std::chrono::days before_first_week() const;
  std::string week_name(Bucket bucket) const;

  const date::time_zone* zone_;  ///< of the process's time zone database, never freed
  policy::WeekStart week_start_;
};

}  // namespace stillpoint::retention
