#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::http {

enum class Method { Get, Post, Put, Delete };
/// As it stands in a request: `GET`.
std::string_view to_string(Method method);

/// May the call be sent again when its outcome is not known?
enum class Repeat { Safe, Never };

struct Request {
  Method method = Method::Get;
  std::string url;                             ///< absolute, `http` or `https`, query included and encoded
  std::map<std::string, std::string> headers;  ///< beside those that the client adds; values are never shown
  std::string body;                            ///< sent as JSON if not empty
  Repeat repeat = Repeat::Safe;
  std::string service;  ///< for metrics and messages: `identity`, `block-storage`, `compute`
};

struct Response {
  int code = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// The header's value, or empty.
  const std::string& header(const std::string& lower_case_name) const;
};

struct Options {
  std::string ca_file;  ///< PEM, trusted instead of the system's store; that if empty
  std::size_t max_response_bytes = 64UL * 1024 * 1024;
  std::chrono::milliseconds request_timeout = std::chrono::seconds(60);  ///< for one try, within the deadline
  /// Tries a second in the long run, and how many more at once; 0: no limit. To keep to it no more than a tenth of the
  /// time that a request has is spent: what a hold waits for must not wait for that.
  double requests_per_second = 100;
  double burst = 200;
  int max_tries = 5;  ///< of calls that are safe to repeat
};

/// One try of a request, as it ended.
struct Tried {
  const Request& request;
  const Response* response = nullptr;  ///< null if no whole answer came
  std::chrono::nanoseconds took{0};
};

/// What telemetry wants to know of each try. Called on the caller's thread; must be safe to call from several, and must
/// keep nothing of what it is shown: headers and bodies hold tokens and passwords.
using Observer = std::function<void(const Tried&)>;

/// HTTP requests, sent from the caller's thread and blocking it until the answer, the deadline or an error.
/// Safe to use from several threads. Goes by the proxies of the `http_proxy` family of variables; a user and a password
/// in them are sent to the proxy as Basic credentials and never shown.
///
/// `send` gives every answer that came whole, whatever its code. Its errors are Timeout and Unavailable (nothing was
/// sent, or the call is safe to repeat), UnknownOutcome (a `Repeat::Never` call went out and no answer came), Protocol
/// (the answer is too large or cut off), Interrupted (the deadline's stop was requested), InvalidInput (a URL or header
/// that must not be sent, a proxy variable or a CA file that cannot be used). Redirects are not followed. For calls
/// that are safe to repeat, connection failures, 413 and 429 with their `Retry-After`, 500, 502, 503 and 504 are tried
/// again with jittered exponential back-off within the deadline; the last answer or error is what comes back.
class Client {
 public:
  virtual ~Client() = default;
  virtual support::Result<Response> send(const Request& request, support::Deadline deadline) = 0;
  /// Opens connections to the URL's host ahead of time, so that as many requests can follow without a handshake.
  /// Returns when they are open or could not be opened: what is wrong, if anything, the next request says.
  virtual void warm(const std::string& url, int connections, support::Deadline deadline) = 0;
};

/// Reads the proxy variables now. The clock, and what the observer refers to, must outlive the client.
std::unique_ptr<Client> make_client(Options options, support::Clock& clock, Observer observer = {});

/// Percent-encodes one path segment or query value (RFC 3986 unreserved characters stay).
std::string encode(std::string_view text);

}  // namespace stillpoint::http
