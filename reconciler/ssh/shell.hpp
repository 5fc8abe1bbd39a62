#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::ssh {

/// What a command left behind. `exit_code` is -1 if a signal ended it.
struct CommandResult {
  int exit_code = 0;
  std::string out;
  std::string err;
};

/// A command that is running on the server, talked to line by line. Used by one thread at a time. Its destructor closes
/// the channel, which the command sees as the end of its input; it does not kill the command.
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// Sends the line and a line feed. Errors: Unavailable, Timeout.
  virtual support::Status send_line(const std::string& line, support::Deadline deadline) = 0;
  /// The next line without its line feed; empty at the end of the output. Lines over 64 KiB are a Protocol error.
  /// Errors: Timeout (no whole line by the deadline), Unavailable (the connection is gone).
  virtual support::Result<std::optional<std::string>> read_line(support::Deadline deadline) = 0;
  /// Tells the command that its input has ended. Does not wait; once is enough.
  virtual void close_input() = 0;
  /// What the command wrote to its standard error so far, at most 16 KiB of it.
  virtual std::string error_output() = 0;
};

/// A way to run commands on one server. Used by one thread at a time.
/// The command is given to the login shell as one string: callers build it from constants and quoted words only.
class Shell {
 public:
  virtual ~Shell() = default;
  /// Runs the command to its end with `input` as its standard input. Output over 1 MiB is a Protocol error.
  /// Errors: Timeout (the command may still be running on the server), Unavailable (the connection is gone, or the
  /// server starts no more commands), Protocol.
  virtual support::Result<CommandResult> run(const std::string& command, const std::string& input,
                                             support::Deadline deadline) = 0;
  /// Starts the command and talks to it. The connection is kept alive from a thread of its own for as long as the
  /// conversation lives, also while nobody reads. Errors: Unavailable, Timeout.
  virtual support::Result<std::unique_ptr<Conversation>> start(const std::string& command,
                                                               support::Deadline deadline) = 0;
};

/// `text` as one word of a POSIX shell, in single quotes. Pure; the text must hold no null character.
std::string quote_word(const std::string& text);

}  // namespace stillpoint::ssh
