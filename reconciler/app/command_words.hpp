#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace stillpoint::app {

/// What is wrong with the word that should be a command, for people: that there is none such, what was meant perhaps,
/// or that it is to come. Nothing if it is one, or if there is no word before the options.
std::optional<std::string> object_to_command(const std::vector<std::string>& commands,
                                             std::span<const std::string> words);

}  // namespace stillpoint::app
