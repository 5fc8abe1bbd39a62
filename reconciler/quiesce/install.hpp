#pragma once

#include <string>
#include <string_view>

#include "ssh/shell.hpp"

namespace stillpoint::quiesce {

/// How commands become root on a server.
class RootCommands {
 public:
  explicit RootCommands(std::string user) : user_(std::move(user)) {}

  /// `command` is in plain shell words, quoted by the caller.
  std::string as_root(const std::string& command) const { return (user_ == "root" ? "" : "sudo -n -- ") + command; }
  /// A script of ours, without anything from outside, as one word of `sh -c`.
  std::string script_as_root(const std::string& script) const;
  /// What to say of a command that failed: sudo's own refusals are explained.
  support::Error failure(const ssh::CommandResult& result, const std::string& doing, const std::string& server) const;

 private:
  std::string user_;
};

/// Where an installed helper is. deploy/server has what allows a login to run just that.
inline constexpr std::string_view kInstalledHelper = "/usr/local/sbin/stillpoint-hold";

/// Where the helper script of this release lies on a server: its name carries its version and contents.
std::string helper_path();

/// Puts the helper script onto the server, below /run and for root only, unless it is there already. Errors:
/// Unauthorized (no sudo), Remote (an unsafe folder, no room), and those of the shell.
support::Status install_helper(ssh::Shell& shell, const RootCommands& root, const std::string& server,
                               support::Deadline deadline);

}  // namespace stillpoint::quiesce
