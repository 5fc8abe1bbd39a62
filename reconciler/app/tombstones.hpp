#pragma once

#include <map>
#include <mutex>
#include <string>
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

/// Whether it has a pin that never ends.
bool is_pinned_for_ever(const inventory::Attempt& attempt);

/// Whether nothing is left to do for the tombstone: no attempt of it is waited for or to be swept, and with
/// `deletionPolicy: Delete` nothing of it exists any more, but for what is pinned without an end. `all` are the
/// policies of the cloud, `points` what it has.
bool is_finished(const policy::Policy& tombstone, const std::vector<policy::Policy>& all,
                 const inventory::Points& points, support::WallTime now);

/// Removes the files of the tombstones of one cloud that are finished, and gives back their names. `folder` is the
/// store: files that are not in it are nobody's to remove. A file that says something else by now stays. What cannot be
/// removed goes to the log, and is tried again by the next pass. Does nothing, at no cost, where there is no tombstone.
std::vector<std::string> remove_finished(const std::string& folder, const std::vector<policy::Policy>& all,
                                         const inventory::Points& points, support::WallTime now, support::Log& log);

/// The same for a daemon, which hears of policies in one thread and of clouds in others. Safe to use from any.
class TombstoneKeeper {
 public:
  /// `folder` is empty if the policies do not come from the store: then it removes nothing.
  TombstoneKeeper(std::string folder, support::Clock& clock, support::Log& log)
      : folder_(std::move(folder)), clock_(clock), log_(log) {}

  void set_policies(const std::map<std::string, std::vector<policy::Policy>>& by_cloud);
  void looked(const std::string& cloud, const inventory::Points& points);

 private:
  const std::string folder_;
  support::Clock& clock_;
  support::Log& log_;
  std::mutex mutex_;                                             ///< guards what follows
  std::map<std::string, std::vector<policy::Policy>> by_cloud_;  ///< of clouds with a tombstone only
};

}  // namespace stillpoint::app
