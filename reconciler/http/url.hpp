#pragma once

#include <string>

#include "http/client.hpp"
#include "support/result.hpp"

namespace stillpoint::http {

/// The parts of an absolute URL that decide where a request goes.
struct Url {
  std::string scheme;  ///< `http` or `https`
  std::string host;    ///< lower case
  int port = 0;

  /// `https://host:port`
  std::string origin() const;
};

/// Refuses (InvalidInput) what must not be sent: control characters, white space, user names, other schemes, fragments,
/// and IPv6 literals, which the HTTP library cannot connect to.
support::Result<Url> parse_url(const std::string& text);

/// Refuses header names that are no tokens and values that hold control characters: the HTTP library writes both as
/// they are, so that a line break would begin a header of somebody else's making.
support::Status check_headers(const Request& request);

}  // namespace stillpoint::http
