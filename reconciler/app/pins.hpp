#pragma once

#include <string>

#include "cloud/cloud.hpp"
#include "inventory/points.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::app {

/// Writes the pin on every snapshot of the attempt. Empty texts take it off. An error leaves some of them written: one
/// protects all, so that a pin holds as soon as the first is there, and until the last is gone.
support::Status write_pin(cloud::Cloud& cloud, const support::Clock& clock, const inventory::Attempt& attempt,
                          const std::string& owner, const std::string& until);

/// The end of a pin as it is written: an instant, or a length of time from now. InvalidInput if it is neither, or has
/// come.
support::Result<std::string> pin_end(const std::string& text, support::WallTime now);

}  // namespace stillpoint::app
