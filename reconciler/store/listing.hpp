#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "support/error.hpp"

namespace stillpoint::store {

/// The policy files at one path.
struct Listing {
  std::vector<std::string> files;       ///< in order of name
  std::optional<support::Error> error;  ///< InvalidInput: the folder cannot be read, or holds no policy file
  enum class Kind { File, Folder, EmptyFolder, UnreadableFolder } kind = Kind::File;
};

/// The `*.yaml` and `*.yml` of a folder (not of folders in it, not hidden ones); of anything else, the path itself,
/// whether it exists or not.
Listing list_policy_files(const std::string& path);

/// Whether the file name is one that a policy may be in: by its name alone.
bool is_policy_file_name(const std::string& name);

/// Whether it is the first time that the file is met, by whatever way: a folder and a file in it may both be given.
/// Files that were met are in `seen`.
bool is_first_met(const std::string& path, std::set<std::string>& seen);

}  // namespace stillpoint::store
