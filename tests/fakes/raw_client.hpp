#pragma once

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <string>
#include <utility>

namespace stillpoint::fakes {

/// A client that sends what it likes, as slowly as it likes. Waits at most ten seconds for anything.
class RawClient {
 public:
  explicit RawClient(int port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  explicit RawClient(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof(address.sun_path) - 1);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
  }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), connected_(other.connected_), peeked_(std::move(other.peeked_)) {}
  RawClient& operator=(RawClient&&) = delete;
  ~RawClient() {
    if (fd_ >= 0) {
      close(fd_);
    }
  }

  bool connected() const { return connected_; }
  /// Goes away without a word, so that the server is told at once.
  void reset() {
    const linger at_once{1, 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    close(std::exchange(fd_, -1));
  }
  /// False once the server has closed.
  bool say(const std::string& text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  /// All that comes until the server closes. Ends with `(timeout)` if it does not.
  std::string read_all() {
    std::string text = std::exchange(peeked_, {});
    while (true) {
      const auto got = read_some();
      if (got.empty() || got == "(timeout)") {
        return text + got;
      }
      text += got;
    }
  }
  /// Waits for the first of the answer, and leaves it to read_all.
  bool has_begun() {
    peeked_ += read_some();
    return !peeked_.empty();
  }
  /// Waits until the server has closed, whatever it says before.
  bool is_ended() { return !read_all().ends_with("(timeout)"); }
  /// A buffer that is full at once.
  void read_slowly() const {
    const int small = 1024;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
  }

 private:
  std::string read_some() const {
    pollfd polled{fd_, POLLIN, 0};
    if (poll(&polled, 1, 10'000) <= 0) {
      return "(timeout)";
    }
    std::array<char, 65536> buffer;
    const auto got = recv(fd_, buffer.data(), buffer.size(), 0);
    return got > 0 ? std::string(buffer.data(), static_cast<size_t>(got)) : "";
  }

  int fd_;
  bool connected_ = false;
  std::string peeked_;
};

}  // namespace stillpoint::fakes
