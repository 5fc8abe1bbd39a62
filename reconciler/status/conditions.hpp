#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/plan.hpp"
#include "status/said.hpp"
#include "status/status.hpp"

/// The conditions of a policy. Pure.
namespace stillpoint::status {

/// What the conditions of one policy are told of, beside its status so far.
struct Evidence {
  const Said& said;
  support::WallTime now;
  std::chrono::seconds clock_offset;  ///< the cloud's clock minus ours
  bool clock_suspect = false;         ///< by that offset
  /// When the points of the policy began to come in time without a gap; empty if they do not.
  std::optional<support::WallTime> protected_since;
  const PolicyStatus* before = nullptr;  ///< null: nothing was said of it
};

/// All conditions of a policy whose other fields are there already.
std::vector<Condition> conditions_of(const PolicyStatus& policy, const Evidence& evidence);

/// Says of a policy that its file has had an error since then, so that it stays in force as it last was: `Ready` is
/// false, unless nothing is known of its cloud.
void say_invalid(PolicyStatus& policy, const std::string& error, support::WallTime since);

/// All of them unknown.
std::vector<Condition> unknown_conditions(const std::string& reason, const std::string& message, support::WallTime now,
                                          const PolicyStatus* before);

}  // namespace stillpoint::status
