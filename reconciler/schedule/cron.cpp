#include "schedule/cron.hpp"

#include <bit>
#include <cstdint>

namespace stillpoint::schedule {
namespace {

using std::chrono::local_days;
using std::chrono::minutes;
using std::chrono::year_month;

constexpr unsigned kSunday = 0;
constexpr unsigned kSaturday = 6;

/// The lowest bit from `low` up, and the highest up to `high`.
template <size_t kSize>
std::optional<unsigned> lowest_from(const std::bitset<kSize>& bits, unsigned low) {
  const uint64_t rest = low < 64 ? bits.to_ullong() >> low << low : 0;
  return rest == 0 ? std::nullopt : std::optional(static_cast<unsigned>(std::countr_zero(rest)));
}
template <size_t kSize>
std::optional<unsigned> highest_to(const std::bitset<kSize>& bits, unsigned high) {
  const uint64_t rest = bits.to_ullong() << (63 - high) >> (63 - high);
  return rest == 0 ? std::nullopt : std::optional(63U - static_cast<unsigned>(std::countl_zero(rest)));
}

/// A month's length, and the day of the week of any of its days.
struct Month {
  unsigned last;
  unsigned first_weekday;

  explicit Month(year_month month)
      : last(static_cast<unsigned>((month / std::chrono::last).day())),
        first_weekday(std::chrono::weekday(local_days(month / 1)).c_encoding()) {}

  unsigned weekday(unsigned day) const { return (first_weekday + day - 1) % 7; }

  /// The nearest day from Monday to Friday, without leaving the month.
  unsigned nearest_working_day(unsigned day) const {
    switch (weekday(day)) {
      case kSaturday:
        return day > 1 ? day - 1 : day + 2;
      case kSunday:
        return day < last ? day + 1 : day - 2;
      default:
        return day;
    }
  }
};

std::bitset<32> by_date(const Cron& cron, const Month& month) {
  std::bitset<32> fitting = cron.days & std::bitset<32>((uint64_t{2} << month.last) - 2);
  for (unsigned day = 1; cron.working_days.any() && day <= month.last; ++day) {
    if (cron.working_days[day]) {
      fitting.set(month.nearest_working_day(day));
    }
  }
  const bool counts_back = cron.days_from_last.any() || cron.working_days_from_last.any();
  for (unsigned back = 0; counts_back && back < month.last; ++back) {
    if (cron.days_from_last[back]) {
      fitting.set(month.last - back);
    }
    if (cron.working_days_from_last[back]) {
      fitting.set(month.nearest_working_day(month.last - back));
    }
  }
  return fitting;
}

std::bitset<32> by_weekday(const Cron& cron, const Month& month) {
  std::bitset<32> fitting;
  for (unsigned day = 1; day <= month.last; ++day) {
    const unsigned weekday = month.weekday(day);
    const bool is_last = day + 7 > month.last;
    fitting[day] = cron.weekdays[weekday] || cron.nth_weekdays[(day + 6) / 7][weekday] ||
                   (is_last && cron.nth_weekdays[0][weekday]);
  }
  return fitting;
}

std::optional<minutes> time_at_or_after(const Cron& cron, minutes from) {
  const auto hour = static_cast<unsigned>(from.count() / 60);
  const auto same_hour = cron.hours[hour] ? lowest_from(cron.minutes, static_cast<unsigned>(from.count() % 60))
                                          : std::optional<unsigned>();
  if (same_hour) {
    return minutes(hour * 60 + *same_hour);
  }
  const auto later = lowest_from(cron.hours, hour + 1);
  return later ? std::optional(minutes(*later * 60 + *lowest_from(cron.minutes, 0))) : std::nullopt;
}

std::optional<minutes> time_at_or_before(const Cron& cron, minutes to) {
  const auto hour = static_cast<unsigned>(to.count() / 60);
  const auto same_hour =
      cron.hours[hour] ? highest_to(cron.minutes, static_cast<unsigned>(to.count() % 60)) : std::optional<unsigned>();
  if (same_hour) {
    return minutes(hour * 60 + *same_hour);
  }
  const auto earlier = hour > 0 ? highest_to(cron.hours, hour - 1) : std::optional<unsigned>();
  return earlier ? std::optional(minutes(*earlier * 60 + *highest_to(cron.minutes, 59))) : std::nullopt;
}

minutes first_time(const Cron& cron) {
  return *time_at_or_after(cron, minutes(0));
}
minutes last_time(const Cron& cron) {
  return *time_at_or_before(cron, minutes(24 * 60 - 1));
}

}  // namespace

std::bitset<32> Cron::days_of(year_month month) const {
  if (!months[static_cast<unsigned>(month.month())]) {
    return {};
  }
  const Month shape(month);
  if (weekdays.all() && !either_day) {
    return by_date(*this, shape);
  }
  return either_day ? by_date(*this, shape) | by_weekday(*this, shape)
                    : by_date(*this, shape) & by_weekday(*this, shape);
}

bool Cron::fires_on(local_days day) const {
  const std::chrono::year_month_day date(day);
  return days_of(date.year() / date.month())[static_cast<unsigned>(date.day())];
}

std::optional<LocalMinute> Cron::next_at_or_after(LocalMinute from) const {
  const auto today = std::chrono::floor<std::chrono::days>(from);
  if (const auto time = fires_on(today) ? time_at_or_after(*this, from - today) : std::nullopt) {
    return today + *time;
  }
  const std::chrono::year_month_day date(today);
  const year_month first = date.year() / date.month();
  unsigned earliest = static_cast<unsigned>(date.day()) + 1;
  for (year_month month = first; month <= first + kCronHorizon; month += std::chrono::months(1)) {
    if (const auto day = lowest_from(days_of(month), earliest)) {
      return local_days(month / static_cast<int>(*day)) + first_time(*this);
    }
    earliest = 1;
  }
  return std::nullopt;
}

std::optional<LocalMinute> Cron::latest_at_or_before(LocalMinute to) const {
  const auto today = std::chrono::floor<std::chrono::days>(to);
  if (const auto time = fires_on(today) ? time_at_or_before(*this, to - today) : std::nullopt) {
    return today + *time;
  }
  const std::chrono::year_month_day date(today);
  const year_month first = date.year() / date.month();
  unsigned latest = static_cast<unsigned>(date.day()) - 1;
  for (year_month month = first; month >= first - kCronHorizon; month -= std::chrono::months(1)) {
    if (const auto day = highest_to(days_of(month), latest)) {
      return local_days(month / static_cast<int>(*day)) + last_time(*this);
    }
    latest = 31;
  }
  return std::nullopt;
}

}  // namespace stillpoint::schedule
