#pragma once

#include <string>
#include <system_error>

namespace stillpoint::ssh {

/// Makes the folder of a file where there is none, for its owner alone, as ssh makes ~/.ssh. What is there stays as it
/// is.
std::error_code make_folder_of(const std::string& file);

}  // namespace stillpoint::ssh
