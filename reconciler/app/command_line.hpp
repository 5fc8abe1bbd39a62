#pragma once

#include "app/exit_code.hpp"

namespace stillpoint::app {

/// Reads the command line and runs the command that it names. Usage errors are InvalidInput.
ExitCode run_command_line(int argc, char** argv);

}  // namespace stillpoint::app
