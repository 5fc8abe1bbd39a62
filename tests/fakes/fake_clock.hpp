#pragma once

#include <atomic>
#include <chrono>

#include "support/clock.hpp"

namespace stillpoint::fakes {

/// A clock that stands still until somebody sleeps on it or moves it. To read it, sleep on it and advance it is safe
/// from any thread.
class FakeClock final : public support::Clock {
 public:
  explicit FakeClock(support::WallTime start) : start_(start) {}

  support::WallTime wall_now() const override {
    elapsed_ += reading_takes_;
    return start_ + std::chrono::duration_cast<support::WallTime::duration>(std::chrono::nanoseconds(elapsed_));
  }
  support::SteadyTime steady_now() const override { return support::SteadyTime(std::chrono::nanoseconds(elapsed_)); }
  void sleep_until(support::SteadyTime until, std::stop_token) override {
    const auto target = std::chrono::nanoseconds(until.time_since_epoch()).count();
    long now = elapsed_;
    while (now < target && !elapsed_.compare_exchange_weak(now, target)) {
    }
  }
  /// As if somebody had set it.
  void set_wall(std::chrono::nanoseconds ahead) {
    start_ += std::chrono::duration_cast<support::WallTime::duration>(ahead);
  }
  /// Time goes on by this much whenever somebody looks at the wall clock.
  void let_reading_take(std::chrono::nanoseconds time) { reading_takes_ = time.count(); }
  void advance(std::chrono::nanoseconds by) { elapsed_ += by.count(); }

 private:
  support::WallTime start_;
  mutable std::atomic<long> elapsed_ = 0;
  long reading_takes_ = 0;
};

}  // namespace stillpoint::fakes
