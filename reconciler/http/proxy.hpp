#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "http/url.hpp"
#include "support/secret.hpp"

namespace stillpoint::http {

/// Where requests go in place of their own host, and who we are there.
struct Proxy {
  std::string host;  ///< lower case
  int port = 80;
  std::string user;  ///< empty: the proxy is not told who we are
  support::Secret password;

  /// `http://host:port`: without the user, so that it can be shown.
  std::string origin() const;
};

/// The proxies that the usual variables ask for. A variable that cannot be used is an error of each request that would
/// go by it, and of no other.
struct Proxies {
  using Choice = support::Result<std::optional<Proxy>>;

  Choice http;
  Choice https;
  std::vector<std::string> direct;  ///< hosts and domains of `no_proxy`

  /// The proxy for a request to `url`; empty: none. InvalidInput if its variable cannot be used. For this machine's own
  /// loopback there is none, whatever the variables say: a proxy has one of its own.
  Choice proxy_for(const Url& url) const;
};

/// Reads `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`. The lower-case name wins; `HTTP_PROXY` is not read,
/// since a web server's CGI fills it from a request's `Proxy` header.
///
/// A proxy is `[http://][user[:password]@]host[:port]`, its port 80 if absent. The user and the password are sent to it
/// as Basic credentials; whatever may not stand in a URL is written as %XX there, and what is not is taken as it is.
/// TLS to the proxy itself, SOCKS and IPv6 literals are refused. Errors name the variable and nothing of what it holds,
/// which may be a password (P11).
Proxies proxies_of(const std::map<std::string, std::string>& environment);

/// The same for this process.
Proxies proxies_of_this_process();

}  // namespace stillpoint::http
