#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/policy.hpp"
#include "support/error.hpp"

namespace stillpoint::app {

/// The policies of the given paths, checked whole: documents, schedules, and against each other.
struct CheckedPolicies {
  std::vector<policy::Policy> policies;  ///< without an error of their own
  std::vector<support::Error> errors;    ///< InvalidInput, each with the place that it is about where there is one
  std::map<std::string, std::string> sources;  ///< text of the files, by path

  bool ok() const { return errors.empty(); }
};

/// `paths` are files and folders, as `store::load` takes them.
CheckedPolicies load_policies(const std::vector<std::string>& paths);

/// All errors for people: each with its line and a caret, and a last line that counts them.
std::string render_errors(const CheckedPolicies& checked);

}  // namespace stillpoint::app
