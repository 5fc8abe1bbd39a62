#pragma once

#include <optional>
#include <string>

#include "policy/document.hpp"
#include "policy/policy.hpp"
#include "store/directory.hpp"
#include "support/result.hpp"

namespace stillpoint::store {

/// A policy of the folder, with the document that it was read from.
struct Stored {
  policy::Policy policy;
  policy::Node document;
  std::string file;
  size_t beside = 0;  ///< how many other documents the file has
};

/// A folder of policies as commands change it, one file for each. Nothing is locked: every file is replaced at once,
/// and of two who write the same policy the later one wins.
class PolicyFolder {
 public:
  explicit PolicyFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }
  /// Reads it, for the calls below. InvalidInput if there is no such folder; an empty one is none. Errors of the files
  /// in it are in `loaded`.
  support::Status read();
  const Loaded& loaded() const { return loaded_; }
  std::optional<Stored> find(const std::string& name) const;

  /// Where the policy is or would be written. InvalidInput if that cannot be: its file has other policies in it, or is
  /// a link, or the file of that name is another policy's.
  support::Result<std::string> file_for(const std::string& name) const;
  /// Writes the document of a policy, whose name is in it.
  support::Status write(const std::string& name, const policy::Node& document) const;
  support::Status remove(const std::string& name) const;

 private:
  std::string path_;
  Loaded loaded_;
};

}  // namespace stillpoint::store
