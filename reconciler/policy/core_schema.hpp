#pragma once

#include "policy/yaml_tree.hpp"

namespace stillpoint::policy {

/// Gives a scalar without quotes its kind and value by the core schema of YAML 1.2, from its text.
void resolve_plain_scalar(Node& node);

}  // namespace stillpoint::policy
