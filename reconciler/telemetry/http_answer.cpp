#include "telemetry/http_answer.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

#include "support/ids.hpp"

namespace stillpoint::telemetry {
namespace {

std::string_view phrase_of(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 421:
      return "Misdirected Request";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

/// What the page may do: its own script and style, and asking this server; nothing of it may be framed, or sent
/// elsewhere.
constexpr std::string_view kSecurityHeaders =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "
    "'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types "
    "'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

void add_field(std::string& head, std::string_view name, std::string_view value) {
  if (!value.empty()) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
}

}  // namespace

HttpAnswer plain_text(int status, std::string text) {
  HttpAnswer answer;
  answer.status = status;
  answer.body = std::move(text) + "\n";
  return answer;
}

HttpAnswer answer_to(const HttpRefusal& refusal) {
  auto answer = plain_text(refusal.status, refusal.why);
  if (refusal.status == 405) {
    answer.allow = "GET, HEAD";
  }
  return answer;
}

HttpAnswer revalidated(HttpAnswer answer, const HttpRequest& request) {
  if (answer.status != 200 || answer.caching == HttpAnswer::Caching::Never) {
    return answer;
  }
  answer.etag = "\"" + support::sha256_hex(answer.body).substr(0, 32) + "\"";
  // A proxy that packs the answer marks the tag as weak; it stands for the same contents.
  const auto& known = request.header("if-none-match");
  if (known == answer.etag || known == "W/" + answer.etag) {
    answer.status = 304;
    answer.body.clear();
  }
  return answer;
}

std::string to_wire(const HttpAnswer& answer, Parts parts, support::WallTime now) {
  std::string wire = "HTTP/1.1 " + std::to_string(answer.status) + " ";
  wire.append(phrase_of(answer.status)).append("\r\n");
  add_field(wire, "Date", format_http_date(now));
  add_field(wire, "Connection", "close");
  if (answer.status != 304) {
    add_field(wire, "Content-Type", answer.type);
    add_field(wire, "Content-Length", std::to_string(answer.body.size()));
  }
  add_field(wire, "Cache-Control", answer.caching == HttpAnswer::Caching::Never ? "no-store" : "private, no-cache");
  add_field(wire, "ETag", answer.etag);
  add_field(wire, "WWW-Authenticate", answer.www_authenticate);
  add_field(wire, "Allow", answer.allow);
  add_field(wire, "Retry-After", answer.retry_after);
  wire.append(kSecurityHeaders).append("\r\n");
  if (parts == Parts::HeadAndBody) {
    wire += answer.body;
  }
  return wire;
}

std::string format_http_date(support::WallTime when) {
  static constexpr std::array<const char*, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = support::WallTime::clock::to_time_t(when);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday, kMonths[static_cast<size_t>(utc.tm_mon)],
                utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
  return text.data();
}

}  // namespace stillpoint::telemetry
