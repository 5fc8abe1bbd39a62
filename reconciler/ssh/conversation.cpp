#include "ssh/conversation.hpp"

#include <libssh/server.h>

#include <system_error>

namespace stillpoint::ssh {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::ErrorKind;
using support::fail;
using Step = Link::Step;

constexpr seconds kServeEvery(1);
constexpr int kServicesPerProbe = 5;
/// What a command says on standard error often arrives just after the end of its standard output.
constexpr milliseconds kLastWords(500);

}  // namespace

support::Status KeepAlive::start() {
  try {
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  } catch (const std::system_error& failure) {
    return fail(ErrorKind::Unavailable,
                "no thread to keep the connection to " + link_->name() + " alive: " + failure.what());
  }
  return {};
}

void KeepAlive::serve(const std::stop_token& stop) {
  for (int round = 1; !stop.stop_requested(); ++round) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, kServeEvery, [] { return false; });
    }
    const std::lock_guard lock(link_->mutex());
    link_->pump();
    if (link_->lost()) {
      return;
    }
    if (round % kServicesPerProbe == 0) {
      ssh_send_keepalive(link_->raw());
    }
  }
}

ChannelConversation::ChannelConversation(std::shared_ptr<Link> link, std::unique_ptr<Channel> channel)
    : link_(std::move(link)), channel_(std::move(channel)), keep_alive_(link_) {}

support::Result<std::unique_ptr<Conversation>> ChannelConversation::make(std::shared_ptr<Link> link,
                                                                         std::unique_ptr<Channel> channel) {
  std::unique_ptr<ChannelConversation> made(new ChannelConversation(std::move(link), std::move(channel)));
  if (auto started = made->keep_alive_.start(); !started) {
    return support::pass_on(std::move(started));
  }
  return made;
}

support::Status ChannelConversation::send_line(const std::string& line, support::Deadline deadline) {
  return channel_->write(line + "\n", deadline);
}

support::Result<std::optional<std::string>> ChannelConversation::read_line(support::Deadline deadline) {
  support::Result<std::optional<std::string>> line;
  bool ended = false;
  auto status = link_->await("waiting for a line", deadline, [&] {
    line = take_line();
    ended = channel_->output_ended();
    return !line || *line || ended ? Step::Done : Step::Again;
  });
  if (!status) {
    return support::pass_on(std::move(status));
  }
  if (line && !*line && ended) {
    const auto last = support::Deadline::after(link_->clock(), kLastWords).earlier_of(deadline);
    (void)link_->await("ending a command", last, [&] { return channel_->ended() ? Step::Done : Step::Again; });
  }
  return line;
}

/// The next whole line, if there is one; otherwise empty, or a Protocol error if none can follow.
support::Result<std::optional<std::string>> ChannelConversation::take_line() {
  std::string& out = channel_->out();
  const size_t end = out.find('\n');
  if (end > kMaxLine && out.size() > kMaxLine) {
    return fail(ErrorKind::Protocol, "the command on " + link_->name() + " wrote a line of more than 64 KiB");
  }
  if (end != std::string::npos) {
    std::string line = out.substr(0, end);
    out.erase(0, end + 1);
    return line;
  }
  if (channel_->overflowed()) {
    return fail(ErrorKind::Protocol, "the command on " + link_->name() + " wrote more than was read");
  }
  // Half a line may read as another whole one (`held 12` of `held 1234`).
  if (channel_->output_ended() && !out.empty()) {
    return fail(ErrorKind::Protocol, "the output of the command on " + link_->name() + " ended within a line");
  }
  return std::nullopt;
}

std::string ChannelConversation::error_output() {
  const std::lock_guard lock(link_->mutex());
  link_->pump();
  return channel_->err();
}

}  // namespace stillpoint::ssh
