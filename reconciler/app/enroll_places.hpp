#pragma once

#include <string>
#include <vector>

#include "app/options.hpp"
#include "ssh/session.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::app {

/// A server that is to be enrolled.
struct Place {
  std::string name;    ///< for people
  ssh::Target target;  ///< as Stillpoint will log in
};

/// The hosts that the command line names, with the login, key and files that it says, or all servers of the policies,
/// with theirs. Reads the clouds in the latter case. Errors have been said on standard error by then: InvalidInput,
/// NoCloud or Failed, as a command ends with them.
support::Result<std::vector<Place>> places_to_enroll(const Options& options, support::Clock& clock);

}  // namespace stillpoint::app
