#pragma once

#include <vector>

#include "policy/fields.hpp"
#include "policy/policy.hpp"

namespace stillpoint::policy {

/// Reads `spec.datasets`. Whether a hold needs SSH is decided against `policy.has_ssh`; a dataset's own retention goes
/// over `policy.retention`.
std::vector<Dataset> read_datasets(const Field& list, const Policy& policy);

}  // namespace stillpoint::policy
