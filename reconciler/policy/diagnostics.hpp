#pragma once

#include <string>
#include <string_view>

#include "support/error.hpp"

namespace stillpoint::policy {

/// The error's line and, if it has a mark within `source_text`, the text of that line with a caret under the column.
/// Safe to print to a terminal whatever the file contains. No newline at the end.
std::string render_error(const support::Error& error, std::string_view source_text);

}  // namespace stillpoint::policy
