#pragma once

#include <string>
#include <vector>

#include "ssh/session.hpp"

namespace stillpoint::ssh {

/// A key that a server has shown.
struct HostKey {
  std::string type;         ///< as in a known hosts file: `ssh-ed25519`
  std::string base64;       ///< the public key
  std::string fingerprint;  ///< `SHA256:...`, as `ssh-keygen -l` says it
};

/// What a server shows, and what the known hosts file of the target has of it.
struct HostKeys {
  bool pinned = false;  ///< the file has the key that a login goes by
  std::vector<HostKey> shown;
};

/// Connects once for each type of key, without logging in. Errors: those of `connect` as far as the host key; among
/// them Unauthorized if the file has another key for the server or calls the shown one revoked.
support::Result<HostKeys> look_at_host_keys(const Target& target, const support::Clock& clock,
                                            support::Deadline deadline);

/// Adds the keys to the known hosts file of the target, which is made if it is not there (mode 0600, its folder 0700).
/// InvalidInput if it cannot be written.
support::Status pin_host_keys(const Target& target, const std::vector<HostKey>& keys);

}  // namespace stillpoint::ssh
