#pragma once

#include "policy/fields.hpp"
#include "policy/policy.hpp"

namespace stillpoint::policy {

/// `spec.schedule`. That its expressions and its zone mean something is checked by schedule::check.
Schedule read_schedule(const Field& field);

}  // namespace stillpoint::policy
