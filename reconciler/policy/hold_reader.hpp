#pragma once

#include "policy/fields.hpp"
#include "policy/policy.hpp"

namespace stillpoint::policy {

/// Fills in `hold` from a dataset's `hold` block. False if driver or method are wrong, so that nothing can be said
/// about what depends on them.
bool read_hold(const Field& field, HoldSettings& hold);

}  // namespace stillpoint::policy
