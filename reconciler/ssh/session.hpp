#pragma once

#include <memory>
#include <string>

#include "ssh/shell.hpp"

namespace stillpoint::ssh {

/// Where and as whom to log in. The host key must be in the known hosts file; nothing is learnt on first use.
struct Target {
  std::string host;  ///< a name or an address, IPv4 or IPv6
  int port = 22;     ///< 1 to 65535
  std::string user;
  std::string key_file;          ///< private key without a passphrase; empty: the agent of SSH_AUTH_SOCK
  std::string known_hosts_file;  ///< OpenSSH format
  std::string known_as;          ///< the name to look up in the known hosts file; `host` if empty
};

/// Connects, checks the host key and authenticates, on the caller's thread and by the deadline (but for the resolver's
/// own time-outs). Several may be made at once; each shell is for one thread at a time. The clock must outlive the
/// shell. Errors: Unavailable (no connection), Timeout, Unauthorized (host key unknown, changed or revoked; key or
/// agent refused): each says which file or key and what would cure it.
support::Result<std::unique_ptr<Shell>> connect(const Target& target, const support::Clock& clock,
                                                support::Deadline deadline);

}  // namespace stillpoint::ssh
