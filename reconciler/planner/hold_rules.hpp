#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "policy/policy.hpp"

namespace stillpoint::planner {

/// Why something must not be held: a stable word, and what to change.
struct Objection {
  std::string reason;
  std::string message;
};

/// What speaks against holding the dataset of the server, as far as the policy and the cloud tell it (P9, P10). Used
/// for plans and by `doctor`. `servers` are all of the project.
std::optional<Objection> object_to_hold(const policy::Policy& policy, const policy::Dataset& dataset,
                                        const cloud::Server& server, const std::vector<cloud::Volume>& volumes,
                                        const std::vector<cloud::Server>& servers);

}  // namespace stillpoint::planner
