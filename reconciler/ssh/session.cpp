#include "ssh/session.hpp"

#include <libssh/libssh.h>

#include <cstdlib>

#include "ssh/channel.hpp"
#include "ssh/conversation.hpp"
#include "ssh/known_hosts.hpp"
#include "ssh/link.hpp"
#include "ssh/opening.hpp"
#include "ssh/read_key.hpp"

namespace stillpoint::ssh {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;
using Step = Link::Step;

constexpr OutputLimits kRunLimits{1U << 20U, 1U << 20U};

class LinkShell final : public Shell {
 public:
  explicit LinkShell(std::shared_ptr<Link> link) : link_(std::move(link)) {}

  support::Result<CommandResult> run(const std::string& command, const std::string& input,
                                     support::Deadline deadline) override;
  support::Result<std::unique_ptr<Conversation>> start(const std::string& command, support::Deadline deadline) override;

 private:
  std::shared_ptr<Link> link_;
};

support::Result<CommandResult> LinkShell::run(const std::string& command, const std::string& input,
                                              support::Deadline deadline) {
  auto channel = Channel::start(link_, command, kRunLimits, deadline);
  if (!channel) {
    return support::pass_on(std::move(channel));
  }
  // A command need not read its input; its exit code says what it made of that.
  auto sent = (*channel)->write(input, deadline);
  if (!sent && sent.error().kind() == ErrorKind::Timeout) {
    return support::pass_on(std::move(sent));
  }
  (*channel)->end_input();
  CommandResult result;
  bool overflowed = false;
  auto done = link_->await("running a command", deadline, [&] {
    overflowed = (*channel)->overflowed() || (*channel)->err_overflowed();
    if (!(*channel)->ended() && !overflowed) {
      return Step::Again;
    }
    result = {(*channel)->exit_code(), std::move((*channel)->out()), std::move((*channel)->err())};
    return Step::Done;
  });
  if (!done) {
    return support::pass_on(std::move(done));
  }
  if (overflowed) {
    return fail(ErrorKind::Protocol, "a command on " + link_->name() + " wrote more than 1 MiB");
  }
  return result;
}

support::Result<std::unique_ptr<Conversation>> LinkShell::start(const std::string& command,
                                                                support::Deadline deadline) {
  auto channel = Channel::start(link_, command, ChannelConversation::kLimits, deadline);
  if (!channel) {
    return support::pass_on(std::move(channel));
  }
  return ChannelConversation::make(link_, std::move(*channel));
}

Error refused(const Link& link, const Target& target, int answer, const std::string& what) {
  const std::string login = target.user + "@" + target.host;
  if (answer == SSH_AUTH_PARTIAL) {
    return {ErrorKind::Unauthorized, login + " accepted " + what +
                                         " but wants a second proof, which a program cannot give; allow keys alone for "
                                         "this login (AuthenticationMethods publickey)"};
  }
  if (answer == SSH_AUTH_DENIED) {
    return {ErrorKind::Unauthorized, login + " refused " + what +
                                         ": its public half must be in ~/.ssh/authorized_keys of that login, and "
                                         "sshd must allow the login (AllowUsers, PermitRootLogin)"};
  }
  return {ErrorKind::Unavailable, "the login as " + login + " failed: " + ssh_get_error(link.raw())};
}

support::Status authenticate(Link& link, const Target& target, support::Deadline deadline) {
  Key key;
  std::string what = "the keys of the SSH agent";
  if (target.key_file.empty()) {
    const char* agent = std::getenv("SSH_AUTH_SOCK");  // NOLINT(concurrency-mt-unsafe): nothing of ours sets variables
    if (agent == nullptr || *agent == '\0') {
      return fail(ErrorKind::Unauthorized,
                  "no key for " + target.host + ": `keyFile` is not given and no SSH agent runs (SSH_AUTH_SOCK)");
    }
  } else {
    auto read = read_key(target.key_file);
    if (!read) {
      return support::pass_on(std::move(read));
    }
    key = std::move(*read);
    what = "the key " + target.key_file;
  }
  int answer = SSH_AUTH_AGAIN;
  auto done = link.await("the login", deadline, [&] {
    answer = key ? ssh_userauth_publickey(link.raw(), nullptr, key.get()) : ssh_userauth_agent(link.raw(), nullptr);
    return answer == SSH_AUTH_AGAIN ? Step::Again : Step::Done;
  });
  if (done && answer != SSH_AUTH_SUCCESS) {
    return fail(refused(link, target, answer, what));
  }
  return done;
}

}  // namespace

support::Result<std::unique_ptr<Shell>> connect(const Target& target, const support::Clock& clock,
                                                support::Deadline deadline) {
  auto made = open_link(target, nullptr, clock, deadline);
  if (!made) {
    return support::pass_on(std::move(made));
  }
  Link& link = **made;
  auto ready =
      check_host_key(link, target).and_then([&] { return authenticate(link, target, deadline); }).and_then([&] {
        return link.open_for_pumping();
      });
  if (!ready) {
    return support::pass_on(std::move(ready));
  }
  return std::make_unique<LinkShell>(std::move(*made));
}

}  // namespace stillpoint::ssh
