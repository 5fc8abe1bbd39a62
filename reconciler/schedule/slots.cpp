#include "schedule/slots.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <string>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::sys_days;
using support::Error;
using support::ErrorKind;
using support::fail;
using support::Result;

constexpr days kHorizon{9 * 366};
// Outside of this an instant of the clock's type could overflow within the horizon.
constexpr sys_days kEarliest = std::chrono::year{1970} / 1 / 10;
constexpr sys_days kLatest = std::chrono::year{2200} / 1 / 1;

bool is_searchable(WallTime instant) {
  return instant >= kEarliest && instant < kLatest;
}

/// Turns local times of one day into instants. The zone's rules for that day are looked up once: a dense schedule has
/// 1440 of them.
class Resolver {
 public:
  Resolver(const date::time_zone& zone, sys_days day) : day_(day) {
    // No zone is more than 26 hours from UTC, and no change of clocks moves them by more than a day.
    const date::sys_seconds begin = day - hours(50);
    const date::sys_seconds end = day + hours(74);
    spans_.push_back(zone.get_info(begin));
    while (spans_.back().end < end) {
      spans_.push_back(zone.get_info(spans_.back().end));
    }
  }

  /// Adds the instant at which `cron` fires for this local time: none, one, or both that show it.
  void add(const Cron& cron, minutes of_day, std::vector<WallTime>& slots) const {
    bool found = false;
    for (const auto& span : spans_) {
      const date::sys_seconds instant = day_ + of_day - span.offset;
      if (instant < span.begin) {
        // Earlier than these rules, and no earlier rules had it: it lies in the gap between them.
        if (!found && !cron.hours.all()) {
          slots.emplace_back(span.begin);
        }
        return;
      }
      if (instant < span.end) {
        slots.emplace_back(instant);
        found = true;
        if (!cron.is_interval) {
          return;
        }
      }
    }
  }

 private:
  sys_days day_;
  std::vector<date::sys_info> spans_;
};

Result<const date::time_zone*> find_zone(const std::string& name) {
  try {
    const auto& zones = date::get_tzdb().zones;
    const auto zone = std::lower_bound(zones.begin(), zones.end(), name,
                                       [](const date::time_zone& z, const std::string& n) { return z.name() < n; });
    if (zone != zones.end() && zone->name() == name) {
      zone->get_info(date::sys_seconds{});  // reads the zone's file, which may be broken
      return &*zone;
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

void sort_and_merge(std::vector<WallTime>& slots) {
  std::sort(slots.begin(), slots.end());
  slots.erase(std::unique(slots.begin(), slots.end()), slots.end());
}

Error placed(Error error, const std::optional<support::SourceMark>& mark, std::string path) {
  error = std::move(error).with_context(std::move(path));
  return mark ? std::move(error).at(*mark) : std::move(error);
}

}  // namespace

bool Compiled::fires_on(sys_days local_day) const {
  return std::any_of(crons_.begin(), crons_.end(), [&](const Cron& cron) { return cron.fires_on(local_day); });
}

std::vector<WallTime> Compiled::slots_of(sys_days local_day) const {
  std::vector<WallTime> slots;
  const Resolver resolver(*zone_, local_day);
  for (const auto& cron : crons_) {
    if (!cron.fires_on(local_day)) {
      continue;
    }
    for (size_t hour = 0; hour < cron.hours.size(); ++hour) {
      for (size_t minute = 0; cron.hours[hour] && minute < cron.minutes.size(); ++minute) {
        if (cron.minutes[minute]) {
          resolver.add(cron, hours(hour) + minutes(minute), slots);
        }
      }
    }
  }
  sort_and_merge(slots);
  return slots;
}

sys_days Compiled::local_day_of(WallTime instant) const {
  const auto local = zone_->to_local(std::chrono::floor<std::chrono::seconds>(instant));
  return sys_days(std::chrono::floor<days>(local.time_since_epoch()));
}

std::optional<WallTime> Compiled::next_after(WallTime instant) const {
  if (!is_searchable(instant)) {
    return std::nullopt;
  }
  std::optional<WallTime> found;
  // Where clocks change at midnight, instants of neighbouring days can be interleaved: one day more on both sides.
  const auto first = local_day_of(instant) - days(1);
  for (auto day = first; day <= first + kHorizon; day += days(1)) {
    const bool last = found.has_value();
    if (fires_on(day)) {
      const auto slots = slots_of(day);
      const auto next = std::upper_bound(slots.begin(), slots.end(), instant);
      if (next != slots.end() && (!found || *next < *found)) {
        found = *next;
      }
    }
    if (last) {
      break;
    }
  }
  return found;
}

std::optional<WallTime> Compiled::latest_at_or_before(WallTime instant) const {
  if (!is_searchable(instant)) {
    return std::nullopt;
  }
  std::optional<WallTime> found;
  const auto first = local_day_of(instant) + days(1);
  for (auto day = first; day >= first - kHorizon; day -= days(1)) {
    const bool last = found.has_value();
    if (fires_on(day)) {
      const auto slots = slots_of(day);
      const auto after = std::upper_bound(slots.begin(), slots.end(), instant);
      if (after != slots.begin() && (!found || *std::prev(after) > *found)) {
        found = *std::prev(after);
      }
    }
    if (last) {
      break;
    }
  }
  return found;
}

std::vector<WallTime> Compiled::between(WallTime from, WallTime to, size_t cap) const {
  std::vector<WallTime> found;
  if (!is_searchable(from) || to <= from) {
    return found;
  }
  const auto first = local_day_of(from) - days(1);
  const auto last = std::min(first + kHorizon, to < kLatest ? local_day_of(to) + days(1) : first + kHorizon);
  bool enough = false;
  for (auto day = first; day <= last && !enough; day += days(1)) {
    enough = found.size() >= cap;  // one day more, as in next_after
    if (fires_on(day)) {
      const auto slots = slots_of(day);
      std::copy_if(slots.begin(), slots.end(), std::back_inserter(found),
                   [&](WallTime slot) { return slot > from && slot <= to; });
    }
  }
  sort_and_merge(found);
  found.resize(std::min(found.size(), cap));
  return found;
}

std::optional<milliseconds> Compiled::interval_at(WallTime instant) const {
  const auto latest = latest_at_or_before(instant);
  const auto next = next_after(instant);
  if (!latest || !next) {
    return std::nullopt;
  }
  return std::chrono::duration_cast<milliseconds>(*next - *latest);
}

milliseconds Compiled::starting_deadline(WallTime slot) const {
  if (starting_deadline_) {
    return *starting_deadline_;
  }
  const auto next = next_after(slot);
  const milliseconds longest = hours(1);
  return next ? std::min(longest, std::chrono::duration_cast<milliseconds>(*next - slot) / 2) : longest;
}

DueSlot Compiled::due_slot(WallTime now, std::optional<WallTime> start_at) const {
  const auto latest = latest_at_or_before(now);
  if (!latest || (start_at && *latest < *start_at)) {
    return {};
  }
  return now - *latest <= starting_deadline(*latest) ? DueSlot{latest, {}} : DueSlot{{}, latest};
}

Result<Compiled> compile(const policy::Schedule& schedule) {
  if (schedule.cron.empty()) {
    return fail(ErrorKind::InvalidInput, "the schedule has no cron expression");
  }
  std::vector<Cron> crons;
  for (const auto& expression : schedule.cron) {
    auto cron = parse_cron(expression);
    if (!cron) {
      return support::pass_on(std::move(cron));
    }
    crons.push_back(*cron);
  }
  auto zone = find_zone(schedule.time_zone);
  if (!zone) {
    return support::pass_on(std::move(zone));
  }
  return Compiled(std::move(crons), **zone, schedule.starting_deadline);
}

std::vector<Error> check(const policy::Policy& policy) {
  std::vector<Error> errors;
  const auto& schedule = policy.schedule;
  for (size_t i = 0; i < schedule.cron.size(); ++i) {
    auto cron = parse_cron(schedule.cron[i]);
    if (!cron) {
      const auto mark = i < schedule.cron_marks.size() ? std::optional(schedule.cron_marks[i]) : std::nullopt;
      const std::string index = schedule.cron.size() > 1 ? "[" + std::to_string(i) + "]" : "";
      errors.push_back(placed(std::move(cron.error()), mark, "spec.schedule.cron" + index));
    }
  }
  auto zone = find_zone(schedule.time_zone);
  if (!zone) {
    errors.push_back(placed(std::move(zone.error()), schedule.time_zone_mark, "spec.schedule.timeZone"));
  }
  return errors;
}

}  // namespace stillpoint::schedule
