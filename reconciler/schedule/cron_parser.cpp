#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "schedule/cron.hpp"
#include "schedule/cron_words.hpp"
#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using support::ErrorKind;
using support::Result;

/// What is wrong with one piece of the text. `piece` is a view into it, so that its place is known.
struct Wrong {
  std::string_view piece;
  std::string message;
};

template <class T>
using Parsed = tl::expected<T, Wrong>;

tl::unexpected<Wrong> wrong(std::string_view piece, std::string message) {
  return tl::make_unexpected(Wrong{piece, std::move(message)});
}

tl::unexpected<Wrong> wrong(const FieldKind& field, std::string_view piece, const std::string& message) {
  return wrong(piece, std::string(field.name) + ": " + message);
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && text.size() <= 4 && text[0] != '-';
  return whole ? std::optional(value) : std::nullopt;
}

/// The parts between separators, as views into the text; `a,,b` has an empty one.
std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) {
      return parts;
    }
    text.remove_prefix(end + 1);
  }
}

/// One number or name.
Parsed<int> parse_value(const FieldKind& field, std::string_view text) {
  const auto name = std::find(field.names.begin(), field.names.end(), lower(text));
  if (name != field.names.end()) {
    return field.low + static_cast<int>(name - field.names.begin());
  }
  const auto value = number(text);
  if (!value) {
    return wrong(field, text, no_value(field, text));
  }
  if (*value < field.low || *value > field.high) {
    return wrong(field, text, out_of_range(field, text));
  }
  return *value;
}

struct Range {
  int low = 0;
  int high = 0;
  int step = 1;
};

Parsed<Range> parse_bounds(const FieldKind& field, std::string_view text) {
  if (text == "*") {
    return Range{field.low, field.is_weekday() ? 6 : field.high};
  }
  const auto dash = text.find('-');
  const auto from = text.substr(0, dash);
  if (dash != std::string_view::npos && (from.empty() || dash + 1 == text.size())) {
    return wrong(field, text, shown(text) + " is half a range: write both its ends, such as " + example_range(field));
  }
  const auto low = parse_value(field, from);
  if (!low) {
    return tl::make_unexpected(low.error());
  }
  if (dash == std::string_view::npos) {
    return Range{*low, *low};
  }
  auto high = parse_value(field, text.substr(dash + 1));
  if (!high) {
    return tl::make_unexpected(high.error());
  }
  if (*high == 0 && *low > 0 && field.is_weekday()) {
    *high = 7;  // `fri-sun`: Sunday ends the week as well as it begins it
  }
  if (*low > *high) {
    return wrong(field, text,
                 shown(text) + " runs backwards: write it as two ranges, such as " + std::to_string(*low) + "-" +
                     std::to_string(field.high) + "," + std::to_string(field.low) + "-" + std::to_string(*high));
  }
  return Range{*low, *high};
}

Parsed<Range> parse_range(const FieldKind& field, std::string_view text) {
  const auto slash = text.find('/');
  const auto bounds = text.substr(0, slash);
  auto range = parse_bounds(field, bounds);
  if (!range || slash == std::string_view::npos) {
    return range;
  }
  const auto digits = text.substr(slash + 1);
  const auto step = number(digits);
  if (range->low == range->high && bounds != "*") {
    return wrong(field, text,
                 shown(text) + " is a step without a range: write " + std::string(bounds) + "-" +
                     std::to_string(field.high) + std::string(text.substr(slash)));
  }
  if (!step || *step < 1) {
    return wrong(field, digits.empty() ? text : digits, shown(digits) + " is not a step: use a number from 1");
  }
  if (*step > range->high - range->low) {
    return wrong(field, digits, too_long_a_step(field, *step, range->low, range->high));
  }
  range->step = *step;
  return range;
}

/// A number that L, W or # goes with.
Parsed<int> parse_companion(const FieldKind& field, std::string_view piece, std::string_view digits, int low,
                            int high) {
  const auto value = number(digits);
  if (!value || *value < low || *value > high) {
    return wrong(field, piece,
                 shown(piece) + ": " + shown(digits) + " is not a number from " + std::to_string(low) + " to " +
                     std::to_string(high));
  }
  return *value;
}

/// `L`, `L-3`, `15W`, `LW`, `L-3W`.
std::optional<Wrong> read_special_day(const FieldKind& field, std::string_view piece, Cron& cron) {
  const std::string text = lower(piece);
  std::string_view rest = text;
  const bool working_day = rest.ends_with('w');
  if (working_day) {
    rest.remove_suffix(1);
  }
  if (rest.starts_with('l') && (rest.size() == 1 || rest[1] == '-')) {
    const auto back = rest.size() == 1 ? Parsed<int>(0) : parse_companion(field, piece, rest.substr(2), 1, 30);
    if (!back) {
      return Wrong{piece, back.error().message};
    }
    (working_day ? cron.working_days_from_last : cron.days_from_last).set(static_cast<size_t>(*back));
    return std::nullopt;
  }
  const auto day = working_day && !rest.empty() ? number(rest) : std::nullopt;
  if (!day || *day < field.low || *day > field.high) {
    return Wrong{piece, std::string(field.name) + ": " + wrong_special_day(piece)};
  }
  cron.working_days.set(static_cast<size_t>(*day));
  return std::nullopt;
}

/// `fri#3`, `friL`.
std::optional<Wrong> read_special_weekday(const FieldKind& field, std::string_view piece, Cron& cron) {
  const auto hash = piece.find('#');
  const auto name = hash == std::string_view::npos ? piece.substr(0, piece.size() - 1) : piece.substr(0, hash);
  const auto complaint = wrong_special_weekday(piece, name);
  if (!complaint.empty()) {
    return Wrong{piece, std::string(field.name) + ": " + complaint};
  }
  const auto weekday = parse_value(field, name);
  if (!weekday) {
    return weekday.error();
  }
  const auto nth =
      hash == std::string_view::npos ? Parsed<int>(0) : parse_companion(field, piece, piece.substr(hash + 1), 1, 5);
  if (!nth) {
    return nth.error();
  }
  cron.nth_weekdays[static_cast<size_t>(*nth)].set(static_cast<size_t>(*weekday % 7));
  return std::nullopt;
}

std::optional<Wrong> read_special(const FieldKind& field, std::string_view part, Cron& cron, bool& is_special) {
  const std::string text = lower(part);
  is_special = (field.is_day() && text.find_first_of("lw") != std::string::npos) ||
               (field.is_weekday() && (text.find('#') != std::string::npos || text.ends_with('l')));
  if (!is_special) {
    return std::nullopt;
  }
  return field.is_day() ? read_special_day(field, part, cron) : read_special_weekday(field, part, cron);
}

/// The values of one field, as bits; what L, W and # say goes into `cron`.
Parsed<std::bitset<64>> parse_field(const FieldKind& field, std::string_view text, Cron& cron) {
  std::bitset<64> values;
  for (const auto part : split(text, ",")) {
    if (part.empty()) {
      return wrong(field, text,
                   shown(text) + " has an empty place in its list: use " + std::string(field.wanted) +
                       ", and commas only between values");
    }
    bool is_special = false;
    if (auto bad = read_special(field, part, cron, is_special)) {
      return tl::make_unexpected(std::move(*bad));
    }
    if (is_special) {
      continue;
    }
    const auto range = parse_range(field, part);
    if (!range) {
      return tl::make_unexpected(range.error());
    }
    for (int value = range->low; value <= range->high; value += range->step) {
      values.set(static_cast<size_t>(value));
    }
  }
  return values;
}

std::vector<std::string_view> words_of(std::string_view text) {
  auto words = split(text, " \t");
  std::erase_if(words, [](std::string_view word) { return word.empty(); });
  return words;
}

Parsed<std::vector<std::string_view>> split_fields(std::string_view text) {
  auto words = words_of(text);
  if (!words.empty() && words[0].starts_with('@')) {
    const auto nickname = words.size() == 1 ? expand_nickname(words[0]) : std::nullopt;
    if (!nickname) {
      return wrong(words[0], wrong_nickname(words[0], words.size() - 1));
    }
    words = words_of(*nickname);
  }
  if (words.size() != kFields.size()) {
    return wrong(words.empty() ? text : words[std::min(words.size(), kFields.size() + 1) - 1],
                 wrong_number_of_fields(words));
  }
  return words;
}

template <size_t kSize>
std::bitset<kSize> narrow(const std::bitset<64>& values) {
  return std::bitset<kSize>(values.to_ullong());
}

Parsed<Cron> parse(std::string_view text) {
  const auto words = split_fields(text);
  if (!words) {
    return tl::make_unexpected(words.error());
  }
  Cron cron;
  std::array<std::bitset<64>, kFields.size()> values;
  for (size_t i = 0; i < kFields.size(); ++i) {
    const auto field = parse_field(kFields[i], (*words)[i], cron);
    if (!field) {
      return tl::make_unexpected(field.error());
    }
    values[i] = *field;
  }
  if (values[4][7]) {
    values[4].set(0).reset(7);
  }
  cron.minutes = narrow<60>(values[0]);
  cron.hours = narrow<24>(values[1]);
  cron.days = narrow<32>(values[2]);
  cron.months = narrow<13>(values[3]);
  cron.weekdays = narrow<7>(values[4]);
  cron.either_day = (*words)[2][0] != '*' && (*words)[4][0] != '*';
  cron.is_interval = (*words)[0][0] == '*' || cron.hours.all();
  // 48 years from 2000 hold every pair of a date and a weekday.
  if (!cron.next_at_or_after(std::chrono::local_days(std::chrono::year{2000} / 1 / 1))) {
    return wrong((*words)[2], never_fires(cron));
  }
  return cron;
}

}  // namespace

Result<Cron> parse_cron(std::string_view text) {
  auto cron = parse(text);
  if (cron) {
    return *cron;
  }
  const auto& piece = cron.error().piece;
  // What a nickname stands for is never wrong, so that every piece lies in the text.
  const auto column = piece.data() == nullptr ? 1 : static_cast<int>(piece.data() - text.data()) + 1;
  return tl::make_unexpected(
      support::Error(ErrorKind::InvalidInput, std::move(cron.error().message)).at({"", 1, column}));
}

}  // namespace stillpoint::schedule
