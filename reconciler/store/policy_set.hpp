#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "policy/policy.hpp"
#include "support/clock.hpp"
#include "support/error.hpp"

namespace stillpoint::store {

/// What is wrong with one file, or with a folder as a whole.
struct FileProblem {
  std::string file;
  std::vector<support::Error> errors;  ///< InvalidInput; at least one
  std::string text;                    ///< of the file, in which the errors are; empty if it could not be read
  /// Names of policies that stay in force as they last were, because of these errors.
  std::vector<std::string> kept;
};

/// The policies that hold now.
struct PoliciesInForce {
  std::vector<policy::Policy> policies;  ///< tombstones among them; by path as given, then file, then place in it
  std::vector<FileProblem> problems;     ///< in the same order
  /// Names that were in force before and that nothing has any more: nothing is made for them, and their points stay.
  std::vector<std::string> vanished;
  bool changed = false;  ///< whether any policy came, went or says something else than before; true of the first
};

/// The policies of files and folders, with a memory: what a running daemon goes by.
///
/// - A file that cannot be read, or that has an error, changes nothing of what it said before: the policies of it that
///   are good are taken as they are now, the others stay as they last were.
/// - A policy whose file is gone, or that a file without an error no longer has, is not in force any more.
/// - A folder that is missing or cannot be read, and one that was replaced by an empty one (a file system that is not
///   mounted), is an error and leaves all as it was. An empty folder is an error, too; if it is the one that held the
///   policies, they are gone.
/// - Of policies that cannot stand together the first, by file, is in force; the file of the other one keeps what it
///   said before, unless that cannot stand with it either.
///
/// Not to be used by two threads at once. What `refresh` gives back never changes, and may be handed to others.
class PolicySet {
 public:
  /// What is to be said against a policy beside what its reader says, such as that its schedule never fires.
  using Check = std::function<std::vector<support::Error>(const policy::Policy&)>;

  /// `clock` must outlive it.
  PolicySet(std::vector<std::string> paths, Check check, const support::Clock& clock);

  /// Looks at the paths and reads the files that have changed. Never null, nor is anything in it invalid.
  std::shared_ptr<const PoliciesInForce> refresh();

 private:
  /// Tells whether a file, or what a path leads to, is still the same.
  struct Stamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified = 0;  ///< nanoseconds
    std::int64_t changed = 0;   ///< nanoseconds

    bool operator==(const Stamp&) const = default;
  };
  struct File {
    std::optional<Stamp> stamp;            ///< of what was read, if it can be told from what comes after it
    std::vector<policy::Policy> good;      ///< what it says, with what it said last of what it says wrongly now
    std::vector<policy::Policy> in_force;  ///< what came of it, others considered
    FileProblem problem;                   ///< with the file by itself
    std::vector<support::Error> clashes;   ///< with other files
  };
  struct Root {
    std::string path;
    std::optional<Stamp> folder;  ///< in which there last were policies
    std::map<std::string, File> files;
    std::optional<support::Error> error;
  };

  static std::optional<Stamp> stamp_of(const std::string& path);
  void refresh(Root& root, std::set<std::string>& seen);
  void refresh(File& file, const std::string& path);
  void settle();
  std::vector<File*> files();
  static void report(const Root& root, PoliciesInForce& now);

  std::vector<Root> roots_;
  Check check_;
  const support::Clock& clock_;
  std::shared_ptr<const PoliciesInForce> last_;
};

}  // namespace stillpoint::store
