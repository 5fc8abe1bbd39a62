#pragma once

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <memory>
#include <string>
#include <string_view>

#include "ssh/link.hpp"

namespace stillpoint::ssh {

/// How much of a command's output is kept, in bytes.
struct OutputLimits {
  size_t out;
  size_t err;
};

/// A command that runs on the server. libssh hands its output to us as it arrives, in whichever thread pumps the link;
/// all state is guarded by the link's lock.
class Channel {
 public:
  /// Starts the command. Errors: Unavailable, Timeout.
  static support::Result<std::unique_ptr<Channel>> start(const std::shared_ptr<Link>& link, const std::string& command,
                                                         OutputLimits limits, support::Deadline deadline);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  /// Ends the command's input and closes; what it does then is up to the command.
  ~Channel();

  /// Sends all of it. Unavailable also if the command has ended.
  support::Status write(std::string_view data, support::Deadline deadline);
  /// Sends the end of the input, once.
  void end_input();

  /// What has arrived. Precondition of all of these: the link's lock is held.
  std::string& out() { return out_; }
  std::string& err() { return err_; }
  bool ended() const { return closed_ || (eof_ && exit_known_); }
  bool output_ended() const { return closed_ || eof_; }
  bool overflowed() const { return out_overflow_; }
  bool err_overflowed() const { return err_overflow_; }
  /// -1 if a signal ended the command or nothing is known.
  int exit_code() const { return exit_code_; }

 private:
  Channel(std::shared_ptr<Link> link, ssh_channel channel, OutputLimits limits);
  support::Status open(const std::string& command, support::Deadline deadline);
  void take(std::string_view data, int is_stderr);

  std::shared_ptr<Link> link_;
  ssh_channel channel_;
  ssh_channel_callbacks_struct callbacks_{};
  OutputLimits limits_;
  std::string out_;
  std::string err_;
  bool eof_ = false;
  bool closed_ = false;
  bool exit_known_ = false;
  bool input_ended_ = false;
  bool out_overflow_ = false;
  bool err_overflow_ = false;
  int exit_code_ = -1;
};

}  // namespace stillpoint::ssh
