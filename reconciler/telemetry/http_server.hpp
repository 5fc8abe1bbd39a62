#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "support/clock.hpp"
#include "support/log.hpp"
#include "support/result.hpp"
#include "telemetry/http_address.hpp"
#include "telemetry/http_site.hpp"

namespace stillpoint::telemetry {

/// What a client may take of the server. Whoever takes more is dropped, the slowest first, so that the next one, a
/// health probe perhaps, is served at once.
struct HttpLimits {
  std::size_t connections = 64;
  std::size_t answers = 16;                       ///< that are being made or sent at once, health not counted
  std::chrono::milliseconds head_time{5'000};     ///< from the connection until the head of the request is there
  std::chrono::milliseconds answer_time{30'000};  ///< from then until the answer was taken
};

/// Serves a site over plain HTTP: GET and HEAD, one request a connection. One thread waits for all connections and
/// makes no answer that could take long; two more make those. Logs nothing of a request but that its handler threw.
class HttpServer {
 public:
  struct Options {
    HttpAddress address;
    HttpAccess access = {};
    HttpLimits limits = {};
  };

  /// Listens when it returns. `clock` (for `Date`) and `log` must outlive the server. Unavailable if the address cannot
  /// be had.
  static support::Result<std::unique_ptr<HttpServer>> start(Options options, HttpHandlers handlers,
                                                            const support::Clock& clock, support::Log& log);
  /// Ends all connections; waits for handlers that are at work.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// With the port that was taken.
  const HttpAddress& address() const;
  /// 0 for a Unix socket.
  int port() const { return address().port; }

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace stillpoint::telemetry
