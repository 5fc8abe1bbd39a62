#include "telemetry/http_request.hpp"

#include <algorithm>
#include <cctype>

#include "support/text.hpp"

namespace stillpoint::telemetry {
namespace {

constexpr size_t kMostHeaders = 100;
constexpr size_t kMostParameters = 2000;
constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

/// What may stand in a target: visible ASCII.
bool is_target(std::string_view text) {
  return !text.empty() && text.front() == '/' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= ' ' && c != 0x7f); });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return lower;
}

int digit_of(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                : -1;
}

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else if (i + 2 < text.size() && digit_of(text[i + 1]) >= 0 && digit_of(text[i + 2]) >= 0) {
      decoded += static_cast<char>(digit_of(text[i + 1]) * 16 + digit_of(text[i + 2]));
      i += 2;
    } else {
      return std::nullopt;
    }
  }
  return decoded;
}

std::optional<Query> parse_query(std::string_view text) {
  Query query;
  for (const auto& part : support::split(text, '&')) {
    if (part.empty()) {
      continue;
    }
    const auto equals = part.find('=');
    auto name = decode(std::string_view(part).substr(0, equals));
    auto value = equals == std::string::npos ? std::string() : decode(std::string_view(part).substr(equals + 1));
    if (!name || !value || query.size() == kMostParameters) {
      return std::nullopt;
    }
    query.emplace_back(std::move(*name), std::move(*value));
  }
  return query;
}

/// Reads `GET /path?query HTTP/1.1`.
std::optional<HttpRefusal> read_request_line(std::string_view line, HttpRequest& request) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || last == first) {
    return HttpRefusal{400, "the request line is not METHOD TARGET VERSION"};
  }
  const auto target = line.substr(first + 1, last - first - 1);
  const auto version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return HttpRefusal{505, "HTTP/1.1 and HTTP/1.0 are spoken here"};
  }
  request.method = line.substr(0, first);
  if (!is_token(request.method) || !is_target(target)) {
    return HttpRefusal{400, "the request line is not METHOD TARGET VERSION, with a target that begins with /"};
  }
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) {
    auto query = parse_query(target.substr(question + 1));
    if (!query) {
      return HttpRefusal{400, "the query cannot be decoded"};
    }
    request.query = std::move(*query);
  }
  return std::nullopt;
}

std::optional<HttpRefusal> read_header(std::string_view line, HttpRequest& request) {
  const auto colon = line.find(':');
  const auto name = line.substr(0, colon);
  const auto value = colon == std::string_view::npos ? std::string_view() : support::trim(line.substr(colon + 1));
  // A name with a blank before its colon, or a folded line, is read in different ways by different programs.
  if (colon == std::string_view::npos || !is_token(name) || !is_field_value(value)) {
    return HttpRefusal{400, "a header field is not NAME: VALUE"};
  }
  const auto [place, is_new] = request.headers.emplace(lower_case(name), value);
  if (!is_new && (place->first == "host" || place->first == "content-length" || place->first == "authorization")) {
    return HttpRefusal{400, "the field " + place->first + " is there twice"};
  }
  return std::nullopt;
}

std::optional<HttpRefusal> object_to(const HttpRequest& request) {
  if (!request.header("transfer-encoding").empty() ||
      (!request.header("content-length").empty() && request.header("content-length") != "0")) {
    return HttpRefusal{413, "no request body is taken"};
  }
  if (request.method != "GET" && request.method != "HEAD") {
    return HttpRefusal{405, "only GET and HEAD are answered"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> values_of(const Query& query, std::string_view name) {
  std::vector<std::string> values;
  for (const auto& [key, value] : query) {
    if (key == name) {
      values.push_back(value);
    }
  }
  return values;
}

const std::string& HttpRequest::header(const std::string& lower_case_name) const {
  static const std::string kNone;
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? kNone : found->second;
}

size_t find_head_end(std::string_view received) {
  const auto end = received.find(kHeadEnd);
  return end == std::string_view::npos ? end : end + kHeadEnd.size();
}

std::variant<HttpRequest, HttpRefusal> parse_request(std::string_view head) {
  if (head.size() > kMaxRequestHead) {
    return HttpRefusal{431, "the head of the request is longer than " + std::to_string(kMaxRequestHead) + " bytes"};
  }
  if (!head.ends_with(kHeadEnd)) {
    return HttpRefusal{400, "the head of the request does not end"};
  }
  head.remove_suffix(2);
  HttpRequest request;
  size_t lines = 0;
  while (!head.empty()) {
    const auto end = head.find("\r\n");
    if (end == std::string_view::npos) {
      return HttpRefusal{400, "a line does not end in CR LF"};
    }
    const auto line = head.substr(0, end);
    if (lines > kMostHeaders) {
      return HttpRefusal{431, "there are more than " + std::to_string(kMostHeaders) + " header fields"};
    }
    const auto refusal = lines == 0 ? read_request_line(line, request) : read_header(line, request);
    if (refusal) {
      return *refusal;
    }
    head.remove_prefix(end + 2);
    ++lines;
  }
  if (const auto refusal = object_to(request)) {
    return *refusal;
  }
  return request;
}

std::string host_of(std::string_view host_field) {
  auto host = host_field;
  if (host.starts_with('[')) {
    const auto bracket = host.find(']');
    return bracket == std::string_view::npos ? "" : lower_case(host.substr(1, bracket - 1));
  }
  return lower_case(host.substr(0, host.find(':')));
}

}  // namespace stillpoint::telemetry
