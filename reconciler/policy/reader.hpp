#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"
#include "support/error.hpp"

namespace stillpoint::policy {

/// What was found in one file: the policies that can be used and every error of the others, in the order of the file.
struct ReadResult {
  std::vector<Policy> policies;
  std::vector<Policy> faulty;  ///< those with errors, as far as they could be read: others may find more errors in them
  std::vector<support::Error> errors;  ///< InvalidInput, each with its mark, and the field's path as its context
  std::string text;                    ///< of the file, in which the errors are; of one that is too long its beginning
};

/// Reads the BackupPolicy documents of a YAML text. `file` is used in marks only.
/// Bounds: 128 KiB, 32 levels, 50,000 values, UTF-8; no anchors, aliases, merge keys, tags or duplicate keys.
ReadResult read_policies(std::string_view yaml, const std::string& file);

/// Reads the file. One that cannot be read, and what is no file (a folder, a pipe, a device), is one error, and is not
/// waited for.
ReadResult read_policy_file(const std::string& path);

/// Errors that only a set of policies can have: two of one name, two whose server and volume selectors are equal.
std::vector<support::Error> check_together(const std::vector<Policy>& policies);

}  // namespace stillpoint::policy
