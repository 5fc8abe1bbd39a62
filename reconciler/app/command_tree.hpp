#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace stillpoint::app {

struct CommandOption {
  std::vector<std::string> flags;    ///< with their dashes, short ones first; empty: a word without a flag
  std::string value;                 ///< what is given with it, as the help shows it; empty: nothing
  std::vector<std::string> choices;  ///< if its value is one of a few words
  bool repeats = false;              ///< may be given again
  bool required = false;
  std::string help;
};

/// The command line as a value, which shell completions and the manual are written from.
struct CommandTree {
  std::vector<std::string> path;  ///< the words that choose it, without the program's name
  std::string help;
  std::vector<CommandOption> options;
  std::vector<CommandTree> commands;
};

CommandTree describe(const CLI::App& program);

/// All commands that can be run, in the order in which they were added: those without further ones below.
std::vector<const CommandTree*> commands_of(const CommandTree& tree);

}  // namespace stillpoint::app
