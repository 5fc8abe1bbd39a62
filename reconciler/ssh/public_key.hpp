#pragma once

#include <libssh/libssh.h>

#include <optional>
#include <string>

/// How the public half of a key is written down.
namespace stillpoint::ssh {

/// As in a known hosts file. Nothing if libssh cannot say.
std::optional<std::string> base64_of(ssh_key key);

/// The key's type as in a known hosts file: `ssh-ed25519`.
std::string type_of(ssh_key key);

/// `SHA256:...`, as `ssh-keygen -l` says it.
std::string fingerprint_of(ssh_key key);

}  // namespace stillpoint::ssh
