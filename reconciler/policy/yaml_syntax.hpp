#pragma once

#include <string>
#include <string_view>

namespace stillpoint::policy {

/// What is wrong with a line of YAML, and what would be right.
struct SyntaxHint {
  std::string what;
  std::string remedy;       ///< may be empty
  bool whole_line = false;  ///< it is about the line, and not about a place in it
};

/// What yaml-cpp's `message` means to whoever wrote the line: `before` is the line up to the place that the parser
/// names, `behind` the rest of it. An unknown message is handed on as it is.
SyntaxHint explain_syntax(const std::string& message, std::string_view before, std::string_view behind);

/// Where the quoted text ends that begins at the beginning of `source`; npos if it does not: the parser takes the end
/// of the file for its end.
size_t closing_quote(std::string_view source);

}  // namespace stillpoint::policy
