#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/yaml_tree.hpp"

namespace stillpoint::policy {

/// The length of the UTF-8 character that `text`, which is not empty, begins with; 0 if it does not begin with one.
size_t utf8_length(std::string_view text);

/// A byte or character that a policy file must not have.
struct BadCharacter {
  Position at;
  std::string what;
  std::string remedy;
};

/// The first of the text: bytes that are not UTF-8, a NUL, a byte order mark that is not at the beginning, and a
/// carriage return alone, which the parser would take for nothing at all.
std::optional<BadCharacter> find_bad_character(std::string_view text);

/// The text without the byte order mark that some editors put before it.
std::string_view without_byte_order_mark(std::string_view text);

}  // namespace stillpoint::policy
