#pragma once

#include <map>
#include <string>
#include <vector>

#include "http/url.hpp"

namespace stillpoint::http {

/// The proxies that the usual variables ask for.
struct Proxies {
  std::string http;
  std::string https;
  std::vector<std::string> direct;  ///< hosts and domains of `no_proxy`

  /// The proxy's URL for a request to `url`; empty: none.
  std::string proxy_for(const Url& url) const;
};

/// Reads `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy`. The lower-case name wins; `HTTP_PROXY` is not read,
/// since a web server's CGI fills it from a request's `Proxy` header.
Proxies proxies_of(const std::map<std::string, std::string>& environment);

/// The same for this process.
Proxies proxies_of_this_process();

}  // namespace stillpoint::http
