#include "openstack/api_error.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include "http/retry.hpp"
#include "openstack/json_read.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;
using support::ErrorKind;

constexpr std::size_t kLongestMessage = 500;

bool holds_any(const std::string& text, std::initializer_list<const char*> parts) {
  return std::any_of(parts.begin(), parts.end(),
                     [&](const char* part) { return text.find(part) != std::string::npos; });
}

/// The services wrap their message in an object whose name differs (`badRequest`, `overLimit`, `error`), or in none.
std::string own_message(const http::Response& response) {
  const auto body = parse_json(response.body);
  if (!body || !body->is_object()) {
    return {};
  }
  const auto message_in = [](const Json& object) {
    return object.is_object() && object.contains("message") && object["message"].is_string()
               ? object["message"].get<std::string>()
               : std::string();
  };
  if (std::string direct = message_in(*body); !direct.empty()) {
    return direct;
  }
  for (const auto& member : *body) {
    if (std::string wrapped = message_in(member); !wrapped.empty()) {
      return wrapped;
    }
  }
  return {};
}

/// Cinder's 400 when an object is not in a state that allows the call. The code is the same as for nonsense.
bool is_about_a_state(const std::string& message) {
  return message.starts_with("Invalid volume:") || message.starts_with("Invalid snapshot:") ||
         holds_any(message, {"status must be", "current status is", "Invalid status"});
}

/// Cinder's 413 about a quota, which looks like throttling (`Retry-After: 0` included) and is none.
bool is_about_a_quota(const std::string& message) {
  return holds_any(message, {"LimitExceeded", "ExceedsAvailableQuota", "ExceedsLimit", "QuotaError", "uota exceeded",
                             "xceeds allowed", "OverQuota"});
}

/// Also Cinder's 413 about metadata that are too long.
bool is_about_the_input(const std::string& message) {
  return holds_any(message, {"Invalid input", "Invalid metadata", "roperty key", "roperty value"});
}

ErrorKind kind_of_413(const std::string& message) {
  if (is_about_a_quota(message)) {
    return ErrorKind::QuotaExceeded;
  }
  return is_about_the_input(message) ? ErrorKind::InvalidInput : ErrorKind::Throttled;
}

ErrorKind kind_of_400(const std::string& message) {
  if (is_about_a_state(message)) {
    return ErrorKind::Conflict;
  }
  return is_about_the_input(message) ? ErrorKind::InvalidInput : ErrorKind::Protocol;
}

ErrorKind kind_of_server_error(const http::Request& request) {
  // Whatever answers with 5xx may have passed the request on before it failed.
  return request.repeat == http::Repeat::Never ? ErrorKind::UnknownOutcome : ErrorKind::Unavailable;
}

/// That an object is gone is believed of the service itself only: a proxy that has lost its way says 404 as well, and a
/// deletion would be called done. Keystone's address is the user's own, who is asked about it.
ErrorKind kind_of_404(const http::Request& request, const std::string& message) {
  return message.empty() && request.service != "identity" ? ErrorKind::Protocol : ErrorKind::NotFound;
}

/// Whoever only reads has sent nothing of a user's that could be wrong.
ErrorKind of_reading(const http::Request& request, ErrorKind kind) {
  return request.method == http::Method::Get && kind == ErrorKind::InvalidInput ? ErrorKind::Protocol : kind;
}

ErrorKind kind_of(const http::Request& request, int code, const std::string& message) {
  switch (code) {
    case 400:
      return of_reading(request, kind_of_400(message));
    case 401:
    case 403:
      return ErrorKind::Unauthorized;
    case 404:
    case 410:
      return kind_of_404(request, message);
    case 409:
      return ErrorKind::Conflict;
    case 413:
      return of_reading(request, kind_of_413(message));
    case 429:
      return ErrorKind::Throttled;
    default:
      return code >= 500 && code < 600 ? kind_of_server_error(request) : ErrorKind::Protocol;
  }
}

}  // namespace

Error error_of(const http::Request& request, const http::Response& response, const Redaction& redaction,
               support::WallTime now) {
  const std::string message = own_message(response);
  const ErrorKind kind = kind_of(request, response.code, message);
  std::string text =
      std::string(http::to_string(request.method)) + " " + request.url + ": " + std::to_string(response.code);
  if (const std::string& id = response.header("x-openstack-request-id"); !id.empty()) {
    text += " (" + support::printable(redaction.text(id).substr(0, kLongestMessage)) + ")";
  }
  if (response.code >= 300 && response.code < 400) {
    text += ": the service sends us elsewhere, which is not followed; is its address in the catalog right?";
  } else if (!message.empty()) {
    // Cut afterwards: half a secret would not be found.
    text += ": " + support::printable(redaction.text(message).substr(0, kLongestMessage));
  } else if (response.code == 404 || response.code == 410) {
    text += ": that does not come from the service itself; is its address in the catalog right?";
  }
  if (kind == ErrorKind::UnknownOutcome) {
    text += "; it may have been carried out all the same";
  }
  Error error(kind, std::move(text));
  const auto retry_after = http::retry_after_of(response, now);
  const bool is_asked_to_wait = kind == ErrorKind::Throttled || response.code == 503;
  return is_asked_to_wait && retry_after ? std::move(error).with_retry_after(*retry_after) : error;
}

}  // namespace stillpoint::openstack
