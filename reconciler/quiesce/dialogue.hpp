#pragma once

#include <memory>
#include <string>
#include <vector>

#include "quiesce/protocol.hpp"
#include "ssh/shell.hpp"

namespace stillpoint::quiesce {

/// A helper that runs on a server, talked to in replies instead of lines.
class Dialogue {
 public:
  /// Starts the helper, checks its greeting and tells it the settings and `GO`. `server` is for messages.
  /// Errors: Remote (it does not run), Unauthorized (the login may not run it as root), Protocol (it is of another
  /// version), Timeout, Unavailable.
  static support::Result<std::unique_ptr<Dialogue>> start(ssh::Shell& shell, const std::string& command,
                                                          const std::string& server,
                                                          const std::vector<std::string>& settings,
                                                          support::Deadline deadline);

  support::Status send(const std::string& line, support::Deadline deadline);
  /// The next reply. A refusal is an error (Busy, Remote), and so is the end of the output.
  support::Result<Reply> next(support::Deadline deadline);
  /// The next reply, which must be a `T`, for people `name`; anything else is a Protocol error.
  template <class T>
  support::Result<T> expect(const std::string& name, support::Deadline deadline);

  const std::string& server() const { return server_; }
  const std::string& helper_version() const { return helper_version_; }
  /// The Protocol error for a reply that does not belong here; `awaited` says what did.
  support::Error out_of_turn(const std::string& awaited) const;

 private:
  Dialogue(std::unique_ptr<ssh::Conversation> conversation, std::string server);
  support::Status greet(support::Deadline deadline);
  support::Error ended() const;

  std::unique_ptr<ssh::Conversation> conversation_;
  std::string server_;
  std::string helper_version_;
};

template <class T>
support::Result<T> Dialogue::expect(const std::string& name, support::Deadline deadline) {
  auto reply = next(deadline);
  if (!reply) {
    return support::pass_on(std::move(reply));
  }
  if (auto* wanted = std::get_if<T>(&*reply)) {
    return std::move(*wanted);
  }
  return support::fail(out_of_turn(name));
}

}  // namespace stillpoint::quiesce
