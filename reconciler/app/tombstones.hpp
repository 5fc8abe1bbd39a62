#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "inventory/points.hpp"
#include "policy/policy.hpp"
#include "support/clock.hpp"
#include "support/log.hpp"

/// Deleted policies, until nothing is left to do for them.
namespace stillpoint::app {

/// The attempts that carry the name of the policy, or one that it had and no other of `all` has or had.
std::vector<const inventory::Attempt*> attempts_of(const policy::Policy& policy, const std::vector<policy::Policy>& all,
                                                   const inventory::Points& points);

/// Whether nothing is left to do for the tombstone: no attempt of it is waited for or to be swept, and with
/// `deletionPolicy: Delete` nothing of it exists any more, but for what is pinned without an end. `all` are the
/// policies of the cloud, `points` what it has.
bool is_finished(const policy::Policy& tombstone, const std::vector<policy::Policy>& all,
                 const inventory::Points& points, support::WallTime now);

/// What became of a tombstone's file.
enum class Removal {
  Removed,
  Gone,    ///< somebody else has removed it
  Changed  ///< it says something else by now, and stays
};
support::Result<Removal> remove_tombstone(const std::string& folder, const policy::Policy& tombstone,
                                          support::Log& log);

/// Removes the files of the tombstones of one cloud that are finished, and gives back their names. `folder` is the
/// store: files that are not in it are nobody's to remove. A file that says something else by now stays. What cannot be
/// removed goes to the log, with what to do about it. Does nothing, at no cost, where there is no tombstone.
std::vector<std::string> remove_finished(const std::string& folder, const std::vector<policy::Policy>& all,
                                         const inventory::Points& points, support::WallTime now, support::Log& log);

/// The same for a daemon, whose service may be one that must not write where its policies are: what could not be
/// removed is told once, and tried again once an hour. Safe to use from any thread.
class TombstoneKeeper {
 public:
  /// `folder` is empty if the policies do not come from the store: then it removes nothing.
  TombstoneKeeper(std::string folder, support::Clock& clock, support::Log& log)
      : folder_(std::move(folder)), clock_(clock), log_(log) {}

  /// Removes those that are finished by what the cloud shows, but those for which something is `at_work`: a point that
  /// is being made is in no listing yet. Gives back the names of those that are found finished for the first time and
  /// cannot be removed.
  std::vector<std::string> looked(const std::vector<policy::Policy>& all, const std::set<std::string>& at_work,
                                  const inventory::Points& points);

 private:
  using Key = std::tuple<std::string, support::WallTime, std::string>;  ///< name, deletion and hash
  struct Kept {
    support::SteadyTime next;
    std::string told;
  };
  bool is_left_alone(const policy::Policy& tombstone);
  void leave_alone(const policy::Policy& tombstone);
  bool keep(const policy::Policy& tombstone, const std::string& why);

  const std::string folder_;
  support::Clock& clock_;
  support::Log& log_;
  std::mutex mutex_;  ///< guards what follows
  std::map<Key, Kept> kept_;
};

}  // namespace stillpoint::app
