#include "schedule/pattern.hpp"

#include <algorithm>

namespace stillpoint::schedule {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

// Outside of this an instant of the clock's type could overflow within the horizon.
constexpr std::chrono::sys_days kEarliest = std::chrono::year{1970} / 1 / 10;
constexpr std::chrono::sys_days kLatest = std::chrono::year{2200} / 1 / 1;

/// No change moves the clocks by more than a day: what it repeats ends within this time after it.
constexpr hours kLongestChange{25};

bool is_searchable(WallTime instant) {
  return instant >= kEarliest && instant < kLatest;
}

/// A change of the clocks: what they would show at its instant by the old rule, and what they do show.
class Change {
 public:
  Change(const Span& before, const Span& after)
      : old_time_(std::chrono::ceil<minutes>(before.local(after.begin))),
        new_time_(std::chrono::ceil<minutes>(after.local(after.begin))) {}

  /// Whether a time after the change has been shown before it.
  bool repeats(LocalMinute shown) const { return shown < old_time_; }
  LocalMinute repeats_until() const { return old_time_; }

  /// Whether `cron` fires at the end of the gap, for a time in it.
  bool makes_up_for(const Cron& cron) const {
    const auto gap = new_time_ - old_time_;
    const bool keeps_pace = cron.hours.all() && gap % hours(1) == minutes(0) && gap < hours(24);
    if (gap <= minutes(0) || keeps_pace) {
      return false;
    }
    const auto skipped = cron.next_at_or_after(old_time_);
    return skipped && *skipped < new_time_;
  }

 private:
  LocalMinute old_time_;
  LocalMinute new_time_;
};

/// The change at the beginning of `span`, if what it does can reach as far as `instant`, which lies in the span.
std::optional<Change> change_near(const Zone& zone, const Span& span, sys_seconds instant) {
  return span.begin + kLongestChange < instant ? std::nullopt
                                               : std::optional(Change(zone.at(span.begin - seconds(1)), span));
}

std::optional<sys_seconds> next_of(const Cron& cron, const Zone& zone, sys_seconds earliest) {
  Span span = zone.at(earliest);
  auto change = change_near(zone, span, earliest);
  for (std::optional<LocalMinute> shown;;) {
    if (change && span.begin >= earliest && change->makes_up_for(cron)) {
      return span.begin;
    }
    auto from = std::chrono::ceil<minutes>(span.local(std::max(earliest, span.begin)));
    if (change && !cron.is_interval) {
      from = std::max(from, change->repeats_until());
    }
    if (!shown || *shown < from || (change && change->repeats(from))) {
      shown = cron.next_at_or_after(from);
    }
    if (!shown) {
      return std::nullopt;
    }
    if (span.instant(*shown) < span.end) {
      return span.instant(*shown);
    }
    const Span next = zone.at(span.end);
    change = Change(span, next);
    span = next;
  }
}

std::optional<sys_seconds> latest_of(const Cron& cron, const Zone& zone, sys_seconds latest) {
  Span span = zone.at(latest);
  for (;;) {
    const auto shown = cron.latest_at_or_before(std::chrono::floor<minutes>(span.local(latest)));
    if (!shown) {
      return std::nullopt;
    }
    const sys_seconds instant = span.instant(*shown);
    const auto change = change_near(zone, span, instant);
    if (instant >= span.begin && (cron.is_interval || !change || !change->repeats(*shown))) {
      return instant;
    }
    if (change && change->makes_up_for(cron)) {
      return span.begin;
    }
    latest = span.begin - seconds(1);
    span = zone.at(latest);
  }
}

}  // namespace

std::optional<WallTime> Pattern::next_after(WallTime instant) const {
  if (!is_searchable(instant)) {
    return std::nullopt;
  }
  std::optional<sys_seconds> found;
  for (const auto& cron : crons_) {
    const auto next = next_of(cron, zone_, std::chrono::floor<seconds>(instant) + seconds(1));
    if (next && (!found || *next < *found)) {
      found = next;
    }
  }
  return found;
}

std::optional<WallTime> Pattern::latest_at_or_before(WallTime instant) const {
  if (!is_searchable(instant)) {
    return std::nullopt;
  }
  std::optional<sys_seconds> found;
  for (const auto& cron : crons_) {
    const auto latest = latest_of(cron, zone_, std::chrono::floor<seconds>(instant));
    if (latest && (!found || *latest > *found)) {
      found = latest;
    }
  }
  return found;
}

}  // namespace stillpoint::schedule
