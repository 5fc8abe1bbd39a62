#pragma once

#include <memory>

#include "executor/servers.hpp"
#include "support/clock.hpp"

namespace stillpoint::app {

/// Servers over SSH, at the address that the policy selects. `home` stands for `~` in the policy's paths.
/// The clock must outlive it. Each call of `reach` makes a connection of its own; safe to use from several threads.
/// Errors of `reach`: InvalidInput (no address is selected), and those of `ssh::connect`.
std::unique_ptr<executor::Servers> make_ssh_servers(const support::Clock& clock, std::string home);

}  // namespace stillpoint::app
