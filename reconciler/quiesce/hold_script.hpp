#pragma once

#include <string_view>

namespace stillpoint::quiesce {

/// The text of the helper, which the build puts together of helper/ and into the program.
extern const std::string_view kHoldScript;

}  // namespace stillpoint::quiesce
