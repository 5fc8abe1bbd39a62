#include "ssh/channel.hpp"

#include <algorithm>

namespace stillpoint::ssh {
namespace {

using support::ErrorKind;
using support::fail;
using Step = Link::Step;

constexpr size_t kPiece = 16384;

/// Appends what fits; false if something did not.
bool append_up_to(std::string& text, std::string_view data, size_t limit) {
  const size_t room = limit - std::min(limit, text.size());
  text.append(data.substr(0, room));
  return data.size() <= room;
}

}  // namespace

Channel::Channel(std::shared_ptr<Link> link, ssh_channel channel, OutputLimits limits)
    : link_(std::move(link)), channel_(channel), limits_(limits) {
  ssh_callbacks_init(&callbacks_);
  callbacks_.userdata = this;
  callbacks_.channel_data_function = [](ssh_session, ssh_channel, void* data, uint32_t size, int is_stderr,
                                        void* self) {
    static_cast<Channel*>(self)->take({static_cast<const char*>(data), size}, is_stderr);
    return static_cast<int>(size);
  };
  callbacks_.channel_eof_function = [](ssh_session, ssh_channel, void* self) {
    static_cast<Channel*>(self)->eof_ = true;
  };
  callbacks_.channel_close_function = [](ssh_session, ssh_channel, void* self) {
    static_cast<Channel*>(self)->closed_ = true;
  };
  callbacks_.channel_exit_status_function = [](ssh_session, ssh_channel, int status, void* self) {
    static_cast<Channel*>(self)->exit_code_ = status;
    static_cast<Channel*>(self)->exit_known_ = true;
  };
  callbacks_.channel_exit_signal_function = [](ssh_session, ssh_channel, const char*, int, const char*, const char*,
                                               void* self) { static_cast<Channel*>(self)->exit_known_ = true; };
}

Channel::~Channel() {
  const std::lock_guard lock(link_->mutex());
  ssh_remove_channel_callbacks(channel_, &callbacks_);
  if (!link_->lost() && !closed_) {
    if (!input_ended_) {
      ssh_channel_send_eof(channel_);
    }
    ssh_channel_close(channel_);
    link_->pump();
  }
  ssh_channel_free(channel_);
}

void Channel::take(std::string_view data, int is_stderr) {
  if (is_stderr != 0) {
    err_overflow_ |= !append_up_to(err_, data, limits_.err);
  } else {
    out_overflow_ |= !append_up_to(out_, data, limits_.out);
  }
}

support::Result<std::unique_ptr<Channel>> Channel::start(const std::shared_ptr<Link>& link, const std::string& command,
                                                         OutputLimits limits, support::Deadline deadline) {
  std::unique_ptr<Channel> channel;
  {
    const std::lock_guard lock(link->mutex());
    if (link->lost()) {
      return fail(link->lost_error("starting a command"));
    }
    ssh_channel raw = ssh_channel_new(link->raw());
    if (raw == nullptr) {
      return fail(ErrorKind::Unavailable, "libssh cannot make a channel to " + link->name());
    }
    channel.reset(new Channel(link, raw, limits));
    ssh_set_channel_callbacks(raw, &channel->callbacks_);
  }
  if (auto opened = channel->open(command, deadline); !opened) {
    return support::pass_on(std::move(opened));
  }
  return channel;
}

support::Status Channel::open(const std::string& command, support::Deadline deadline) {
  int answer = SSH_AGAIN;
  auto opened = link_->await("opening a channel", deadline, [&] {
    answer = ssh_channel_open_session(channel_);
    return answer == SSH_AGAIN ? Step::Again : Step::Done;
  });
  if (opened && answer == SSH_OK) {
    opened = link_->await("starting a command", deadline, [&] {
      answer = ssh_channel_request_exec(channel_, command.c_str());
      return answer == SSH_AGAIN ? Step::Again : Step::Done;
    });
  }
  if (opened && answer != SSH_OK) {
    const std::lock_guard lock(link_->mutex());
    return fail(link_->lost() ? link_->lost_error("starting a command")
                              : support::Error(ErrorKind::Unavailable, "the SSH server " + link_->name() +
                                                                           " does not run commands for this login: " +
                                                                           ssh_get_error(link_->raw())));
  }
  return opened;
}

support::Status Channel::write(std::string_view data, support::Deadline deadline) {
  bool refused = false;
  auto sent = link_->await("sending to a command", deadline, [&] {
    while (!data.empty() && !refused && !link_->lost()) {
      const size_t piece = std::min(data.size(), kPiece);
      const int count = closed_ ? SSH_ERROR : ssh_channel_write(channel_, data.data(), static_cast<uint32_t>(piece));
      if (count == 0 || count == SSH_AGAIN) {
        return Step::Again;
      }
      refused = count < 0;
      data.remove_prefix(refused ? 0 : static_cast<size_t>(count));
    }
    return data.empty() || (refused && !link_->lost()) ? Step::Done : Step::Again;
  });
  if (sent && refused) {
    return fail(ErrorKind::Unavailable, "the command on " + link_->name() + " has ended and reads no more");
  }
  return sent;
}

void Channel::end_input() {
  const std::lock_guard lock(link_->mutex());
  if (!input_ended_ && !closed_ && !link_->lost()) {
    ssh_channel_send_eof(channel_);
    link_->pump();
  }
  input_ended_ = true;
}

}  // namespace stillpoint::ssh
