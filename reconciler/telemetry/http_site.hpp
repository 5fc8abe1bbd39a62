#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "support/result.hpp"
#include "support/secret.hpp"
#include "telemetry/http_answer.hpp"
#include "telemetry/http_request.hpp"

namespace stillpoint::telemetry {

/// Who answers what. The first two are called on the thread that serves all connections: they look at a few values,
/// take no lock that is held for long, and never wait. The others are called on threads of their own, several at once.
struct HttpHandlers {
  std::function<std::string()> why_unhealthy;       ///< empty: healthy
  std::function<std::string()> why_unready;         ///< empty: ready
  std::function<std::string()> metrics;             ///< Prometheus' text format
  std::function<std::string()> policies;            ///< JSON
  std::function<std::string(const Query&)> points;  ///< JSON
};

/// Who is let in.
struct HttpAccess {
  /// `user:password`, asked of everybody for everything but health; empty: nobody is asked.
  support::Secret credentials;
  /// The names by which the server may be asked for; with an empty list any name will do. A page of somebody else's,
  /// whose name was made to point here, has another (DNS rebinding).
  std::vector<std::string> hosts;
};

/// Reads `user:password` from the only line of a file that is not for others to read. InvalidInput says what is wrong
/// with it, and nothing of what is in it.
support::Result<support::Secret> read_http_credentials(const std::string& file);

/// Says what answers a request. Safe to use from any thread.
class HttpSite {
 public:
  HttpSite(HttpHandlers handlers, HttpAccess access);

  /// An answer that takes its time: to be called on another thread. The site must outlive it.
  using Work = std::function<HttpAnswer()>;
  std::variant<HttpAnswer, Work> route(const HttpRequest& request) const;

 private:
  bool is_let_in(const HttpRequest& request) const;
  bool is_our_name(const HttpRequest& request) const;

  HttpHandlers handlers_;
  std::vector<std::string> hosts_;
  std::string authorization_hash_;  ///< of the header that is let in; empty: all are
};

}  // namespace stillpoint::telemetry
