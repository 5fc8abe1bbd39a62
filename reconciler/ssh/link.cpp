#include "ssh/link.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

namespace stillpoint::ssh {
namespace {

using support::ErrorKind;
using support::fail;

/// Data wakes a wait at once; this bounds what a wake-up that got lost inside libssh can cost.
constexpr std::chrono::milliseconds kSlice(100);

/// 0 if the descriptor is not open.
ino_t inode_of(int fd) {
  struct stat found {};
  return ::fstat(fd, &found) == 0 ? found.st_ino : 0;
}

}  // namespace

void Link::FreeSession::operator()(ssh_session session) const {
  // libssh leaves a socket that it was given open, but closes it (and says -1) when the connection fails, which it may
  // do while it disconnects: the number may be another thread's file by then.
  const int fd = ssh_get_fd(session);
  const ino_t before = inode_of(fd);
  ssh_disconnect(session);
  ssh_free(session);
  if (before != 0 && inode_of(fd) == before) {
    const Socket left_open(fd);
  }
}

Link::Link(ssh_session session, std::string name, const support::Clock& clock)
    : session_(session), name_(std::move(name)), clock_(clock) {}

Link::~Link() {
  if (event_) {
    ssh_event_remove_session(event_.get(), session_.get());
  }
}

support::Result<std::shared_ptr<Link>> Link::make(std::string name, const support::Clock& clock) {
  ssh_session session = ssh_new();
  if (session == nullptr) {
    return fail(ErrorKind::Unavailable, "libssh cannot make a session");
  }
  ssh_set_blocking(session, 0);
  return std::shared_ptr<Link>(new Link(session, std::move(name), clock));
}

support::Status Link::handshake(Socket socket, support::Deadline deadline) {
  socket_t fd = socket.fd();
  watched_.emplace(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
  if (watched_->fd() < 0) {
    return fail(ErrorKind::Unavailable,
                "no file for the connection to " + name_ + ": " + std::generic_category().message(errno));
  }
  if (ssh_options_set(raw(), SSH_OPTIONS_FD, &fd) != SSH_OK) {
    return fail(ErrorKind::Unavailable, std::string("libssh refuses the socket: ") + ssh_get_error(raw()));
  }
  int answer = SSH_AGAIN;
  auto done = await("the SSH handshake", deadline, [&] {
    answer = ssh_connect(raw());
    socket.release();  // from its first call on, libssh may close it
    return answer == SSH_AGAIN ? Step::Again : Step::Done;
  });
  if (done && answer != SSH_OK) {
    return fail(ErrorKind::Unavailable, "no SSH with " + name_ + ": " + ssh_get_error(raw()));
  }
  return done;
}

support::Status Link::open_for_pumping() {
  event_.reset(ssh_event_new());
  if (!event_ || ssh_event_add_session(event_.get(), session_.get()) != SSH_OK) {
    event_.reset();
    return fail(ErrorKind::Unavailable, "libssh cannot watch the session to " + name_);
  }
  return {};
}

void Link::pump() {
  if (!lost()) {
    ssh_event_dopoll(event_.get(), 0);
  }
  if (lost()) {
    // libssh has closed its socket; ours must not keep the server waiting for the end of the connection.
    ::shutdown(watched_->fd(), SHUT_RDWR);
  }
}

bool Link::lost() const {
  return (ssh_get_status(session_.get()) & (SSH_CLOSED | SSH_CLOSED_ERROR)) != 0;
}

support::Error Link::lost_error(const std::string& doing) const {
  const std::string detail = ssh_get_error(session_.get());
  return {ErrorKind::Unavailable,
          "the SSH connection to " + name_ + " was lost while " + doing + (detail.empty() ? "" : ": " + detail)};
}

support::Status Link::await(const std::string& doing, support::Deadline deadline, const std::function<Step()>& step) {
  while (true) {
    short events = POLLIN;
    {
      const std::lock_guard lock(mutex_);
      if (event_) {
        pump();
      }
      if (step() == Step::Done) {
        return {};
      }
      if (event_ && lost()) {
        return fail(lost_error(doing));
      }
      if ((ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0) {
        events |= POLLOUT;
      }
    }
    if (deadline.stop().stop_requested()) {
      return fail(ErrorKind::Interrupted, "the program is being stopped; " + name_ + " was left while " + doing);
    }
    if (deadline.passed(clock_)) {
      return fail(ErrorKind::Timeout, name_ + " did not answer in time while " + doing);
    }
    wait_for(watched_->fd(), events, kSlice, clock_, deadline);
  }
}

}  // namespace stillpoint::ssh
