#pragma once

#include <string>

#include "app/policies.hpp"
#include "support/clock.hpp"

namespace stillpoint::app {

/// What was found in policy files, as one JSON object (schemas/validation.schema.json) with a line feed at its end.
/// Next slots are those after `now`.
std::string validation_json(const CheckedPolicies& checked, support::WallTime now);

}  // namespace stillpoint::app
