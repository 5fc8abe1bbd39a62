#include "http/proxy.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "support/text.hpp"

namespace stillpoint::http {
namespace {

using Variables = std::map<std::string, std::string>;

struct Variable {
  std::string name;
  std::string value;
};

/// The first of the variables that holds something; otherwise empty.
Variable first_of(const Variables& variables, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = variables.find(name);
    if (found != variables.end() && !found->second.empty()) {
      return {found->first, found->second};
    }
  }
  return {};
}

/// The text with each %XX replaced by its byte. Empty if a `%` begins no such thing, or if a control character comes
/// out.
std::optional<std::string> decoded(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    char c = text.front();
    size_t used = 1;
    if (c == '%') {
      unsigned int byte = 0;
      const char* begin = text.data() + 1;
      const char* end = text.data() + std::min<size_t>(3, text.size());
      if (end - begin != 2 || std::from_chars(begin, end, byte, 16).ptr != end) {
        return std::nullopt;
      }
      c = static_cast<char>(byte);
      used = 3;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      return std::nullopt;
    }
    plain += c;
    text.remove_prefix(used);
  }
  return plain;
}

/// `why` must not hold anything of the value.
auto bad_proxy(const std::string& variable, const std::string& why) {
  return support::fail(support::ErrorKind::InvalidInput,
                       "the variable " + variable + " names no proxy that can be used: " + why +
                           " (expected http://host:port or http://user:password@host:port, where what may not stand "
                           "in a URL is written as %XX; the value is not shown, since it may hold a password)");
}

Proxies::Choice parse_proxy(const Variable& variable) {
  std::string_view rest = variable.value;
  if (rest.empty()) {
    return std::nullopt;
  }
  if (const size_t scheme = rest.find("://"); scheme != std::string_view::npos && rest.find('@') > scheme) {
    if (rest.substr(0, scheme) != "http") {
      return bad_proxy(variable.name, "only proxies that are spoken to in plain HTTP are supported");
    }
    rest.remove_prefix(scheme + 3);
  }
  const size_t end = rest.find_first_of("/?#");
  if (end != std::string_view::npos && rest.substr(end) != "/") {
    return bad_proxy(variable.name, "something follows the host and its port");
  }
  std::string_view host = rest.substr(0, end);
  Proxy proxy;
  if (const size_t at = host.rfind('@'); at != std::string_view::npos) {
    const std::string_view who = host.substr(0, at);
    host.remove_prefix(at + 1);
    const size_t colon = who.find(':');
    const auto user = decoded(who.substr(0, colon));
    const auto password = decoded(colon == std::string_view::npos ? "" : who.substr(colon + 1));
    // Basic credentials end the user at the first colon.
    if (!user || user->empty() || !password || user->find(':') != std::string::npos) {
      return bad_proxy(variable.name, "its user or password cannot be read");
    }
    proxy.user = *user;
    proxy.password = support::Secret(*password);
  }
  const auto url = parse_url("http://" + std::string(host));
  if (!url) {
    return bad_proxy(variable.name,
                     host.find('[') == std::string_view::npos
                         ? "its host or port cannot be read"
                         : "IPv6 literals are not supported; use a host name that resolves to the address");
  }
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
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

bool is_loopback(const Url& url) {
  return url.host == "localhost" || url.host.starts_with("127.");
}

}  // namespace

std::string Proxy::origin() const {
  return "http://" + host + ":" + std::to_string(port);
}

Proxies::Choice Proxies::proxy_for(const Url& url) const {
  const Choice& proxy = url.scheme == "https" ? https : http;
  const bool is_direct = is_loopback(url) || std::any_of(direct.begin(), direct.end(),
                                                         [&](const auto& entry) { return covers(entry, url); });
  return is_direct ? std::nullopt : proxy;
}

Proxies proxies_of(const Variables& environment) {
  Proxies proxies;
  proxies.http = parse_proxy(first_of(environment, {"http_proxy", "all_proxy", "ALL_PROXY"}));
  proxies.https = parse_proxy(first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}));
  for (const std::string& part : support::split(first_of(environment, {"no_proxy", "NO_PROXY"}).value, ',')) {
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
