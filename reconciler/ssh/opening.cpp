#include "ssh/opening.hpp"

#include <libssh/libssh.h>

namespace stillpoint::ssh {
namespace {

/// What stands in a user's own configuration does not count.
support::Status set_options(ssh_session session, const Target& target, const support::Clock& clock,
                            support::Deadline deadline) {
  const std::string& known_as = target.known_as.empty() ? target.host : target.known_as;
  const int port = target.port;
  const bool process_config = false;
  // Every wait is bounded by `Link::await`; this only keeps a blocking path of libssh from waiting for ever.
  const long timeout =
      std::max<long>(1, static_cast<long>(std::chrono::ceil<std::chrono::seconds>(deadline.remaining(clock)).count()));
  // With a socket of ours the host is only the name that is looked up in the known hosts file.
  const bool good =
      ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &process_config) == SSH_OK &&
      ssh_options_set(session, SSH_OPTIONS_HOST, known_as.c_str()) == SSH_OK &&
      ssh_options_set(session, SSH_OPTIONS_PORT, &port) == SSH_OK &&
      ssh_options_set(session, SSH_OPTIONS_USER, target.user.c_str()) == SSH_OK &&
      ssh_options_set(session, SSH_OPTIONS_KNOWNHOSTS, target.known_hosts_file.c_str()) == SSH_OK &&
      ssh_options_set(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, target.known_hosts_file.c_str()) == SSH_OK &&
      ssh_options_set(session, SSH_OPTIONS_TIMEOUT, &timeout) == SSH_OK;
  if (!good) {
    return support::fail(support::ErrorKind::InvalidInput,
                         "libssh refuses the SSH settings of " + target.user + "@" + target.host +
                             " (user, port or known hosts file): " + ssh_get_error(session));
  }
  return {};
}

}  // namespace

support::Result<std::shared_ptr<Link>> open_link(const Target& target, const char* host_key_types,
                                                 const support::Clock& clock, support::Deadline deadline) {
  auto socket = connect_tcp(target.host, target.port, clock, deadline);
  if (!socket) {
    return support::pass_on(std::move(socket));
  }
  auto made = Link::make(target.host, clock);
  if (!made) {
    return made;
  }
  Link& link = **made;
  auto ready = set_options(link.raw(), target, clock, deadline);
  if (ready && host_key_types != nullptr &&
      ssh_options_set(link.raw(), SSH_OPTIONS_HOSTKEYS, host_key_types) != SSH_OK) {
    ready = support::fail(support::ErrorKind::InvalidInput,
                          std::string("libssh does not know the host keys ") + host_key_types);
  }
  if (ready) {
    ready = link.handshake(std::move(*socket), deadline);
  }
  if (!ready) {
    return support::pass_on(std::move(ready));
  }
  return made;
}

}  // namespace stillpoint::ssh
