#pragma once

#include <memory>

#include "ssh/link.hpp"
#include "ssh/session.hpp"

namespace stillpoint::ssh {

/// A connection to the target whose keys are exchanged; nobody has looked at the host key yet. `host_key_types`: the
/// algorithms to ask for, parted by commas; null: the usual ones, those that the known hosts file has first.
/// Errors: Unavailable, Timeout, InvalidInput (libssh refuses a setting of the target).
support::Result<std::shared_ptr<Link>> open_link(const Target& target, const char* host_key_types,
                                                 const support::Clock& clock, support::Deadline deadline);

}  // namespace stillpoint::ssh
