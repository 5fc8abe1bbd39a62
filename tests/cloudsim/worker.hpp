#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace stillpoint::cloudsim {

/// Runs tasks at their time, one after another, on a thread of its own: what Cinder's volume service is to its API.
class Worker {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Worker();
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  void run_at(Time when, std::function<void()> task);
  void run_after(std::chrono::milliseconds delay, std::function<void()> task);
  /// Tasks that have not begun are dropped. Returns when the running one has ended. Idempotent.
  void stop();

 private:
  void loop(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::multimap<Time, std::function<void()>> tasks_;
  std::jthread thread_;
};

}  // namespace stillpoint::cloudsim
