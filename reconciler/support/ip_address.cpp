#include "support/ip_address.hpp"

#include <arpa/inet.h>

#include <array>

namespace stillpoint::support {

std::optional<std::string> canonical_ip(std::string_view text) {
  const std::string address(text);
  for (const int family : {AF_INET, AF_INET6}) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    std::array<char, INET6_ADDRSTRLEN> form{};
    if (inet_pton(family, address.c_str(), bytes.data()) == 1 &&
        inet_ntop(family, bytes.data(), form.data(), form.size()) != nullptr) {
      return std::string(form.data());
    }
  }
  return std::nullopt;
}

}  // namespace stillpoint::support
