#pragma once

#include <string>

namespace stillpoint::store {

/// The text of a file; empty if it cannot be read.
std::string read_text(const std::string& file);

/// Replaces a file at once: whoever reads it meanwhile sees all of the old text or all of the new. False if it could
/// not be written; the old one is still there then.
[[nodiscard]] bool write_text(const std::string& file, const std::string& text);

}  // namespace stillpoint::store
