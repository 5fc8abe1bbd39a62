#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "support/log.hpp"
#include "telemetry/http_site.hpp"

namespace stillpoint::telemetry {

/// Makes answers on threads of its own, and tells when one is there. Safe to use from any thread.
class HttpWorkers {
 public:
  using Done = std::pair<std::uint64_t, HttpAnswer>;

  /// `on_done` is called on a worker's thread after an answer was put into `take_done`.
  HttpWorkers(std::size_t threads, support::Log& log, std::function<void()> on_done);
  /// Waits for the work that has begun; what has not begun is dropped.
  ~HttpWorkers();

  void begin(std::uint64_t connection, HttpSite::Work work);
  /// Nobody waits for the connection's answer any more: what has not begun is not made.
  void forget(std::uint64_t connection);
  std::vector<Done> take_done();

 private:
  void run(const std::stop_token& stop);
  HttpAnswer make(const HttpSite::Work& work);

  support::Log& log_;
  std::function<void()> on_done_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::pair<std::uint64_t, HttpSite::Work>> waiting_;  ///< guarded by the mutex, as `done_`
  std::vector<Done> done_;
  std::vector<std::jthread> threads_;  ///< last: the others are there as long as they run
};

}  // namespace stillpoint::telemetry
