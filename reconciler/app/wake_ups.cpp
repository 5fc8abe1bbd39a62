#include "app/wake_ups.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <system_error>
#include <utility>

namespace stillpoint::app {
namespace {

constexpr std::chrono::milliseconds kLeftAlone{100};
/// Somebody may write without end.
constexpr int kMostPauses = 20;

}  // namespace

support::Result<WakeUps> WakeUps::start(const std::vector<std::string>& paths,
                                        std::chrono::milliseconds between_reloads) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) {
    sigaddset(&signals, signal);
  }
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);  // who hangs up ends a call, and not the program
  const int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd < 0) {
    return support::fail(support::ErrorKind::Unavailable,
                         "signals cannot be waited for: " + std::generic_category().message(errno));
  }
  return WakeUps(fd, store::FolderWatch::start(paths), between_reloads);
}

WakeUps::WakeUps(int signals, support::Result<store::FolderWatch> files, std::chrono::milliseconds between_reloads)
    : signals_(signals), between_reloads_(between_reloads) {
  if (files) {
    files_.emplace(std::move(*files));
  } else {
    deaf_ = std::move(files.error());
  }
}

WakeUps::WakeUps(WakeUps&& other) noexcept
    : signals_(std::exchange(other.signals_, -1)),
      files_(std::move(other.files_)),
      deaf_(std::move(other.deaf_)),
      between_reloads_(other.between_reloads_),
      wants_reload_(other.wants_reload_),
      next_reload_(other.next_reload_) {}

WakeUps::~WakeUps() {
  if (signals_ >= 0) {
    close(signals_);
  }
}

WakeUps::What WakeUps::wait(std::chrono::milliseconds at_most) {
  const auto until = Steady::now() + at_most;
  bool changed = files_ && files_->renew();
  for (int pauses = 0; pauses < kMostPauses; ++pauses) {
    if (wants_reload_ && Steady::now() >= next_reload_) {
      wants_reload_ = false;
      next_reload_ = Steady::now() + between_reloads_;
      return What::Reload;
    }
    auto wake = changed ? Steady::now() + kLeftAlone : until;
    wake = wants_reload_ ? std::min(wake, next_reload_) : wake;
    std::array<pollfd, 2> fds{{{signals_, POLLIN, 0}, {files_ ? files_->fd() : -1, POLLIN, 0}}};
    const auto patience = std::chrono::ceil<std::chrono::milliseconds>(wake - Steady::now()).count();
    if (poll(fds.data(), fds.size(), static_cast<int>(std::max(patience, 0L))) <= 0) {
      if (wants_reload_ && Steady::now() >= next_reload_) {
        continue;
      }
      break;
    }
    if (fds[0].revents != 0 && take_signals()) {
      return What::Stop;
    }
    if (fds[1].revents != 0) {
      files_->drain();
      changed = true;
    }
  }
  return changed ? What::FilesChanged : What::Nothing;
}

/// The kernel hands out SIGHUP before SIGTERM, however old that is. Of each there is one at a time.
bool WakeUps::take_signals() {
  std::array<signalfd_siginfo, 8> infos{};
  const auto got = read(signals_, infos.data(), sizeof infos);
  const auto count = got > 0 ? static_cast<std::size_t>(got) / sizeof infos[0] : 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (infos[i].ssi_signo != SIGHUP) {
      return true;
    }
    wants_reload_ = true;
  }
  return false;
}

}  // namespace stillpoint::app
