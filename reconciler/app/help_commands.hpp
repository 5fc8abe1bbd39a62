#pragma once

#include "app/command_tree.hpp"
#include "app/exit_code.hpp"
#include "app/options.hpp"

namespace CLI {
class App;
}

namespace stillpoint::app {

/// Prints the script that makes `options.shell` complete what `tree` describes.
ExitCode print_completion(const CommandTree& tree, const Options& options);
/// Prints the page `options.page` of the manual.
ExitCode print_manual(const CommandTree& tree, const Options& options);

/// Adds both to the program, and what they take.
void add_completion(CLI::App& command, Options& options);
void add_manual(CLI::App& command, Options& options);

}  // namespace stillpoint::app
