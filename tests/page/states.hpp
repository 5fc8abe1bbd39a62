#pragma once

#include <string>
#include <vector>

#include "status/status.hpp"

namespace stillpoint::page {

/// The names of states of the world that the status page is looked at in.
std::vector<std::string> state_names();

/// Such a state at `now`, as the daemon would say it: policies, servers and snapshots are made up, what follows from
/// them is not. Ends the process if the name is none of them.
status::Status make_state(const std::string& name, support::WallTime now);

}  // namespace stillpoint::page
