#pragma once

#include <string>

#include "policy/policy.hpp"
#include "ssh/session.hpp"

namespace stillpoint::app {

/// `HOME`, or empty.
std::string home_folder();

/// The path with `home` for the `~` that it may begin with.
std::string expand_home(const std::string& path, const std::string& home);

/// Where and as whom a policy logs in on the server at `address`.
ssh::Target target_of(const policy::SshSettings& settings, const std::string& address, const std::string& home);

}  // namespace stillpoint::app
