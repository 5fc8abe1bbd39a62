#include "schedule/cron.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using support::ErrorKind;
using support::fail;
using support::Result;

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kMacros{{{"@hourly", "0 * * * *"},
                                                                                {"@daily", "0 0 * * *"},
                                                                                {"@midnight", "0 0 * * *"},
                                                                                {"@weekly", "0 0 * * 0"},
                                                                                {"@monthly", "0 0 1 * *"},
                                                                                {"@yearly", "0 0 1 1 *"},
                                                                                {"@annually", "0 0 1 1 *"}}};

/// What one of the five fields may hold.
struct FieldKind {
  std::string_view name;
  int low;
  int high;
  std::string_view wanted;
  std::span<const std::string_view> names;  ///< the first of them stands for `low`
};

const std::array<FieldKind, 5> kFields{{{"minute", 0, 59, "0 to 59", {}},
                                        {"hour", 0, 23, "0 to 23", {}},
                                        {"day of month", 1, 31, "1 to 31", {}},
                                        {"month", 1, 12, "1 to 12 or jan to dec", kMonths},
                                        {"day of week", 0, 7, "0 to 7 or sun to sat", kWeekdays}}};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string shown(std::string_view text) {
  return "\"" + support::printable(text.substr(0, 60)) + "\"";
}

tl::unexpected<support::Error> wrong(const FieldKind& field, const std::string& message) {
  return fail(ErrorKind::InvalidInput, std::string(field.name) + ": " + message);
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && text.size() <= 4 && text[0] != '-';
  return whole ? std::optional(value) : std::nullopt;
}

/// Why something that other schedulers know is no value here; empty if it is just wrong.
std::string foreign_syntax(std::string_view text) {
  const std::string word = lower(text);
  if (word == "?") {
    return "? is not used here: write *";
  }
  if (word == "h" || word.starts_with("h(")) {
    return "H is not supported yet: write a number";
  }
  if (word.find('~') != std::string::npos) {
    return "~ is not supported yet: write a number";
  }
  if (word.find('#') != std::string::npos || word.ends_with('l') || word.ends_with('w')) {
    return shown(text) + ": L, W and # are not supported yet: write days by number or name";
  }
  return {};
}

/// One number or name.
Result<int> parse_value(const FieldKind& field, std::string_view text) {
  const auto name = std::find(field.names.begin(), field.names.end(), lower(text));
  if (name != field.names.end()) {
    return field.low + static_cast<int>(name - field.names.begin());
  }
  const auto value = number(text);
  if (!value) {
    const std::string foreign = foreign_syntax(text);
    return wrong(field, foreign.empty() ? shown(text) + " is not a value: use " + std::string(field.wanted) : foreign);
  }
  if (*value < field.low || *value > field.high) {
    return wrong(field, shown(text) + " is out of range: use " + std::string(field.wanted));
  }
  return *value;
}

struct Range {
  int low = 0;
  int high = 0;
  int step = 1;
};

Result<Range> parse_bounds(const FieldKind& field, std::string_view text) {
  if (text == "*") {
    return Range{field.low, field.names.data() == kWeekdays.data() ? 6 : field.high};
  }
  const auto dash = text.find('-');
  auto low = parse_value(field, text.substr(0, dash));
  if (!low) {
    return support::pass_on(std::move(low));
  }
  if (dash == std::string_view::npos) {
    return Range{*low, *low};
  }
  auto high = parse_value(field, text.substr(dash + 1));
  if (!high) {
    return support::pass_on(std::move(high));
  }
  if (*high == 0 && *low > 0 && field.high == 7) {
    *high = 7;  // `fri-sun`: Sunday ends the week as well as it begins it
  }
  if (*low > *high) {
    return wrong(field, shown(text) + " runs backwards: write it as two ranges, such as " + std::to_string(*low) + "-" +
                            std::to_string(field.high) + "," + std::to_string(field.low) + "-" + std::to_string(*high));
  }
  return Range{*low, *high};
}

Result<Range> parse_range(const FieldKind& field, std::string_view text) {
  const auto slash = text.find('/');
  auto range = parse_bounds(field, text.substr(0, slash));
  if (!range || slash == std::string_view::npos) {
    return range;
  }
  const auto step = number(text.substr(slash + 1));
  const auto bounds = text.substr(0, slash);
  if (range->low == range->high && bounds != "*") {
    return wrong(field, shown(text) + " is a step without a range: write " + std::string(bounds) + "-" +
                            std::to_string(field.high) + std::string(text.substr(slash)));
  }
  if (!step || *step < 1) {
    return wrong(field, shown(text.substr(slash + 1)) + " is not a step: use a number from 1");
  }
  if (*step > range->high - range->low) {
    return wrong(field, "the step " + std::to_string(*step) + " is longer than its range " +
                            std::to_string(range->low) + "-" + std::to_string(range->high) +
                            ", which starts over each time: use a smaller step, or name the values");
  }
  range->step = *step;
  return range;
}

/// The values of one field, as bits.
Result<std::bitset<64>> parse_field(const FieldKind& field, std::string_view text) {
  std::bitset<64> values;
  for (const auto& part : support::split(text, ',')) {
    if (part.empty()) {
      return wrong(field, shown(text) + " has an empty place in its list: use " + std::string(field.wanted));
    }
    auto range = parse_range(field, part);
    if (!range) {
      return support::pass_on(std::move(range));
    }
    for (int value = range->low; value <= range->high; value += range->step) {
      values.set(static_cast<size_t>(value));
    }
  }
  return values;
}

std::vector<std::string> words_of(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '\t', ' ');
  auto words = support::split(spaced, ' ');
  std::erase_if(words, [](const std::string& word) { return word.empty(); });
  return words;
}

Result<std::vector<std::string>> split_fields(std::string_view text) {
  auto words = words_of(text);
  if (words.size() == 1 && words[0].starts_with('@')) {
    const auto macro =
        std::find_if(kMacros.begin(), kMacros.end(), [&](const auto& known) { return known.first == lower(words[0]); });
    if (macro == kMacros.end()) {
      return fail(ErrorKind::InvalidInput, shown(words[0]) +
                                               " is not known: use @hourly, @daily, @midnight, @weekly, @monthly, "
                                               "@yearly, @annually, or five fields");
    }
    words = words_of(macro->second);
  }
  if (words.size() != kFields.size()) {
    return fail(ErrorKind::InvalidInput,
                "found " + support::count_of(words.size(), "field") +
                    ": write the five fields minute, hour, day of month, month, day of week, such as \"5 1 * * *\"" +
                    (words.size() > kFields.size() ? " (seconds and years are not supported)" : ""));
  }
  return words;
}

template <size_t kSize>
std::bitset<kSize> narrow(const std::bitset<64>& values) {
  return std::bitset<kSize>(values.to_ullong());
}

/// Whether there is any such day. The calendar repeats after 400 years, the days of the week with it; 40 years hold
/// every pair of a date and a weekday.
bool ever_fires(const Cron& cron) {
  using std::chrono::days;
  const std::chrono::sys_days first = std::chrono::year{2000} / 1 / 1;
  for (auto day = first; day < first + days(40 * 366); day += days(1)) {
    if (cron.fires_on(day)) {
      return true;
    }
  }
  return false;
}

}  // namespace

bool Cron::fires_on(std::chrono::sys_days day) const {
  const std::chrono::year_month_day date(day);
  if (!months[static_cast<unsigned>(date.month())]) {
    return false;
  }
  const bool day_fits = days[static_cast<unsigned>(date.day())];
  const bool weekday_fits = weekdays[std::chrono::weekday(day).c_encoding()];
  return either_day ? day_fits || weekday_fits : day_fits && weekday_fits;
}

Result<Cron> parse_cron(std::string_view text) {
  auto words = split_fields(text);
  if (!words) {
    return support::pass_on(std::move(words));
  }
  std::array<std::bitset<64>, kFields.size()> values;
  for (size_t i = 0; i < kFields.size(); ++i) {
    auto field = parse_field(kFields[i], (*words)[i]);
    if (!field) {
      return support::pass_on(std::move(field));
    }
    values[i] = *field;
  }
  if (values[4][7]) {
    values[4].set(0).reset(7);
  }
  Cron cron;
  cron.minutes = narrow<60>(values[0]);
  cron.hours = narrow<24>(values[1]);
  cron.days = narrow<32>(values[2]);
  cron.months = narrow<13>(values[3]);
  cron.weekdays = narrow<7>(values[4]);
  cron.either_day = (*words)[2][0] != '*' && (*words)[4][0] != '*';
  cron.is_interval = (*words)[0][0] == '*' || cron.hours.all();
  if (!ever_fires(cron)) {
    return fail(ErrorKind::InvalidInput, "never fires: no month that it names has such a day; choose another day");
  }
  return cron;
}

}  // namespace stillpoint::schedule
