#include "http/proxy.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "support/text.hpp"

namespace stillpoint::http {
namespace {

using Variables = std::map<std::string, std::string>;

std::string first_of(const Variables& variables, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = variables.find(name);
    if (found != variables.end() && !found->second.empty()) {
      return found->second;
    }
  }
  return {};
}

/// A proxy may be written without its scheme.
std::string with_scheme(const std::string& proxy) {
  return proxy.empty() || proxy.find("://") != std::string::npos ? proxy : "http://" + proxy;
}

/// `example.org` and `.example.org` both stand for the host and everything below it.
bool covers(const std::string& entry, const Url& url) {
  if (entry == "*") {
    return true;
  }
  std::string domain = entry;
  const size_t colon = domain.find(':');
  if (colon != std::string::npos) {
    if (domain.substr(colon + 1) != std::to_string(url.port)) {
      return false;
    }
    domain.resize(colon);
  }
  domain.erase(0, domain.find_first_not_of("*."));
  return !domain.empty() && (url.host == domain || url.host.ends_with("." + domain));
}

}  // namespace

std::string Proxies::proxy_for(const Url& url) const {
  const std::string& proxy = url.scheme == "https" ? https : http;
  const bool is_direct =
      std::any_of(direct.begin(), direct.end(), [&](const auto& entry) { return covers(entry, url); });
  return is_direct ? std::string() : proxy;
}

Proxies proxies_of(const Variables& environment) {
  Proxies proxies;
  proxies.http = with_scheme(first_of(environment, {"http_proxy", "all_proxy", "ALL_PROXY"}));
  proxies.https = with_scheme(first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}));
  for (const std::string& part : support::split(first_of(environment, {"no_proxy", "NO_PROXY"}), ',')) {
    std::string entry(support::trim(part));
    std::transform(entry.begin(), entry.end(), entry.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!entry.empty()) {
      proxies.direct.push_back(entry);
    }
  }
  return proxies;
}

Proxies proxies_of_this_process() {
  Variables variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals != std::string::npos &&
        (name.find("proxy") != std::string::npos || name.find("PROXY") != std::string::npos)) {
      variables[name] = text.substr(equals + 1);
    }
  }
  return proxies_of(variables);
}

}  // namespace stillpoint::http
