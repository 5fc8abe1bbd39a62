#pragma once

#include <map>
#include <string>

#include "app/daemon_client.hpp"
#include "app/exit_code.hpp"
#include "app/options.hpp"

namespace stillpoint::app {

/// Says whether a running daemon has read what was written into the store. Pending if one answers and has not; without
/// a daemon there is nothing to say.
ExitCode confirm_with_daemon(const Options& options, const std::map<std::string, Expected>& written,
                             support::Clock& clock);

}  // namespace stillpoint::app
