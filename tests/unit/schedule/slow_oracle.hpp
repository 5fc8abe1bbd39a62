#pragma once

// The slots of a cron expression, found out the slow way: by walking over every minute of UTC and looking at what the
// clocks show. It shares no code with the program: it reads expressions itself, its calendar is the C library's, and
// all that it knows of a zone is its distance from UTC.

#include <date/tz.h>

#include <array>
#include <cstdlib>
#include <ctime>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace stillpoint::schedule::slow {

using Minute = long;  ///< since 1970, of UTC or of a wall clock

inline std::tm calendar(Minute local) {
  const std::time_t seconds = local * 60;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

inline int month_length(int year, int month) {
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 ? (leap ? 29 : 28) : (month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31);
}

/// Five fields without nicknames, which are right.
class Expression {
 public:
  explicit Expression(const std::string& text) {
    std::istringstream stream(text);
    for (auto& field : fields_) {
      stream >> field;
    }
    for (int minute = 0; minute < 60; ++minute) {
      minutes_[static_cast<size_t>(minute)] = names(fields_[0], minute, 0, 59);
    }
    every_hour_ = true;
    for (int hour = 0; hour < 24; ++hour) {
      hours_[static_cast<size_t>(hour)] = names(fields_[1], hour, 0, 23);
      every_hour_ = every_hour_ && hours_[static_cast<size_t>(hour)];
    }
  }

  bool every_hour() const { return every_hour_; }
  bool is_interval() const { return fields_[0][0] == '*' || every_hour_; }

  bool fires(Minute local) const {
    const long day = local >= 0 ? local / 1440 : -1;
    const long of_day = local - day * 1440;
    if (!minutes_[static_cast<size_t>(of_day % 60)] || !hours_[static_cast<size_t>(of_day / 60)]) {
      return false;
    }
    const auto known = days_.find(day);
    return known != days_.end() ? known->second : (days_[day] = fires_on(calendar(local)));
  }

 private:
  static std::vector<std::string> parts_of(const std::string& field) {
    std::vector<std::string> parts;
    std::istringstream stream(field);
    for (std::string part; std::getline(stream, part, ',');) {
      parts.push_back(part);
    }
    return parts;
  }

  static int value_of(const std::string& word) {
    static const std::vector<std::string> kWords = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    static const std::vector<std::string> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                     "jul", "aug", "sep", "oct", "nov", "dec"};
    for (size_t i = 0; i < kWords.size(); ++i) {
      if (word == kWords[i]) return static_cast<int>(i);
    }
    for (size_t i = 0; i < kMonths.size(); ++i) {
      if (word == kMonths[i]) return static_cast<int>(i) + 1;
    }
    return std::atoi(word.c_str());
  }

  /// Of plain values, ranges and steps. A day of the week comes as 0 to 6, and 7 in the text means 0.
  static bool names(const std::string& field, int value, int low, int high) {
    for (const auto& part : parts_of(field)) {
      const auto slash = part.find('/');
      const int step = slash == std::string::npos ? 1 : std::atoi(part.c_str() + slash + 1);
      const std::string range = part.substr(0, slash);
      const auto dash = range.find('-');
      int from = low;
      int to = high;
      if (range != "*") {
        from = value_of(range.substr(0, dash));
        to = dash == std::string::npos ? from : value_of(range.substr(dash + 1));
      }
      if (to == 0 && from > 0) {
        to = 7;
      }
      for (int named = from; named <= to; named += step) {
        if (named == value || (high == 6 && named == 7 && value == 0)) {
          return true;
        }
      }
    }
    return false;
  }

  static int weekday_of(const std::tm& date, int day) { return (date.tm_wday + (day - date.tm_mday) + 7 * 10) % 7; }

  static int nearest_working_day(const std::tm& date, int wanted, int length) {
    int best = 0;
    for (int day = 1; day <= length; ++day) {
      const int weekday = weekday_of(date, day);
      if (weekday != 0 && weekday != 6 && (best == 0 || std::abs(day - wanted) < std::abs(best - wanted))) {
        best = day;
      }
    }
    return best;
  }

  bool fits_day(const std::tm& date) const {
    const int length = month_length(date.tm_year + 1900, date.tm_mon + 1);
    for (std::string part : parts_of(fields_[2])) {
      const bool working = part.back() == 'W';
      if (working) {
        part.pop_back();
      }
      int wanted = 0;
      if (part[0] == 'L') {
        wanted = length - (part.size() > 2 ? std::atoi(part.c_str() + 2) : 0);
      } else if (working) {
        wanted = std::atoi(part.c_str());
      } else if (names(part, date.tm_mday, 1, 31)) {
        return true;
      }
      if (wanted >= 1 && wanted <= length &&
          date.tm_mday == (working ? nearest_working_day(date, wanted, length) : wanted)) {
        return true;
      }
    }
    return false;
  }

  bool fits_weekday(const std::tm& date) const {
    for (const auto& part : parts_of(fields_[4])) {
      const auto hash = part.find('#');
      const bool is_last = part.back() == 'L';
      if (hash == std::string::npos && !is_last) {
        if (names(part, date.tm_wday, 0, 6)) {
          return true;
        }
        continue;
      }
      if (value_of(part.substr(0, is_last ? part.size() - 1 : hash)) % 7 != date.tm_wday) {
        continue;
      }
      int same_before = 0;
      for (int day = 1; day <= date.tm_mday; ++day) {
        same_before += weekday_of(date, day) == date.tm_wday ? 1 : 0;
      }
      const bool none_after = date.tm_mday + 7 > month_length(date.tm_year + 1900, date.tm_mon + 1);
      if (is_last ? none_after : same_before == std::atoi(part.c_str() + hash + 1)) {
        return true;
      }
    }
    return false;
  }

  bool fires_on(const std::tm& date) const {
    if (!names(fields_[3], date.tm_mon + 1, 1, 12)) {
      return false;
    }
    const bool both = fields_[2][0] == '*' || fields_[4][0] == '*';
    return both ? fits_day(date) && fits_weekday(date) : fits_day(date) || fits_weekday(date);
  }

  std::array<std::string, 5> fields_;
  std::array<bool, 60> minutes_{};
  std::array<bool, 24> hours_{};
  bool every_hour_ = false;
  mutable std::map<long, bool> days_;
};

/// The last minute for which the tz library knows the zones. Then the C library is asked, which knows their rules.
inline constexpr Minute kListedUntil = 35767440;  // 2038-01-02

/// The distance from UTC in minutes at a minute of UTC. One at a time: the C library's zone is the process's.
class Offsets {
 public:
  explicit Offsets(const date::time_zone& zone) : zone_(&zone) {
    setenv("TZ", (":" + zone.name()).c_str(), 1);
    tzset();
  }

  long at(Minute utc) {
    if (utc > kListedUntil) {
      const std::time_t seconds = utc * 60;
      std::tm parts{};
      localtime_r(&seconds, &parts);
      return parts.tm_gmtoff / 60;
    }
    const date::sys_seconds instant{std::chrono::minutes(utc)};
    if (!known_ || instant < info_.begin || instant >= info_.end) {
      info_ = zone_->get_info(instant);
      known_ = true;
    }
    return info_.offset.count() / 60;
  }

 private:
  const date::time_zone* zone_;
  date::sys_info info_;
  bool known_ = false;
};

/// The slots after `from` up to and including `to`, by the words of docs/schedule.md. What the clocks showed is
/// remembered from `memory` minutes before `from` on.
inline std::vector<Minute> slots(const Expression& cron, Offsets offsets, Minute from, Minute to, long memory) {
  std::vector<Minute> found;
  Minute furthest = from - memory + offsets.at(from - memory);
  Minute before = furthest;
  for (Minute utc = from - memory + 1; utc <= to; ++utc) {
    const Minute local = utc + offsets.at(utc);
    const long gap = local - before - 1;
    const bool keeps_pace = cron.every_hour() && gap % 60 == 0 && gap < 1440;
    bool slot = false;
    for (Minute skipped = before + 1; gap > 0 && !keeps_pace && skipped < local; ++skipped) {
      slot = slot || cron.fires(skipped);
    }
    // Whatever is not past the furthest that the clocks have shown has been shown, or was made up for.
    slot = slot || (cron.fires(local) && (cron.is_interval() || local > furthest));
    if (slot && utc > from) {
      found.push_back(utc);
    }
    furthest = std::max(furthest, local);
    before = local;
  }
  return found;
}

}  // namespace stillpoint::schedule::slow
