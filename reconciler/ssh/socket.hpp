#pragma once

#include <string>
#include <utility>

#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::ssh {

/// A file descriptor that is closed with its owner.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Socket& operator=(Socket&&) = delete;
  ~Socket();

  int fd() const { return fd_; }
  /// Gives the descriptor away.
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

/// A TCP connection, non-blocking, without Nagle's delay, whose kernel notices a peer that went away within half a
/// minute even while nobody reads. Tries each address of the name in turn; the resolver's own time-outs apply before
/// that. Errors: Unavailable, Timeout.
support::Result<Socket> connect_tcp(const std::string& host, int port, const support::Clock& clock,
                                    support::Deadline deadline);

/// What a name stands for: its first address, an IPv4 one if it has any. An address stands for itself. Unavailable if
/// it cannot be found.
support::Result<std::string> address_of(const std::string& host);

/// Waits until the descriptor has one of the `events` of poll(2), at most `longest` and never past the deadline.
void wait_for(int fd, short events, std::chrono::milliseconds longest, const support::Clock& clock,
              support::Deadline deadline);

}  // namespace stillpoint::ssh
