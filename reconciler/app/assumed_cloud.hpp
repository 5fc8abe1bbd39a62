#pragma once

#include <string>
#include <vector>

#include "planner/planner.hpp"
#include "policy/policy.hpp"

namespace stillpoint::app {

/// What is said of a cloud that nobody looks at.
struct Assumed {
  int volume_gib = 10;
  long quota_snapshots = -1;  ///< -1: no limit
  long quota_gigabytes = -1;  ///< of snapshots; volumes are not counted
};

/// A cloud in which the policies would find what they select, and nothing else.
struct AssumedCloud {
  planner::Observed observed;
  std::vector<std::string> assumptions;  ///< for people, each a sentence
};

/// The servers and volumes that selectors name, one where they name none. Whether they are selected in the end is up to
/// the rules: selectors that no server or volume fits at once find nothing.
AssumedCloud assume_cloud(const std::vector<policy::Policy>& policies, const Assumed& assumed);

}  // namespace stillpoint::app
