#include "schedule/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// A year that begins with March: its leap day comes last, where no clocks are changed.
sys_days year_of(sys_seconds instant) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(instant));
  const auto year = date.month() < std::chrono::March ? date.year() - std::chrono::years(1) : date.year();
  return year / std::chrono::March / 1;
}

sys_days year_after(sys_days year) {
  return year_of(year + std::chrono::days(370));
}

/// From here on the database lists nothing; the years from the other on, which are listed, hold every day of the week.
constexpr sys_days kUnlisted = std::chrono::year{2038} / std::chrono::March / 1;
constexpr sys_days kLastListed = std::chrono::year{2027} / std::chrono::March / 1;

sys_days listed_year_like(sys_days year) {
  sys_days listed = kLastListed;
  while (std::chrono::weekday(listed) != std::chrono::weekday(year)) {
    listed = year_after(listed);
  }
  return listed;
}

}  // namespace

using support::ErrorKind;
using support::fail;

support::Result<Zone> Zone::find(const std::string& name) {
  try {
    const auto& zones = date::get_tzdb().zones;
    const auto zone = std::lower_bound(zones.begin(), zones.end(), name,
                                       [](const date::time_zone& z, const std::string& n) { return z.name() < n; });
    if (zone != zones.end() && zone->name() == name) {
      zone->get_info(date::sys_seconds{});  // reads the zone's file, which may be broken
      return Zone(*zone);
    }
    std::vector<std::string> names;
    names.reserve(zones.size());
    for (const auto& known : zones) {
      names.push_back(known.name());
    }
    const auto guess = support::nearest(name.substr(0, 60), names);
    return fail(ErrorKind::InvalidInput,
                "there is no time zone \"" + support::printable(name.substr(0, 60)) +
                    "\": " + (guess ? "did you mean " + *guess + "?" : "use a name such as Europe/Zurich or UTC"));
  } catch (const std::exception& e) {
    return fail(ErrorKind::Unavailable, "the time zones of this machine cannot be read (" + std::string(e.what()) +
                                            "): install the package tzdata");
  }
}

Span Zone::at(std::chrono::sys_seconds instant) const {
  const auto info = zone_->get_info(instant);
  const bool is_last = info.end > kUnlisted + std::chrono::years(1000) && info.begin < kUnlisted;
  if (!is_last) {
    return {info.begin, info.end, info.offset};
  }
  if (instant < kUnlisted) {
    return {info.begin, kUnlisted, info.offset};
  }
  const sys_days year = year_of(instant);
  const auto distance = year - listed_year_like(year);
  const auto like = zone_->get_info(instant - distance);
  return {std::max<sys_seconds>(like.begin + distance, year),
          std::min<sys_seconds>(like.end + distance, year_after(year)), like.offset};
}

}  // namespace stillpoint::schedule
