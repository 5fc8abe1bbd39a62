#include "support/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>
#include <numeric>

namespace stillpoint::support {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// The digits of `text` as a number; the caller has checked that they are few.
std::optional<int> number(std::string_view text) {
  int value = 0;
  if (!all_digits(text) || std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc()) {
    return std::nullopt;
  }
  return value;
}

std::optional<WallTime> make_time(std::optional<int> y, std::optional<int> mo, std::optional<int> d,
                                  std::optional<int> h, std::optional<int> mi, std::optional<int> s) {
  // A system_clock of nanoseconds ends in 2262.
  if (!y || !mo || !d || !h || !mi || !s || *y < 1970 || *y > 2200 || *h > 23 || *mi > 59 || *s > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{*y}, std::chrono::month{static_cast<unsigned>(*mo)},
                                         std::chrono::day{static_cast<unsigned>(*d)}};
  if (!date.ok()) {
    return std::nullopt;
  }
  return WallTime(sys_days(date)) + hours(*h) + minutes(*mi) + seconds(*s);
}

struct Unit {
  std::string_view name;
  milliseconds size;
};
constexpr std::array<Unit, 6> kUnits{{{"ms", milliseconds(1)},
                                      {"s", seconds(1)},
                                      {"m", minutes(1)},
                                      {"h", hours(1)},
                                      {"d", hours(24)},
                                      {"w", hours(24 * 7)}}};

/// How many letters were left out, added, mistaken, or exchanged with their neighbour.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before;
  std::vector<size_t> previous;
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::move(previous);
    previous = row;
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
  }
  return row.back();
}

}  // namespace

std::string format_utc(WallTime when) {
  const auto day = std::chrono::floor<days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<seconds>(when - day));
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02ld:%02ld:%02ldZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<long>(time.hours().count()), static_cast<long>(time.minutes().count()),
                static_cast<long>(time.seconds().count()));
  return buffer.data();
}

std::optional<WallTime> parse_utc(std::string_view text) {
  // 0123456789012345678
  // 2026-11-24T01:05:00
  if (text.size() < 19 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  auto when = make_time(number(text.substr(0, 4)), number(text.substr(5, 2)), number(text.substr(8, 2)),
                        number(text.substr(11, 2)), number(text.substr(14, 2)), number(text.substr(17, 2)));
  if (!when) {
    return std::nullopt;
  }
  std::string_view rest = text.substr(19);
  if (rest.starts_with('.')) {
    size_t end = 1;
    while (end < rest.size() && rest[end] >= '0' && rest[end] <= '9') {
      ++end;
    }
    std::string fraction(rest.substr(1, end - 1));
    if (fraction.empty() || fraction.size() > 9) {
      return std::nullopt;
    }
    fraction.resize(6, '0');
    *when += microseconds(number(fraction).value_or(0));
    rest = rest.substr(end);
  }
  if (!rest.empty() && rest != "Z" && rest != "+00:00") {
    return std::nullopt;
  }
  return when;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  // 01234567890123456789012345678
  // Tue, 24 Nov 2026 07:00:00 GMT
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || text[3] != ',' || text.substr(25) != " GMT" || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const auto month = kMonths.find(text.substr(8, 3));
  if (month == std::string_view::npos || month % 3 != 0) {
    return std::nullopt;
  }
  return make_time(number(text.substr(12, 4)), static_cast<int>(month / 3) + 1, number(text.substr(5, 2)),
                   number(text.substr(17, 2)), number(text.substr(20, 2)), number(text.substr(23, 2)));
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto digits = static_cast<size_t>(
      std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; }) - text.begin());
  if (digits == 0 || digits > 9) {
    return std::nullopt;
  }
  const auto value = number(text.substr(0, digits));
  const auto unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == text.substr(digits); });
  if (!value || *value == 0 || unit == kUnits.end()) {
    return std::nullopt;
  }
  return unit->size * *value;
}

std::string format_duration(milliseconds duration) {
  if (duration.count() == 0) {
    return "0s";
  }
  for (auto unit = kUnits.rbegin(); unit != kUnits.rend(); ++unit) {
    if (unit->name != "w" && duration % unit->size == milliseconds(0)) {
      return std::to_string(duration / unit->size) + std::string(unit->name);
    }
  }
  return std::to_string(duration.count()) + "ms";
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

std::string_view trim(std::string_view text) {
  static constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string text;
  for (const auto& part : parts) {
    if (!text.empty()) {
      text += separator;
    }
    text += part;
  }
  return text;
}

std::string count_of(size_t count, std::string_view singular) {
  return std::to_string(count) + " " + std::string(singular) + (count == 1 ? "" : "s");
}

std::string printable(std::string_view text) {
  std::string safe(text);
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return safe;
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& candidates) {
  std::optional<std::string> best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (const auto& candidate : candidates) {
    if (const size_t distance = edit_distance(word, candidate); distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

}  // namespace stillpoint::support
