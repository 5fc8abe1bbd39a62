#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stillpoint::support {

/// An IPv4 or IPv6 address in the one form that others of the same address have too (RFC 5952 for IPv6). Empty if the
/// text is no address.
std::optional<std::string> canonical_ip(std::string_view text);

}  // namespace stillpoint::support
