#pragma once

#include "app/options.hpp"

namespace stillpoint::app {

/// Variables of the environment that say what the command line would otherwise have to: STILLPOINT_STORE,
/// STILLPOINT_INSTALLATION and STILLPOINT_DAEMON. An empty one says nothing. They are taken before the command line is
/// read, which goes over them; CLI11's own `envname` asks them for every command that has the option, after the command
/// line, and lets them win there.
void take_environment(Options& options);

}  // namespace stillpoint::app
