#include "reset.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <charconv>
#include <filesystem>
#include <string>

namespace stillpoint::cloudsim {

namespace {

using NameOf = int (*)(int, sockaddr*, socklen_t*);

/// 0 if it is no socket of that family.
uint16_t port_of(int fd, NameOf name_of) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (name_of(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sin_family != AF_INET) return 0;
  return ntohs(address.sin_port);
}

}  // namespace

void reset_connection(uint16_t from_port, uint16_t own_port) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const std::string name = entry.path().filename();
    int fd = -1;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    if (port_of(fd, ::getpeername) != from_port || port_of(fd, ::getsockname) != own_port) continue;
    sockaddr nowhere{};
    nowhere.sa_family = AF_UNSPEC;
    ::connect(fd, &nowhere, sizeof nowhere);  // Linux sends a reset then
    return;
  }
}

}  // namespace stillpoint::cloudsim
