#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "ssh/channel.hpp"
#include "ssh/shell.hpp"

namespace stillpoint::ssh {

/// Serves a link while nobody reads from it: answers what the server asks (its ClientAlive probes would otherwise end
/// an idle hold) and sends keep-alives of ours, from a thread of its own.
class KeepAlive {
 public:
  explicit KeepAlive(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  KeepAlive(const KeepAlive&) = delete;
  KeepAlive& operator=(const KeepAlive&) = delete;

  /// To be called once. Unavailable if the system has no thread for it.
  support::Status start();

 private:
  void serve(const std::stop_token& stop);

  std::shared_ptr<Link> link_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;  ///< last, so that it ends before the rest does
};

/// A Conversation over a channel.
class ChannelConversation final : public Conversation {
 public:
  /// Unavailable if the system has no thread for the keep-alives.
  static support::Result<std::unique_ptr<Conversation>> make(std::shared_ptr<Link> link,
                                                             std::unique_ptr<Channel> channel);
  support::Status send_line(const std::string& line, support::Deadline deadline) override;
  support::Result<std::optional<std::string>> read_line(support::Deadline deadline) override;
  void close_input() override { channel_->end_input(); }
  std::string error_output() override;

  static constexpr size_t kMaxLine = 1U << 16U;
  /// Standard output between two reads is bounded too: a command that floods us is cut off.
  static constexpr OutputLimits kLimits{1U << 20U, 1U << 14U};

 private:
  ChannelConversation(std::shared_ptr<Link> link, std::unique_ptr<Channel> channel);
  support::Result<std::optional<std::string>> take_line();

  std::shared_ptr<Link> link_;
  std::unique_ptr<Channel> channel_;
  KeepAlive keep_alive_;
};

}  // namespace stillpoint::ssh
