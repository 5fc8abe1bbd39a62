#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "policy/fields.hpp"
#include "policy/policy.hpp"

/// What a document says of the points that exist: which are kept, and whose they are.
namespace stillpoint::policy {

/// Reads a `retention` block over `base`: what the block does not name stays as it is there.
Retention read_retention(const Field& field, const Retention& base);

/// Reads `spec.orphans`.
std::optional<std::chrono::milliseconds> read_orphans(const Field& field);

/// A name is not its own predecessor.
void check_previous_names(const Field& field, const std::vector<std::string>& previous, const std::string& name);

}  // namespace stillpoint::policy
