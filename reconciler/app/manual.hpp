#pragma once

#include <string>
#include <string_view>

#include "app/command_tree.hpp"
#include "policy/language.hpp"

/// Pages for man(1), as its macros take them.
namespace stillpoint::app {

/// stillpoint(1): the commands. `version` is the program's.
std::string manual_of_commands(const CommandTree& tree, std::string_view version);
/// stillpoint-policy(5): the fields of a policy.
std::string manual_of_policies(const policy::FieldDoc& language, std::string_view version);

}  // namespace stillpoint::app
