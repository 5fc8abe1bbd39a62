#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace stillpoint::fakes {

/// A request as it came over the wire.
struct SeenRequest {
  int connection = 0;  ///< counted from 1
  std::string line;    ///< `GET /path HTTP/1.1`
  std::string head;    ///< all of it, request line included
  std::string body;

  /// The header's value, or empty. `name` is spelled as the client spells it.
  std::string header(const std::string& name) const {
    const size_t at = head.find("\r\n" + name + ":");
    if (at == std::string::npos) {
      return {};
    }
    const size_t begin = head.find_first_not_of(' ', at + name.size() + 3);
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }
};

/// One connection, seen from the server.
class Wire {
 public:
  Wire(int socket, int number) : socket_(socket), number_(number) {}

  /// The next whole request; empty once the peer has closed.
  std::optional<SeenRequest> read() {
    SeenRequest request;
    request.connection = number_;
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!fill()) {
        return std::nullopt;
      }
    }
    const size_t end = buffer_.find("\r\n\r\n") + 4;
    request.head = buffer_.substr(0, end);
    request.line = request.head.substr(0, request.head.find("\r\n"));
    buffer_.erase(0, end);
    const std::string length = request.header("Content-Length");
    const size_t wanted = std::strtoul(length.c_str(), nullptr, 10);
    while (buffer_.size() < wanted) {
      if (!fill()) {
        return std::nullopt;
      }
    }
    request.body = buffer_.substr(0, wanted);
    buffer_.erase(0, wanted);
    return request;
  }

  /// False once the peer has gone.
  bool write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      text.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  /// The bare socket, for what speaks more than HTTP over it.
  int socket() const { return socket_; }

  /// Waits until the peer closes, or for `longest`; true if it has closed.
  bool is_closed_within(std::chrono::milliseconds longest) const {
    pollfd waiting{socket_, POLLRDHUP, 0};
    return ::poll(&waiting, 1, static_cast<int>(longest.count())) > 0;
  }

 private:
  bool fill() {
    std::array<char, 16384> chunk{};
    const ssize_t got = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (got <= 0) {
      return false;
    }
    buffer_.append(chunk.data(), static_cast<size_t>(got));
    return true;
  }

  const int socket_;
  const int number_;
  std::string buffer_;
};

/// An HTTP answer with its length.
inline std::string answer(const std::string& status, const std::string& body, const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// A server on a free loopback port that does what a test says, down to the byte.
class TinyServer {
 public:
  /// Serves one whole connection, which is closed when it returns. Called on a thread per connection.
  using Serve = std::function<void(Wire&)>;
  /// Answers one request with the bytes to send.
  using Respond = std::function<std::string(const SeenRequest&)>;

  explicit TinyServer(Serve serve) : serve_(std::move(serve)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      std::abort();
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  /// Keeps each connection open and answers whatever comes.
  static Serve responding(Respond respond) {
    return [respond = std::move(respond)](Wire& wire) {
      while (const auto request = wire.read()) {
        if (!wire.write(respond(*request))) {
          return;
        }
      }
    };
  }

  ~TinyServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    {
      const std::lock_guard lock(mutex_);
      for (const int socket : open_) {
        ::shutdown(socket, SHUT_RDWR);
      }
    }
    for (std::thread& thread : threads_) {
      thread.join();
    }
  }

  TinyServer(const TinyServer&) = delete;
  TinyServer& operator=(const TinyServer&) = delete;

  int port() const { return port_; }
  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  int connections() const {
    const std::lock_guard lock(mutex_);
    return connections_;
  }

 private:
  void accept_all() {
    for (;;) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) {
        return;
      }
      const std::lock_guard lock(mutex_);
      open_.push_back(socket);
      const int number = ++connections_;
      threads_.emplace_back([this, socket, number] { serve_one(socket, number); });
    }
  }

  void serve_one(int socket, int number) {
    Wire wire(socket, number);
    serve_(wire);
    const std::lock_guard lock(mutex_);
    std::erase(open_, socket);
    ::close(socket);
  }

  const Serve serve_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  int connections_ = 0;
};

/// A port on which nothing listens.
inline int free_port() {
  return TinyServer([](Wire&) {}).port();
}

}  // namespace stillpoint::fakes
