#pragma once

#include <string>

#include "ssh/link.hpp"
#include "ssh/owned.hpp"
#include "ssh/session.hpp"

namespace stillpoint::ssh {

/// The key that the connected server showed. Unauthorized if libssh cannot say.
support::Result<Key> shown_key(Link& link);

/// The name of the target as OpenSSH writes it into a known hosts file.
std::string entry_name(const Target& target);

/// What the known hosts file says of the key that a server has shown.
enum class KnownAs { Pinned, Nothing };

/// Looks the key up that the connected server showed. Unauthorized if the file has another one for the target's name,
/// or calls the key revoked: the text has its fingerprint and the commands that would cure it.
support::Result<KnownAs> look_up_host_key(Link& link, const Target& target);

/// Accepts that key only if the file has it for the target's name. Unauthorized otherwise, with the same in the text.
support::Status check_host_key(Link& link, const Target& target);

}  // namespace stillpoint::ssh
