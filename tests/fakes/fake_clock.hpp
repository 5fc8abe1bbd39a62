#pragma once

#include <atomic>
#include <chrono>

#include "support/clock.hpp"

namespace stillpoint::fakes {

/// A clock that stands still until somebody sleeps on it or moves it. Safe to use from any thread.
class FakeClock final : public support::Clock {
 public:
  explicit FakeClock(support::WallTime start) : start_(start) {}

  support::WallTime wall_now() const override {
    return start_ + std::chrono::duration_cast<support::WallTime::duration>(std::chrono::nanoseconds(elapsed_));
  }
  support::SteadyTime steady_now() const override { return support::SteadyTime(std::chrono::nanoseconds(elapsed_)); }
  void sleep_until(support::SteadyTime until, std::stop_token) override {
    const auto target = std::chrono::nanoseconds(until.time_since_epoch()).count();
    long now = elapsed_;
    while (now < target && !elapsed_.compare_exchange_weak(now, target)) {
    }
  }
  void advance(std::chrono::nanoseconds by) { elapsed_ += by.count(); }

 private:
  support::WallTime start_;
  std::atomic<long> elapsed_ = 0;
};

}  // namespace stillpoint::fakes
