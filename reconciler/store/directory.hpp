#pragma once

#include <map>
#include <string>
#include <vector>

#include "policy/policy.hpp"
#include "support/error.hpp"

namespace stillpoint::store {

/// What the given files and folders hold.
struct Loaded {
  std::vector<policy::Policy> policies;
  std::vector<policy::Policy> faulty;          ///< as far as they could be read: others may find more errors in them
  std::vector<support::Error> errors;          ///< InvalidInput; policies of the same files may be usable all the same
  std::map<std::string, std::string> sources;  ///< the text of each file as it was read, by its path
};

/// Reads policies from files, and from the `*.yaml` and `*.yml` of folders (not of folders in them, not hidden ones),
/// in order of name, each file once. A path that does not exist, a folder without a policy and two policies that cannot
/// stand together are errors. Reads afresh each time; safe to call from any thread.
Loaded load(const std::vector<std::string>& paths);

}  // namespace stillpoint::store
