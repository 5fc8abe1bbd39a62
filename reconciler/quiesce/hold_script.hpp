#pragma once

#include <string_view>

namespace stillpoint::quiesce {

/// The text of stillpoint-hold.sh, which the build puts into the program.
extern const std::string_view kHoldScript;

}  // namespace stillpoint::quiesce
