#include "policy/diagnostics.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

constexpr size_t kWidest = 100;  ///< characters of a line that are shown

/// Line `number` (1-based) of the text, without its end.
std::optional<std::string_view> line_of(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

/// The characters of a line, each printable and one column wide: what could steer a terminal becomes `?`, a tab a
/// space.
std::vector<std::string> characters_of(std::string_view line) {
  std::vector<std::string> characters;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) == 0x80 && !characters.empty()) {
      characters.back() += c;
    } else {
      characters.emplace_back(1, c);
    }
  }
  for (auto& character : characters) {
    const auto first = static_cast<unsigned char>(character[0]);
    // U+0080 to U+009F, encoded as C2 80 to C2 9F, are control characters too; E2 80 xx holds those that turn text
    // round.
    const bool control = first < 0x20 || first == 0x7f || (first >= 0x80 && character.size() < 2) ||
                         (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0) ||
                         character.starts_with("\xe2\x80") || character.starts_with("\xe2\x81");
    if (control) {
      character = first == '\t' ? " " : "?";
    }
  }
  return characters;
}

}  // namespace

std::string render_error(const support::Error& error, std::string_view source_text) {
  std::string text = error.to_string();
  if (!error.mark()) {
    return text;
  }
  const auto line = line_of(source_text, error.mark()->line);
  if (!line) {
    return text;
  }
  const auto characters = characters_of(*line);
  const size_t column = std::min(static_cast<size_t>(std::max(error.mark()->column, 1)) - 1, characters.size());
  const size_t first = column < kWidest - 20 ? 0 : column - kWidest / 2;
  const std::string number = std::to_string(error.mark()->line);
  text += "\n  " + number + " | ";
  for (size_t i = first; i < std::min(characters.size(), first + kWidest); ++i) {
    text += characters[i];
  }
  return text + "\n  " + std::string(number.size(), ' ') + " | " + std::string(column - first, ' ') + "^";
}

}  // namespace stillpoint::policy
