#pragma once

#include <yaml-cpp/mark.h>

#include <algorithm>
#include <string_view>

#include "policy/yaml_tree.hpp"

namespace stillpoint::policy {

/// Turns yaml-cpp's marks (0-based, bytes) into positions. Marks come nearly in order, so counting goes on from the
/// last one: a file of one long line must not cost the square of its length.
class Positions {
 public:
  explicit Positions(std::string_view text) : text_(text) {}

  Position of(const YAML::Mark& mark) {
    if (mark.is_null()) {
      return {};
    }
    if (mark.line < line_) {
      *this = Positions(text_);
    }
    while (line_ < mark.line) {
      const auto end = text_.find('\n', line_start_);
      if (end == std::string_view::npos) {
        break;
      }
      line_start_ = end + 1;
      ++line_;
      bytes_ = characters_ = 0;
    }
    if (mark.column < bytes_) {
      bytes_ = characters_ = 0;
    }
    for (; bytes_ < mark.column; ++bytes_) {
      const size_t at = line_start_ + static_cast<size_t>(bytes_);
      const bool continues = at < text_.size() && (static_cast<unsigned char>(text_[at]) & 0xc0U) == 0x80;
      characters_ += continues ? 0 : 1;
    }
    return {mark.line + 1, characters_ + 1};
  }

  /// The line of the last position, up to it.
  std::string_view before() const {
    return text_.substr(std::min(text_.size(), line_start_), static_cast<size_t>(bytes_));
  }
  /// The text from the last position on.
  std::string_view rest() const {
    return text_.substr(std::min(text_.size(), line_start_ + static_cast<size_t>(bytes_)));
  }

 private:
  std::string_view text_;
  int line_ = 0;
  size_t line_start_ = 0;
  int bytes_ = 0;
  int characters_ = 0;
};

}  // namespace stillpoint::policy
