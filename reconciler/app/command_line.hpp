#pragma once

#include "app/exit_code.hpp"

namespace stillpoint::app {

/// Reads the command line and runs the command that it names. Usage errors are InvalidInput. Ends
/// with the command; to be called from one thread at a time, since it writes to the process's own output.
ExitCode run_command_line(int argc, char** argv);

}  // namespace stillpoint::app
