#include "app/wake_ups.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

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

support::Result<WakeUps> WakeUps::start(const std::vector<std::string>& paths) {
  auto files = store::FolderWatch::start(paths);
  if (!files) {
    return support::pass_on(std::move(files));
  }
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
  return WakeUps(fd, std::move(*files));
}

WakeUps::WakeUps(WakeUps&& other) noexcept
    : signals_(std::exchange(other.signals_, -1)), files_(std::move(other.files_)) {}

WakeUps::~WakeUps() {
  if (signals_ >= 0) {
    close(signals_);
  }
}

WakeUps::What WakeUps::wait(std::chrono::milliseconds at_most) {
  bool changed = false;
  for (int pauses = 0; pauses < kMostPauses; ++pauses) {
    std::array<pollfd, 2> fds{{{signals_, POLLIN, 0}, {files_.fd(), POLLIN, 0}}};
    const auto patience = changed ? kLeftAlone : at_most;
    if (poll(fds.data(), fds.size(), static_cast<int>(patience.count())) <= 0) {
      break;
    }
    if (fds[0].revents != 0) {
      if (const auto what = take_signal(); what != What::Nothing) {
        return what;
      }
    }
    if (fds[1].revents != 0) {
      files_.drain();
      changed = true;
    }
  }
  return changed ? What::FilesChanged : What::Nothing;
}

WakeUps::What WakeUps::take_signal() {
  signalfd_siginfo info{};
  if (read(signals_, &info, sizeof info) != sizeof info) {
    return What::Nothing;
  }
  return info.ssi_signo == SIGHUP ? What::Reload : What::Stop;
}

}  // namespace stillpoint::app
