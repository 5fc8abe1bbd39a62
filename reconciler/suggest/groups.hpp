#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/types.hpp"
#include "suggest/guesses.hpp"

namespace stillpoint::suggest {

/// The volumes of a server that make up one dataset.
struct Dataset {
  std::string name;
  const Guess* guess = nullptr;  ///< null: nothing is known of it
  std::string name_contains;     ///< selects these volumes and no other of the server; empty: `ids` does
  std::vector<cloud::Volume> volumes;
};

/// Servers that get one policy: alone, or named alike but for a number, with the same datasets.
struct Group {
  std::string name;  ///< of the policy: 1 to 63 of a-z, 0-9 and -
  std::vector<cloud::Server> servers;
  std::vector<Dataset> datasets;    ///< of the first server; those of the others have the same names and selectors
  std::vector<std::string> others;  ///< names of volumes that are in no dataset, since they do not tell what they are
  bool by_id = false;               ///< the servers' names are not theirs alone
  /// Whether they look like the members of one database.
  bool looks_like_cluster() const;
};

/// A server that gets no policy, and why.
struct LeftOut {
  std::string server;
  std::string reason;
};

struct Groups {
  std::vector<Group> groups;  ///< in order of name
  std::vector<LeftOut> left_out;
};

/// The name without the number at its end, and without what parts the two: `backend` of `backend-1` and `backend0`.
std::string_view stem_of(std::string_view server_name);

/// Which servers get a policy: those with a volume that tells what is on it, or of `wanted`, if it is not empty, all
/// that have volumes beside the one that they start from. Pure.
Groups group_servers(const std::vector<cloud::Server>& servers, const std::vector<cloud::Volume>& volumes,
                     const std::vector<std::string>& wanted);

}  // namespace stillpoint::suggest
