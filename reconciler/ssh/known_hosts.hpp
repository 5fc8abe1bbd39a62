#pragma once

#include "ssh/link.hpp"
#include "ssh/session.hpp"

namespace stillpoint::ssh {

/// Accepts the host key that the connected server showed only if the known hosts file of the target has it for the
/// target's name. Unauthorized otherwise, with the key's fingerprint and the commands that would cure it.
support::Status check_host_key(Link& link, const Target& target);

}  // namespace stillpoint::ssh
