#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schedule/cron.hpp"

namespace stillpoint::schedule {

/// What one of the five fields may hold.
struct FieldKind {
  std::string_view name;
  int low;
  int high;
  std::string_view wanted;
  std::span<const std::string_view> names;  ///< the first of them stands for `low`

  bool is_day() const { return high == 31; }
  bool is_weekday() const { return high == 7; }
};
extern const std::array<FieldKind, 5> kFields;

/// The five fields that a nickname (`@daily`) stands for.
std::optional<std::string_view> expand_nickname(std::string_view word);

std::string lower(std::string_view text);
/// Foreign text in quotes, made fit for one line of a message.
std::string shown(std::string_view text);

// What is wrong, and what would be right, as words of an error.

std::string no_value(const FieldKind& field, std::string_view text);
std::string out_of_range(const FieldKind& field, std::string_view text);
std::string example_range(const FieldKind& field);
std::string too_long_a_step(const FieldKind& field, int step, int low, int high);
std::string wrong_special_day(std::string_view piece);
/// Of `piece`, in which L or # goes with `name`; empty if nothing is wrong with its form.
std::string wrong_special_weekday(std::string_view piece, std::string_view name);
std::string wrong_nickname(std::string_view word, size_t words_after);
std::string wrong_number_of_fields(const std::vector<std::string_view>& words);
std::string never_fires(const Cron& cron);

}  // namespace stillpoint::schedule
