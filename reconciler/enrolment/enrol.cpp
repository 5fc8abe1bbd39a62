#include "enrolment/enrol.hpp"

#include "quiesce/hold.hpp"
#include "quiesce/install.hpp"
#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint::enrolment {
namespace {

using support::ErrorKind;
using support::fail;
using support::Status;

support::Result<Outcome> read_outcome(const std::string& out, const Step& step, const std::string& server) {
  const std::string word(support::trim(out));
  if (word == "unchanged") {
    return Outcome::Unchanged;
  }
  if (word == "done") {
    return Outcome::Done;
  }
  if (word == "would") {
    return Outcome::Would;
  }
  return fail(ErrorKind::Remote, server + " answered `" + support::printable(word.substr(0, 80)) +
                                     "` when it was to set up " + step.what +
                                     ": the login's shell must print nothing when it runs a command");
}

}  // namespace

Status take_steps(ssh::Shell& shell, const std::string& admin, const std::string& server,
                  const std::vector<Step>& steps, const std::function<void(const Taken&)>& tell,
                  support::Deadline deadline) {
  const quiesce::RootCommands root(admin);
  for (const Step& step : steps) {
    const auto result = shell.run(root.script_as_root(step.script), step.input, deadline);
    if (!result) {
      return fail(support::Error(result.error()).with_context("setting up " + step.what));
    }
    if (result->exit_code != 0) {
      return fail(root.failure(*result, "setting up " + step.what, server));
    }
    const auto outcome = read_outcome(result->out, step, server);
    if (!outcome) {
      return fail(outcome.error());
    }
    tell({step.what, *outcome});
  }
  return {};
}

Status check_way(ssh::Shell& shell, const std::string& login, const support::Clock& clock, support::Deadline deadline) {
  constexpr std::size_t kAttemptBytes = 8;
  const auto helper = quiesce::make_helper(shell, login, policy::HelperPlacement::Installed, clock);
  // An attempt that nobody has made: its greeting is what is looked at.
  const auto verdict = helper->verdict(support::random_hex(kAttemptBytes), deadline);
  return verdict ? Status() : fail(verdict.error());
}

Status check_restriction(ssh::Shell& shell, const std::string& login, support::Deadline deadline) {
  const std::string mark = support::random_hex(8);
  const auto result = shell.run("echo " + mark, "", deadline);
  if (!result) {
    return fail(result.error());
  }
  return result->out.find(mark) == std::string::npos
             ? Status()
             : fail(ErrorKind::Unauthorized, "the key may run any command as " + login +
                                                 ", not the helper alone: sshd takes another file or line for it than "
                                                 "~/.ssh/authorized_keys of that login (AuthorizedKeysFile)");
}

}  // namespace stillpoint::enrolment
