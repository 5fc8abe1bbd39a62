#pragma once

#include <map>
#include <string>

#include "support/clock.hpp"

namespace stillpoint::app {

/// What a daemon is to say of a policy when it has read it.
struct Expected {
  std::string spec_hash;
  /// A policy that was deleted is not told of before no worker has it in hand any more.
  enum class Phase { InForce, Deleted } phase = Phase::InForce;
  /// Of one that was deleted: when this is gone, nothing needs to be said of it any more; the daemon may have removed
  /// it.
  std::string file = {};
};

/// What came of asking.
struct Confirmation {
  enum class What {
    Read,     ///< it says of all of them what is expected
    NotYet,   ///< it answers, and says something else of those in `missing`
    Unclear,  ///< something is there, and does not say: `answer` is what it did
    NoDaemon  ///< nothing is there, or nothing of ours
  } what = What::NoDaemon;
  std::string missing = {};  ///< names, for people
  std::string answer = {};   ///< for people: what came, and what to do
};

/// Asks the daemon at `url` again and again whether it has read the policies, until it has or the time is over. A
/// daemon that is not there the first time is not waited for, nor is one that refuses to say.
Confirmation await_daemon(const std::string& url, const std::map<std::string, Expected>& policies,
                          support::Clock& clock, support::Deadline deadline);

}  // namespace stillpoint::app
