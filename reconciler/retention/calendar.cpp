#include "retention/calendar.hpp"

#include <date/tz.h>

#include <array>
#include <cstdio>
#include <exception>

#include "support/text.hpp"

namespace stillpoint::retention {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::weeks;
using std::chrono::year_month_day;

/// An hour's bucket is the instant at which it began, times this, plus its offset: in the order of time, and two where
/// clocks go back by less than an hour. Offsets are below 36 hours.
constexpr Bucket kOffsets = Bucket{1} << 18;
constexpr Bucket kMonths = 12;

template <class... Numbers>
std::string print(const char* form, Numbers... numbers) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), form, numbers...);
  return text.data();
}

year_month_day date_of(const LocalTime& time) {
  return sys_days(floor<days>(time.since_epoch));
}

std::string date_name(sys_days day) {
  const year_month_day date(day);
  return print("%04d-%02u-%02u", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
               static_cast<unsigned>(date.day()));
}

Bucket hour_bucket(const LocalTime& time) {
  const seconds began = floor<hours>(time.since_epoch) - time.offset;
  return began.count() * kOffsets + time.offset.count() + kOffsets / 2;
}

std::string hour_name(Bucket bucket) {
  // The remainder is never negative: offsets were shifted for that.
  const Bucket shifted = ((bucket % kOffsets) + kOffsets) % kOffsets;
  const seconds offset(shifted - kOffsets / 2);
  const seconds local = seconds((bucket - shifted) / kOffsets) + offset;
  const sys_days day(floor<days>(local));
  const long minutes = std::chrono::abs(floor<std::chrono::minutes>(offset)).count();
  return date_name(day) + print(" %02ld:00%c%02ld:%02ld", floor<hours>(local - day.time_since_epoch()).count(),
                                offset < seconds(0) ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace

support::Result<Calendar> Calendar::of(const std::string& time_zone, policy::WeekStart week_start) {
  try {
    const auto* zone = date::locate_zone(time_zone);
    zone->get_info(date::sys_seconds{});  // reads the zone's file, which may be broken
    return Calendar(*zone, week_start);
  } catch (const std::exception&) {
    return support::fail(support::ErrorKind::InvalidInput,
                         "there is no time zone " + support::printable(time_zone.substr(0, 60)) + " on this machine");
  }
}

LocalTime Calendar::local(support::WallTime instant) const {
  const auto second = floor<seconds>(instant);
  const seconds offset = zone_->get_info(second).offset;
  return {second.time_since_epoch() + offset, offset};
}

/// From the beginning of the week that 1970-01-01, a Thursday, lies in.
days Calendar::before_first_week() const {
  switch (week_start_) {
    case policy::WeekStart::Monday:
      return days(3);
    case policy::WeekStart::Sunday:
      return days(4);
    case policy::WeekStart::Saturday:
      return days(5);
  }
  return days(0);
}

Bucket Calendar::bucket(Period period, const LocalTime& time) const {
  switch (period) {
    case Period::Hour:
      return hour_bucket(time);
    case Period::Day:
      return floor<days>(time.since_epoch).count();
    case Period::Week:
      return floor<weeks>(floor<days>(time.since_epoch) + before_first_week()).count();
    case Period::Month: {
      const auto date = date_of(time);
      return static_cast<int>(date.year()) * kMonths + static_cast<unsigned>(date.month()) - 1;
    }
    case Period::Year:
      return static_cast<int>(date_of(time).year());
  }
  return 0;
}

std::string Calendar::week_name(Bucket bucket) const {
  const sys_days first{weeks(bucket) - before_first_week()};
  if (week_start_ != policy::WeekStart::Monday) {
    return "the week of " + date_name(first);  // a number would be taken for ISO's
  }
  // A week is of the year that has its Thursday, and the year's first Thursday is in its first week.
  const sys_days thursday = first + days(3);
  const auto year = year_month_day(thursday).year();
  return print("%04d-W%02ld", static_cast<int>(year), (thursday - sys_days(year / 1 / 1)).count() / 7 + 1);
}

std::string Calendar::name(Period period, Bucket bucket) const {
  switch (period) {
    case Period::Hour:
      return hour_name(bucket);
    case Period::Day:
      return date_name(sys_days(days(bucket)));
    case Period::Week:
      return week_name(bucket);
    case Period::Month:
      return print("%04ld-%02ld", static_cast<long>(bucket / kMonths), static_cast<long>(bucket % kMonths) + 1);
    case Period::Year:
      return print("%04ld", static_cast<long>(bucket));
  }
  return {};
}

}  // namespace stillpoint::retention
