#include "schedule/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <vector>

#include "support/text.hpp"

namespace stillpoint::schedule {

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
  return {info.begin, info.end, info.offset};
}

}  // namespace stillpoint::schedule
