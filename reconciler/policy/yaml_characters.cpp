#include "policy/yaml_characters.hpp"

namespace stillpoint::policy {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

size_t utf8_length(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto follows = [&](size_t i, unsigned low = 0x80, unsigned high = 0xbf) {
    return i < text.size() && byte(i) >= low && byte(i) <= high;
  };
  const unsigned first = byte(0);
  if (first < 0x80) {
    return 1;
  }
  if (first >= 0xc2 && first <= 0xdf) {
    return follows(1) ? 2 : 0;
  }
  if (first >= 0xe0 && first <= 0xef) {
    // Neither overlong forms nor surrogates.
    return follows(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) && follows(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    return follows(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

std::optional<BadCharacter> find_bad_character(std::string_view text) {
  Position at;
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0) {
      return BadCharacter{at, "not UTF-8 text", "save the file with the encoding UTF-8"};
    }
    if (text[0] == '\0') {
      return BadCharacter{at, "a NUL byte", "this is not a text file, or one in UTF-16: save it as UTF-8"};
    }
    if (text.starts_with(kByteOrderMark)) {
      return BadCharacter{at, "a byte order mark in the middle of the text", "remove it"};
    }
    if (text[0] == '\r' && !text.starts_with("\r\n")) {
      return BadCharacter{at, "a carriage return that does not end a line",
                          "save the file with the line ends of Unix or of Windows"};
    }
    at = text[0] == '\n' ? Position{at.line + 1, 1} : Position{at.line, at.column + 1};
    text.remove_prefix(length);
  }
  return std::nullopt;
}

std::string_view without_byte_order_mark(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
}

}  // namespace stillpoint::policy
