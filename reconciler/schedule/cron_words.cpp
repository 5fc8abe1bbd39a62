#include "schedule/cron_words.hpp"

#include <algorithm>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kNicknames{{{"@hourly", "0 * * * *"},
                                                                                   {"@daily", "0 0 * * *"},
                                                                                   {"@midnight", "0 0 * * *"},
                                                                                   {"@weekly", "0 0 * * 0"},
                                                                                   {"@monthly", "0 0 1 * *"},
                                                                                   {"@yearly", "0 0 1 1 *"},
                                                                                   {"@annually", "0 0 1 1 *"}}};

/// A name of the field that the word may have meant: `monday` or `Mno`.
std::string guess_of(const FieldKind& field, std::string_view text) {
  const std::string word = lower(text.substr(0, 60));
  const auto longer =
      std::find_if(field.names.begin(), field.names.end(), [&](auto name) { return word.starts_with(name); });
  if (longer != field.names.end()) {
    return std::string(*longer);
  }
  return support::nearest(word, {field.names.begin(), field.names.end()}).value_or("");
}

/// Why something that other schedulers know is no value here; empty if it is just wrong.
std::string foreign_syntax(std::string_view text) {
  const std::string word = lower(text);
  if (word == "?") {
    return "? is not used here: write *";
  }
  if (word == "h" || word.starts_with("h(")) {
    return "H is not used here: write a number, and `jitter` in the schedule to spread the load";
  }
  if (word.find('~') != std::string::npos) {
    return shown(text) + ": ~ is not used here: write a number, and `jitter` in the schedule to spread the load";
  }
  if (word.find('#') != std::string::npos) {
    return shown(text) + ": # belongs to the day of week, such as fri#3 for the third Friday";
  }
  const std::string_view before = std::string_view(word).substr(0, word.size() - 1);
  if (word.ends_with('w') && before.find_first_not_of("0123456789l-") == std::string_view::npos) {
    return shown(text) + ": W belongs to the day of month, such as 15W for the working day nearest to the 15th";
  }
  if (word == "l" || word.starts_with("l-")) {
    return shown(text) + ": L belongs to the day of month, or after a day of the week, such as friL";
  }
  return {};
}

}  // namespace

const std::array<FieldKind, 5> kFields{{{"minute", 0, 59, "0 to 59", {}},
                                        {"hour", 0, 23, "0 to 23", {}},
                                        {"day of month", 1, 31, "1 to 31", {}},
                                        {"month", 1, 12, "1 to 12 or jan to dec", kMonths},
                                        {"day of week", 0, 7, "0 to 7 or sun to sat", kWeekdays}}};

std::optional<std::string_view> expand_nickname(std::string_view word) {
  const std::string wanted = lower(word);
  const auto known =
      std::find_if(kNicknames.begin(), kNicknames.end(), [&](const auto& pair) { return pair.first == wanted; });
  return known == kNicknames.end() ? std::nullopt : std::optional(known->second);
}

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string shown(std::string_view text) {
  return "\"" + support::printable(text.substr(0, 60)) + "\"";
}

std::string no_value(const FieldKind& field, std::string_view text) {
  if (std::string foreign = text.empty() ? "" : foreign_syntax(text); !foreign.empty()) {
    return foreign;
  }
  const std::string guess = guess_of(field, text);
  return shown(text) + " is not a value: " +
         (guess.empty() ? "use " + std::string(field.wanted)
                        : "did you mean " + guess + "? Use " + std::string(field.wanted));
}

std::string out_of_range(const FieldKind& field, std::string_view text) {
  std::string hint;
  if (field.name == "hour" && text == "24") {
    hint = "; midnight is 0, at the beginning of its day";
  } else if (field.name == "minute" && text == "60") {
    hint = "; the full hour is 0";
  } else if (field.is_day() && text == "32") {
    hint = "; the last day is L";
  }
  return shown(text) + " is out of range: use " + std::string(field.wanted) + hint;
}

std::string example_range(const FieldKind& field) {
  return field.names.empty() ? std::to_string(field.low) + "-" + std::to_string(field.high)
                             : std::string(field.names.front()) + "-" + std::string(field.names.back());
}

std::string too_long_a_step(const FieldKind& field, int step, int low, int high) {
  std::string text = "the step " + std::to_string(step) + " is longer than its range " + std::to_string(low) + "-" +
                     std::to_string(high) + ", which starts over each time: ";
  if (field.name == "minute" && step % 60 == 0 && step / 60 < 24) {
    const std::string hours = step == 60 ? "*" : "*/" + std::to_string(step / 60);
    return text + "write 0 " + hours + " as minute and hour";
  }
  return text + "use a smaller step, or name the values";
}

std::string wrong_special_day(std::string_view piece) {
  const std::string text = lower(piece);
  if (text == "wl") {
    return shown(piece) + ": did you mean LW, the last working day?";
  }
  if (text == "w") {
    return "W needs the day that it is near to: write 15W, or LW for the last working day";
  }
  if (text.find('/') != std::string::npos || text.find('-') != std::string::npos) {
    return shown(piece) +
           ": L and W go with one day, not with a range or a step: name the days, such as 14W,15W or L-1,L";
  }
  return shown(piece) + " is not a value: use 1 to 31, L or L-3 (from the last day), 15W, LW or L-3W (working days)";
}

std::string wrong_special_weekday(std::string_view piece, std::string_view name) {
  if (name.empty()) {
    return shown(piece) + ": which day? Write friL for the last Friday of a month, fri#3 for the third";
  }
  const bool many = name.find_first_of("-/*") != std::string_view::npos || piece.find('/') != std::string_view::npos;
  if (many) {
    return shown(piece) + ": L and # go with one day, not with a range or a step: name the days, such as fri#1,fri#3";
  }
  if (lower(piece).ends_with("#l")) {
    return shown(piece) + ": did you mean " + std::string(name) + "L, the last one?";
  }
  return {};
}

std::string wrong_nickname(std::string_view word, size_t words_after) {
  if (words_after == 0 && lower(word) == "@reboot") {
    return "@reboot is not a time: slots are instants of the calendar, so that a restart neither adds nor loses one; "
           "write when, such as @daily";
  }
  if (lower(word) == "@every") {
    return "@every is not used here: an interval is written by the clock, such as */15 * * * * or 0 */6 * * *";
  }
  if (expand_nickname(word)) {
    return shown(word) + " stands alone: remove what comes after it, or write five fields";
  }
  std::vector<std::string> names;
  for (const auto& [name, fields] : kNicknames) {
    names.emplace_back(name);
  }
  const auto guess = support::nearest(lower(word.substr(0, 60)), names);
  return shown(word) + " is not known: " + (guess ? "did you mean " + *guess + "? Use " : "use ") +
         support::join(names, ", ") + ", or five fields";
}

std::string wrong_number_of_fields(const std::vector<std::string_view>& words) {
  std::string text = "found " + support::count_of(words.size(), "field") +
                     ": write the five fields minute, hour, day of month, month, day of week, such as \"5 1 * * *\"";
  if (words.size() > kFields.size()) {
    text += " (seconds and years are not used here";
    if (words.size() == 6 && words[0] == "0") {
      text += "; without the seconds it is \"";
      for (size_t i = 1; i < words.size(); ++i) {
        text += (i > 1 ? " " : "") + support::printable(words[i].substr(0, 60));
      }
      text += "\"";
    }
    text += ")";
  }
  return text;
}

std::string never_fires(const Cron& cron) {
  const bool in_february = cron.months.count() == 1 && cron.months[2];
  return "never fires: no month that it names has such a day; choose another day" +
         std::string(in_february ? ", such as L for the last of February" : ", or L for the last of a month");
}

}  // namespace stillpoint::schedule
