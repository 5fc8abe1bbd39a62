#include "http/url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

#include "support/text.hpp"

namespace stillpoint::http {
namespace {

using support::ErrorKind;
using support::fail;
using support::printable;

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool is_token_character(char c) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || kOthers.find(c) != std::string_view::npos;
}

bool is_host_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
}

auto bad_url(const std::string& text, const std::string& why) {
  // Whatever stands before an `@` may be a password, wherever the `@` is.
  const size_t at = text.rfind('@');
  const std::string shown = at == std::string::npos ? text : "..." + text.substr(at);
  return fail(ErrorKind::InvalidInput, "the URL " + printable(shown) + " cannot be used: " + why);
}

}  // namespace

std::string Url::origin() const {
  return scheme + "://" + host + ":" + std::to_string(port);
}

support::Result<Url> parse_url(const std::string& text) {
  if (std::any_of(text.begin(), text.end(),
                  [](char c) { return is_control(c) || c == ' ' || c == '#' || c == '\\'; })) {
    return bad_url(text, "it holds white space, a control character, `#` or a backslash");
  }
  const size_t scheme_end = text.find("://");
  Url url;
  url.scheme = text.substr(0, scheme_end == std::string::npos ? 0 : scheme_end);
  if (url.scheme != "http" && url.scheme != "https") {
    return bad_url(text, "it must begin with http:// or https://");
  }
  const size_t authority = scheme_end + 3;
  const std::string host_and_port = text.substr(authority, text.find_first_of("/?", authority) - authority);
  if (host_and_port.find('@') != std::string::npos) {
    return fail(ErrorKind::InvalidInput, "a URL must not hold a user name or password");
  }
  if (host_and_port.find('[') != std::string::npos) {
    return bad_url(text, "IPv6 literals are not supported; use a host name that resolves to the address");
  }
  const size_t colon = host_and_port.find(':');
  url.host = host_and_port.substr(0, colon);
  std::transform(url.host.begin(), url.host.end(), url.host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (url.host.empty() || !std::all_of(url.host.begin(), url.host.end(), is_host_character)) {
    return bad_url(text, "it names no host");
  }
  url.port = url.scheme == "https" ? 443 : 80;
  if (colon != std::string::npos) {
    const char* begin = host_and_port.data() + colon + 1;
    const char* end = host_and_port.data() + host_and_port.size();
    const auto parsed = std::from_chars(begin, end, url.port);
    if (parsed.ec != std::errc() || parsed.ptr != end || url.port < 1 || url.port > 65535) {
      return bad_url(text, "its port is not a number from 1 to 65535");
    }
  }
  return url;
}

support::Status check_headers(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (name.empty() || !std::all_of(name.begin(), name.end(), is_token_character)) {
      return fail(ErrorKind::InvalidInput, "`" + printable(name) + "` is not the name of an HTTP header");
    }
    // The value may be a secret: it is not shown.
    if (std::any_of(value.begin(), value.end(), is_control)) {
      return fail(ErrorKind::InvalidInput, "the value of the HTTP header " + name + " holds a control character");
    }
  }
  return {};
}

}  // namespace stillpoint::http
