#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "http/client.hpp"
#include "http/failures.hpp"
#include "http/proxy.hpp"
#include "http/url.hpp"

namespace stillpoint::http {

/// One try of a request over the HTTP library. Safe to use from several threads.
class Transport {
 public:
  Transport(Options options, Proxies proxies);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  /// Returns by `limit` from now, or when `stop` is requested (a moment later at most, when the library has to be told
  /// to let go).
  /// `request` has been checked and `url` is its parsed form.
  tl::expected<Response, TryError> exchange(const Request& request, const Url& url, std::chrono::nanoseconds limit,
                                            const std::stop_token& stop = {});

  /// Sends the request `connections` times at once over the pooled client and waits for all; the answers do not matter.
  void exchange_many(const Request& request, const Url& url, int connections, std::chrono::nanoseconds limit,
                     const std::stop_token& stop = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stillpoint::http
