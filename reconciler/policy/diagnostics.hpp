#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/error.hpp"

namespace stillpoint::policy {

/// The text as it is, but for what could steer a terminal or takes more than a column.
std::string fit_for_terminal(std::string_view line);

/// A line of a file as it is shown, of a long one the part around an error.
struct Excerpt {
  std::string text;  ///< UTF-8, safe for a terminal
  size_t caret = 0;  ///< how many characters of it are before the error
};

/// Nothing if the error has no place within `source_text`.
std::optional<Excerpt> excerpt_of(const support::Error& error, std::string_view source_text);

/// The error's line and, if it has a mark within `source_text`, the text of that line with a caret under the column.
/// Safe to print to a terminal whatever the file contains. No newline at the end.
std::string render_error(const support::Error& error, std::string_view source_text);

}  // namespace stillpoint::policy
