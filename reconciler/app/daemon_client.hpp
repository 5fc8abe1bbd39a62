#pragma once

#include <map>
#include <string>

#include "support/clock.hpp"

namespace stillpoint::app {

/// What a daemon is to say of a policy when it has read it.
struct Expected {
  std::string spec_hash;
  enum class Phase { InForce, Deleted } phase = Phase::InForce;
};

/// What came of asking.
struct Confirmation {
  enum class What {
    Read,     ///< it says of all of them what is expected
    NotYet,   ///< it answers, and says something else of those in `missing`
    NoDaemon  ///< nothing there answers as a daemon of ours does
  } what = What::NoDaemon;
  std::string missing;  ///< names, for people
};

/// Asks the daemon at `url` again and again whether it has read the policies, until it has or the time is over. A
/// daemon that does not answer the first time is not waited for.
Confirmation await_daemon(const std::string& url, const std::map<std::string, Expected>& policies,
                          support::Clock& clock, support::Deadline deadline);

}  // namespace stillpoint::app
