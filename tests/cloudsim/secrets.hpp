#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace stillpoint::cloudsim {

/// A password, token or key of random digits, which nobody may see but whoever it is given to. It is remembered for
/// `secrets_made`, and a line in the file that STILLPOINT_SECRETS_FILE names, if it does: `run-tests` looks for these
/// in all that the tests print. May be called by any thread.
std::string make_secret(const std::string& prefix, size_t bytes);

/// All that were made in this process.
std::vector<std::string> secrets_made();

}  // namespace stillpoint::cloudsim
