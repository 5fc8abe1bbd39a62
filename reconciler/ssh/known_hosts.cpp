#include "ssh/known_hosts.hpp"

#include <libssh/libssh.h>

#include <fstream>
#include <memory>
#include <sstream>

#include "ssh/owned.hpp"
#include "ssh/public_key.hpp"

namespace stillpoint::ssh {

using support::ErrorKind;
using support::fail;

std::string entry_name(const Target& target) {
  const std::string& name = target.known_as.empty() ? target.host : target.known_as;
  return target.port == 22 ? name : "[" + name + "]:" + std::to_string(target.port);
}

namespace {

/// libssh passes over lines with a marker, so revoked keys are looked for here. The host pattern does not matter: a key
/// that was revoked for one name is not trusted under another.
bool revoked(ssh_key key, const std::string& known_hosts_file) {
  const auto base64 = base64_of(key);
  if (!base64) {
    return true;
  }
  std::ifstream file(known_hosts_file);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string marker, hosts, type, blob;
    if (fields >> marker >> hosts >> type >> blob && marker == "@revoked" && blob == *base64) {
      return true;
    }
  }
  return false;
}

std::string how_to_add(const Target& target) {
  std::string add = "`ssh-keyscan -p " + std::to_string(target.port) + " " + target.host + "`";
  if (!target.known_as.empty() && target.known_as != target.host) {
    add += ", with the name replaced by `" + entry_name(target) + "`";
  }
  return "compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` (or the key's own type) on the server's "
         "console, then append the output of " +
         add + " to " + target.known_hosts_file;
}

std::string unknown_key(const Target& target, const std::string& shown) {
  return "the host key of " + entry_name(target) + " (" + shown + ") is not in " + target.known_hosts_file + ": " +
         how_to_add(target);
}

std::string changed_key(const Target& target, const std::string& shown) {
  const std::string where = "'" + entry_name(target) + "' -f " + target.known_hosts_file;
  return entry_name(target) + " showed the host key " + shown + ", but " + target.known_hosts_file +
         " has another one for it (see `ssh-keygen -F " + where +
         "`): this is another machine, or something stands in between. If the server was rebuilt, remove the old key "
         "with `ssh-keygen -R " +
         where + "`, " + how_to_add(target);
}

}  // namespace

support::Result<Key> shown_key(Link& link) {
  ssh_key raw = nullptr;
  if (ssh_get_server_publickey(link.raw(), &raw) != SSH_OK) {
    return fail(ErrorKind::Unauthorized, "the host key of " + link.name() + " cannot be read");
  }
  return Key(raw);
}

support::Result<KnownAs> look_up_host_key(Link& link, const Target& target) {
  const auto key = shown_key(link);
  if (!key) {
    return fail(key.error());
  }
  const std::string shown = fingerprint_of(key->get());
  if (revoked(key->get(), target.known_hosts_file)) {
    return fail(ErrorKind::Unauthorized, "the host key of " + entry_name(target) + " (" + shown +
                                             ") is marked @revoked in " + target.known_hosts_file +
                                             ": give the server a new host key, then " + how_to_add(target));
  }
  switch (ssh_session_is_known_server(link.raw())) {
    case SSH_KNOWN_HOSTS_OK:
      return KnownAs::Pinned;
    case SSH_KNOWN_HOSTS_CHANGED:
    case SSH_KNOWN_HOSTS_OTHER:
      return fail(ErrorKind::Unauthorized, changed_key(target, shown));
    case SSH_KNOWN_HOSTS_UNKNOWN:
    case SSH_KNOWN_HOSTS_NOT_FOUND:
      return KnownAs::Nothing;
    default:
      return fail(ErrorKind::Unauthorized, "the host key of " + entry_name(target) + " cannot be checked against " +
                                               target.known_hosts_file + ": " + ssh_get_error(link.raw()));
  }
}

support::Status check_host_key(Link& link, const Target& target) {
  const auto known = look_up_host_key(link, target);
  if (!known) {
    return fail(known.error());
  }
  if (*known == KnownAs::Pinned) {
    return {};
  }
  const auto key = shown_key(link);
  const std::string shown = key ? fingerprint_of(key->get()) : "(unreadable)";
  if (!std::ifstream(target.known_hosts_file)) {
    return fail(ErrorKind::Unauthorized, "the known hosts file " + target.known_hosts_file +
                                             " cannot be read; it must have the host key of " + entry_name(target) +
                                             " (" + shown + "): " + how_to_add(target));
  }
  return fail(ErrorKind::Unauthorized, unknown_key(target, shown));
}

}  // namespace stillpoint::ssh
