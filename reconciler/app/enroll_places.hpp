#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/options.hpp"
#include "ssh/session.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::app {

/// A server that is to be enrolled.
struct Place {
  std::string name;    ///< for people; from the cloud, so that it may hold anything
  ssh::Target target;  ///< as Stillpoint will log in
};

/// Why nobody is enrolled, and what the command ends with.
struct NoPlaces {
  support::Error why;
  ExitCode code;
};

/// The hosts that the command line names, with the login, key and files that it says, or all servers of the policies,
/// with theirs. Reads the clouds in the latter case; what is wrong with them, or with a policy, has been said on
/// standard error by then. NoCloud if none of them could be read, Failed if one of several could not.
tl::expected<std::vector<Place>, NoPlaces> places_to_enroll(const Options& options, support::Clock& clock);

}  // namespace stillpoint::app
