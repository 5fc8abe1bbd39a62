#pragma once

#include <string>

namespace stillpoint::store {

/// The text of a file; empty if it cannot be read.
std::string read_text(const std::string& file);

}  // namespace stillpoint::store
