#pragma once

#include <map>
#include <string>

#include "cloud/types.hpp"
#include "suggest/groups.hpp"

namespace stillpoint::suggest {

/// Stands where a person has to decide; no policy that has it is valid.
inline constexpr std::string_view kFillIn = "FILL-IN";

/// What the policies are written for, beside the servers.
struct Surroundings {
  std::string cloud;  ///< the entry of clouds.yaml; empty: the OS_* environment
  cloud::Quota quota;
};

/// The policies as one file of YAML, with a remark where something was guessed. It is valid but for `kFillIn`, which
/// stands in the `cluster` of servers that look like one. Pure.
std::string document_of(const Groups& groups, const Surroundings& surroundings);

/// The same as a file for each policy, by its name.
std::map<std::string, std::string> documents_of(const Groups& groups, const Surroundings& surroundings);

/// How many points of each dataset the quotas have room for, at most `most` and at least 1.
int points_that_fit(const Groups& groups, const cloud::Quota& quota, int most);

}  // namespace stillpoint::suggest
