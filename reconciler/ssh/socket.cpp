#include "ssh/socket.hpp"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

namespace stillpoint::ssh {
namespace {

using std::chrono::milliseconds;
using support::ErrorKind;
using support::fail;

std::string reason(int error) {
  return std::generic_category().message(error);
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

support::Result<Addresses> resolve(const std::string& host, const char* service) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), service, &hints, &found);
  if (failed != 0) {
    return fail(ErrorKind::Unavailable, "the address of `" + host + "` cannot be found: " + ::gai_strerror(failed));
  }
  return Addresses(found, &::freeaddrinfo);
}

/// Probes of the kernel after 5 s without traffic; given up after 5 s + 4 * 5 s, or when data sent waited as long.
void tune(int fd) {
  const auto set = [fd](int level, int option, int value) { ::setsockopt(fd, level, option, &value, sizeof(value)); };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 5);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 5);
  set(IPPROTO_TCP, TCP_KEEPCNT, 4);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 25'000);
}

/// How late a stop is noticed at the most.
constexpr milliseconds kSlice(100);

/// 0, or the errno of the failure; ETIMEDOUT at the deadline, ECANCELED if a stop was requested.
int connect_one(int fd, const addrinfo& address, const support::Clock& clock, support::Deadline deadline) {
  if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) {
    return 0;
  }
  if (errno != EINPROGRESS) {
    return errno;
  }
  while (!deadline.passed(clock)) {
    if (deadline.stop().stop_requested()) {
      return ECANCELED;
    }
    wait_for(fd, POLLOUT, kSlice, clock, deadline);
    pollfd state{fd, POLLOUT, 0};
    if (::poll(&state, 1, 0) > 0) {
      int error = 0;
      socklen_t size = sizeof(error);
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
      return error;
    }
  }
  return ETIMEDOUT;
}

}  // namespace

Socket::~Socket() {
  if (fd_ >= 0) {
    ::close(fd_);
  }
}

void wait_for(int fd, short events, milliseconds longest, const support::Clock& clock, support::Deadline deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline.remaining(clock));
  pollfd state{fd, events, 0};
  ::poll(&state, 1, static_cast<int>(std::min(longest, left).count()));
}

support::Result<std::string> address_of(const std::string& host) {
  const auto addresses = resolve(host, nullptr);
  if (!addresses) {
    return fail(addresses.error());
  }
  const addrinfo* best = addresses->get();
  for (const addrinfo* address = best; address != nullptr && best->ai_family != AF_INET; address = address->ai_next) {
    best = address->ai_family == AF_INET ? address : best;
  }
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(best->ai_addr, best->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) {
    return fail(ErrorKind::Unavailable, "the address of `" + host + "` cannot be written");
  }
  return std::string(text.data());
}

support::Result<Socket> connect_tcp(const std::string& host, int port, const support::Clock& clock,
                                    support::Deadline deadline) {
  const std::string service = std::to_string(port);
  auto addresses = resolve(host, service.c_str());
  if (!addresses) {
    return support::pass_on(std::move(addresses));
  }
  int error = 0;
  for (const addrinfo* address = addresses->get(); address != nullptr; address = address->ai_next) {
    Socket socket(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    if (socket.fd() < 0) {
      error = errno;
      continue;
    }
    tune(socket.fd());
    error = connect_one(socket.fd(), *address, clock, deadline);
    if (error == 0) {
      return socket;
    }
    if (error == ECANCELED) {
      return fail(ErrorKind::Interrupted, "the program is being stopped; " + host + " was not connected to");
    }
  }
  const std::string where = host + " port " + service;
  if (deadline.passed(clock)) {
    return fail(ErrorKind::Timeout, "no connection to " + where + " in time: is a firewall dropping it?");
  }
  return fail(ErrorKind::Unavailable, "no connection to " + where + ": " + reason(error));
}

}  // namespace stillpoint::ssh
