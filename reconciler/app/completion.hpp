#pragma once

#include <string>

#include "app/command_tree.hpp"

/// Scripts that make a shell complete commands, options, their few words, and files.
namespace stillpoint::app {

std::string bash_completion(const CommandTree& tree);
std::string zsh_completion(const CommandTree& tree);
std::string fish_completion(const CommandTree& tree);

}  // namespace stillpoint::app
