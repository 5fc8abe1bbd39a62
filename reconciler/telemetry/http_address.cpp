#include "telemetry/http_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

#include "support/ip_address.hpp"

namespace stillpoint::telemetry {

using support::ErrorKind;
using support::fail;
using support::Result;

namespace {

constexpr int kBacklog = 128;
constexpr std::string_view kUnix = "unix:";

/// A socket's address in the form that the system takes.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress to_system(const HttpAddress& address) {
  SocketAddress made;
  if (address.is_unix()) {
    auto* unix_address = reinterpret_cast<sockaddr_un*>(&made.storage);
    unix_address->sun_family = AF_UNIX;
    address.path.copy(unix_address->sun_path, sizeof(unix_address->sun_path) - 1);
    made.length = sizeof(sockaddr_un);
  } else if (address.host.find(':') != std::string::npos) {
    auto* six = reinterpret_cast<sockaddr_in6*>(&made.storage);
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET6, address.host.c_str(), &six->sin6_addr);
    made.length = sizeof(sockaddr_in6);
  } else {
    auto* four = reinterpret_cast<sockaddr_in*>(&made.storage);
    four->sin_family = AF_INET;
    four->sin_port = htons(static_cast<uint16_t>(address.port));
    inet_pton(AF_INET, address.host.c_str(), &four->sin_addr);
    made.length = sizeof(sockaddr_in);
  }
  return made;
}

Result<OwnedFd> system_failure(const HttpAddress& address, const char* what) {
  const int error = errno;
  return fail(ErrorKind::Unavailable,
              address.to_string() + ": " + what + ": " + std::error_code(error, std::generic_category()).message());
}

/// Whether a socket file is left over: there is one, and nobody listens on it.
bool is_left_over(const HttpAddress& address) {
  struct stat status {};
  if (lstat(address.path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) {
    return false;
  }
  const OwnedFd probe(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  auto where = to_system(address);
  return connect(probe.get(), where.get(), where.length) != 0 && errno == ECONNREFUSED;
}

int port_of(const OwnedFd& socket) {
  SocketAddress bound;
  bound.length = sizeof(bound.storage);
  if (getsockname(socket.get(), bound.get(), &bound.length) != 0) {
    return 0;
  }
  return bound.storage.ss_family == AF_INET6 ? ntohs(reinterpret_cast<sockaddr_in6*>(&bound.storage)->sin6_port)
                                             : ntohs(reinterpret_cast<sockaddr_in*>(&bound.storage)->sin_port);
}

}  // namespace

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
  if (this != &other) {
    const OwnedFd old(std::exchange(fd_, other.release()));
  }
  return *this;
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) {
    close(fd_);
  }
}

int OwnedFd::release() {
  return std::exchange(fd_, -1);
}

bool HttpAddress::is_local() const {
  return is_unix() || host == "::1" || host.starts_with("127.");
}

std::string HttpAddress::to_string() const {
  if (is_unix()) {
    return std::string(kUnix) + path;
  }
  return (host.find(':') != std::string::npos ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::vector<std::string> own_names(const HttpAddress& address) {
  if (address.is_unix() || !address.is_local()) {
    return {};
  }
  return {"localhost", "127.0.0.1", "::1", address.host};
}

Result<HttpAddress> parse_http_address(std::string_view text) {
  const auto wrong = [&](const std::string& why) {
    return fail(
        support::Error(ErrorKind::InvalidInput, "'" + std::string(text) + "' is no address to listen on: " + why)
            .with_remedy("write 127.0.0.1:9464, [::1]:9464 or unix:/run/stillpoint/http.sock"));
  };
  HttpAddress address;
  if (text.starts_with(kUnix)) {
    address.path = text.substr(kUnix.size());
    if (!address.path.starts_with('/')) {
      return wrong("the path of a Unix socket begins with /");
    }
    if (address.path.size() >= sizeof(sockaddr_un::sun_path)) {
      return wrong("the path of a Unix socket has at most " + std::to_string(sizeof(sockaddr_un::sun_path) - 1) +
                   " characters");
    }
    return address;
  }
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return wrong("it has no port");
  }
  auto host = text.substr(0, colon);
  const auto port = text.substr(colon + 1);
  const bool in_brackets = host.starts_with('[') && host.ends_with(']');
  if (in_brackets) {
    host = host.substr(1, host.size() - 2);
  }
  const auto canonical = support::canonical_ip(host == "localhost" ? "127.0.0.1" : host);
  if (!canonical || in_brackets != (canonical->find(':') != std::string::npos)) {
    return wrong("before the port stands an IP address, one of version 6 in brackets");
  }
  address.host = *canonical;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || address.port < 0 || address.port > 65535) {
    return wrong("the port is a number from 0 to 65535");
  }
  return address;
}

Result<OwnedFd> listen_on(HttpAddress& address) {
  auto where = to_system(address);
  OwnedFd socket(::socket(where.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) {
    return system_failure(address, "no socket");
  }
  if (address.is_unix()) {
    if (is_left_over(address)) {
      unlink(address.path.c_str());
    }
  } else {
    const int on = 1;
    setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    setsockopt(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));  // refused for IPv4, where it means nothing
  }
  if (bind(socket.get(), where.get(), where.length) != 0) {
    return system_failure(address, "cannot listen");
  }
  if (address.is_unix() && chmod(address.path.c_str(), 0660) != 0) {
    return system_failure(address, "cannot set the socket's mode");
  }
  if (listen(socket.get(), kBacklog) != 0) {
    return system_failure(address, "cannot listen");
  }
  if (!address.is_unix()) {
    address.port = port_of(socket);
  }
  return socket;
}

}  // namespace stillpoint::telemetry
