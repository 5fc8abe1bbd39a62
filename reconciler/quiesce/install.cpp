#include "quiesce/install.hpp"

#include "quiesce/hold_script.hpp"
#include "quiesce/protocol.hpp"
#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint::quiesce {
namespace {

using support::ErrorKind;
using support::fail;

const std::string& script_hash() {
  static const std::string kHash = support::sha256_hex(kHoldScript);
  return kHash;
}

/// Makes the folders if they are missing, refuses them if anybody but root could have put something there, and says
/// whether the script is in them.
std::string look_script() {
  return "umask 077; for d in /run/stillpoint /run/stillpoint/bin; do "
         "[ -e \"$d\" ] || mkdir \"$d\" || [ -d \"$d\" ] || exit 1; "
         "if [ -L \"$d\" ] || [ ! -d \"$d\" ] || [ \"$(stat -c %u:%a \"$d\")\" != 0:700 ]; "
         "then echo \"unsafe $d\"; exit 0; fi; "
         "done; f=" +
         helper_path() +
         "; if [ -f \"$f\" ] && [ ! -L \"$f\" ] && [ \"$(sha256sum <\"$f\" | cut -c1-64)\" = " + script_hash() +
         " ]; then echo present; else echo missing; fi";
}

/// Takes the script from standard input; a half or changed one never gets the name.
std::string store_script() {
  return "umask 077; f=" + helper_path() +
         "; t=\"$f.tmp.$$\"; if cat >\"$t\" && [ \"$(sha256sum <\"$t\" | cut -c1-64)\" = " + script_hash() +
         " ] && mv -f \"$t\" \"$f\"; then exit 0; fi; rm -f \"$t\"; exit 1";
}

}  // namespace

std::string RootCommands::script_as_root(const std::string& script) const {
  return as_root("/bin/sh -c " + ssh::quote_word(script));
}

support::Error RootCommands::failure(const ssh::CommandResult& result, const std::string& doing,
                                     const std::string& server) const {
  const std::string words = support::printable(support::trim(result.err)).substr(0, 400);
  if (user_ != "root" && (words.find("sudo") != std::string::npos || result.exit_code == 127)) {
    return {ErrorKind::Unauthorized, user_ + " cannot become root on " + server + " (`" + words +
                                         "`): install sudo there and allow it without a password, for example with `" +
                                         user_ +
                                         " ALL=(root) NOPASSWD: ALL` in a file of /etc/sudoers.d, or log in as root"};
  }
  return {ErrorKind::Remote, doing + " on " + server + " failed with exit code " + std::to_string(result.exit_code) +
                                 (words.empty() ? "" : ": " + words)};
}

std::string helper_path() {
  return "/run/stillpoint/bin/stillpoint-hold-" + std::string(kHelperVersion) + "-" + script_hash().substr(0, 16);
}

support::Status install_helper(ssh::Shell& shell, const RootCommands& root, const std::string& server,
                               support::Deadline deadline) {
  auto look = shell.run(root.script_as_root(look_script()), "", deadline);
  if (!look) {
    return support::pass_on(std::move(look));
  }
  if (look->exit_code != 0) {
    return fail(root.failure(*look, "looking for the helper", server));
  }
  const std::string found(support::trim(look->out));
  if (found == "present") {
    return {};
  }
  if (found.starts_with("unsafe ")) {
    return fail(ErrorKind::Remote, support::printable(found.substr(7)) + " on " + server +
                                       " is not a folder that belongs to root with mode 0700: somebody else may have "
                                       "made it; look who, and remove it");
  }
  if (found != "missing") {
    return fail(ErrorKind::Remote, server + " answered `" + support::printable(found.substr(0, 80)) +
                                       "` when it was asked for the helper: the login's shell must print nothing when "
                                       "it runs a command");
  }
  auto stored = shell.run(root.script_as_root(store_script()), std::string(kHoldScript), deadline);
  if (!stored) {
    return support::pass_on(std::move(stored));
  }
  if (stored->exit_code != 0) {
    return fail(root.failure(*stored, "storing the helper under /run/stillpoint", server));
  }
  return {};
}

}  // namespace stillpoint::quiesce
