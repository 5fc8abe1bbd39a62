#include "ssh/host_keys.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <optional>
#include <system_error>

#include "ssh/known_hosts.hpp"
#include "ssh/opening.hpp"
#include "ssh/private_folder.hpp"
#include "ssh/public_key.hpp"

namespace stillpoint::ssh {
namespace {

using support::ErrorKind;
using support::fail;
using support::Result;
using support::Status;

/// What servers have today; of RSA only the signatures are several, the key is one.
constexpr std::array<const char*, 5> kTypes{"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                            "ecdsa-sha2-nistp521", "rsa-sha2-512,rsa-sha2-256"};

std::optional<HostKey> shown_by(Link& link) {
  const auto key = shown_key(link);
  const auto base64 = key ? base64_of(key->get()) : std::nullopt;
  if (!base64) {
    return std::nullopt;
  }
  return HostKey{type_of(key->get()), *base64, fingerprint_of(key->get())};
}

bool ends_amid_a_line(const std::string& file) {
  std::ifstream stream(file, std::ios::binary | std::ios::ate);
  return stream && stream.tellg() > 0 && stream.seekg(-1, std::ios::end) && stream.get() != '\n';
}

}  // namespace

Result<HostKeys> look_at_host_keys(const Target& target, const support::Clock& clock, support::Deadline deadline) {
  auto first = open_link(target, nullptr, clock, deadline);
  if (!first) {
    return support::pass_on(std::move(first));
  }
  const auto known = look_up_host_key(**first, target);
  if (!known) {
    return fail(known.error());
  }
  HostKeys found{*known == KnownAs::Pinned, {}};
  for (const char* types : kTypes) {
    // A server without such a key ends the connection; that it can be reached is known by now.
    auto link = open_link(target, types, clock, deadline);
    if (auto key = link ? shown_by(**link) : std::nullopt) {
      found.shown.push_back(std::move(*key));
    } else if (deadline.passed(clock)) {
      return fail(ErrorKind::Timeout, "the time for asking " + target.host + " for its host keys is over");
    }
  }
  if (found.shown.empty()) {
    return fail(ErrorKind::Unauthorized, target.host + " shows no host key of a kind that is known here");
  }
  return found;
}

Status pin_host_keys(const Target& target, const std::vector<HostKey>& keys) {
  const std::string& file = target.known_hosts_file;
  make_folder_of(file);  // what is wrong with it, opening the file says
  std::string text = ends_amid_a_line(file) ? "\n" : "";
  for (const HostKey& key : keys) {
    text += entry_name(target) + " " + key.type + " " + key.base64 + "\n";
  }
  // In one go, at the end, as ssh does it: others write into this file as well. Root may do this in a folder of the
  // service's user, who must not be able to have it write elsewhere.
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  const bool good =
      fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && ::fsync(fd) == 0;
  const int reason = errno;
  if (fd >= 0) {
    ::close(fd);
  }
  return good
             ? Status()
             : fail(ErrorKind::InvalidInput,
                    "the known hosts file " + file + " cannot be written: " +
                        (reason == ELOOP ? "it is a link; name the file itself (spec.ssh.knownHostsFile, --known-hosts)"
                                         : std::generic_category().message(reason)));
}

}  // namespace stillpoint::ssh
