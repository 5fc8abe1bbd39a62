#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace stillpoint::telemetry {

/// The parameters of a request, decoded, in the order in which they came.
using Query = std::vector<std::pair<std::string, std::string>>;

/// The values of a parameter that may be given more than once.
std::vector<std::string> values_of(const Query& query, std::string_view name);

/// What is read of a request: this server answers GET and HEAD and takes no bodies.
struct HttpRequest {
  std::string method;
  std::string path;  ///< as it was sent: no path of ours has anything to decode
  Query query;
  std::map<std::string, std::string> headers;  ///< by lower-case name; of one that came twice the first

  /// Empty if it was not sent.
  const std::string& header(const std::string& lower_case_name) const;
};

/// A request that cannot be answered as asked: the status to answer with, and why.
struct HttpRefusal {
  int status = 400;
  std::string why;
};

/// How long the head of a request may be, in bytes.
inline constexpr std::size_t kMaxRequestHead = 8192;

/// Where the head ends, with its empty line; npos if it is not there yet.
std::size_t find_head_end(std::string_view received);

/// Reads a whole head (RFC 9112), its empty line included. Strict: what two programs could read differently is refused.
/// Pure.
std::variant<HttpRequest, HttpRefusal> parse_request(std::string_view head);

/// The host of a `Host` field without its port, in lower case and an IPv6 address without brackets. Empty if it is
/// none.
std::string host_of(std::string_view host_field);

}  // namespace stillpoint::telemetry
