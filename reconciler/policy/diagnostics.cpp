#include "policy/diagnostics.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "policy/yaml_characters.hpp"

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

/// The first character of the text, which is not empty.
std::string_view first_character(std::string_view text) {
  return text.substr(0, std::max<size_t>(utf8_length(text), 1));
}

/// A character that is printable and one column wide: what could steer a terminal becomes `?`, a tab a space.
std::string_view shown(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  // U+0080 to U+009F, encoded as C2 80 to C2 9F, are control characters too; E2 80 xx holds those that turn text round,
  // EF BB BF has no width.
  const bool control = first < 0x20 || first == 0x7f || (first >= 0x80 && character.size() < 2) ||
                       (first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0) ||
                       character.starts_with("\xe2\x80") || character.starts_with("\xe2\x81") ||
                       character == "\xef\xbb\xbf";
  return !control ? character : first == '\t' ? " " : "?";
}

/// Removes the first `count` characters, or as many as there are.
size_t drop(std::string_view& text, size_t count) {
  size_t dropped = 0;
  for (; dropped < count && !text.empty(); ++dropped) {
    text.remove_prefix(first_character(text).size());
  }
  return dropped;
}

/// The first `most` characters, fit for a terminal.
std::string shown_start(std::string_view line, size_t most) {
  std::string text;
  for (size_t i = 0; i < most && !line.empty(); ++i) {
    const auto character = first_character(line);
    text += shown(character);
    line.remove_prefix(character.size());
  }
  return text;
}

}  // namespace

std::string fit_for_terminal(std::string_view line) {
  return shown_start(line, line.size());
}

std::optional<Excerpt> excerpt_of(const support::Error& error, std::string_view source_text) {
  auto line = error.mark() && error.mark()->line > 0 ? line_of(source_text, error.mark()->line) : std::nullopt;
  if (!line) {
    return std::nullopt;
  }
  std::string_view behind = *line;
  const size_t column = drop(behind, static_cast<size_t>(std::max(error.mark()->column, 1)) - 1);
  const size_t first = column < kWidest - 20 ? 0 : column - kWidest / 2;
  drop(*line, first);
  return Excerpt{shown_start(*line, kWidest), column - first};
}

std::string render_error(const support::Error& error, std::string_view source_text) {
  std::string text = fit_for_terminal(error.to_string());
  const auto excerpt = excerpt_of(error, source_text);
  if (!excerpt) {
    return text;
  }
  const std::string number = std::to_string(error.mark()->line);
  return text + "\n  " + number + " | " + excerpt->text + "\n  " + std::string(number.size(), ' ') + " | " +
         std::string(excerpt->caret, ' ') + "^";
}

}  // namespace stillpoint::policy
