#pragma once

#include <mutex>
#include <thread>
#include <vector>

#include "support/clock.hpp"

namespace stillpoint::fakes {

/// The machine's clock for a test that must not wait: to sleep is to jump ahead. Sleeps below `slept` are real ones,
/// for what the other side needs its time for.
class SkippingClock final : public support::Clock {
 public:
  explicit SkippingClock(std::chrono::nanoseconds slept = std::chrono::nanoseconds(0)) : slept_(slept) {}

  support::WallTime wall_now() const override { return std::chrono::system_clock::now() + skipped(); }
  support::SteadyTime steady_now() const override { return std::chrono::steady_clock::now() + skipped(); }

  void sleep_until(support::SteadyTime until, std::stop_token) override {
    const auto wait = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(until - steady_now()));
    if (wait < slept_) {
      std::this_thread::sleep_for(wait);
    }
    const std::lock_guard lock(mutex_);
    skipped_ += wait < slept_ ? std::chrono::nanoseconds(0) : wait;
    sleeps_.push_back(wait);
  }

  void advance(std::chrono::nanoseconds by) {
    const std::lock_guard lock(mutex_);
    skipped_ += by;
  }

  std::vector<std::chrono::nanoseconds> sleeps() const {
    const std::lock_guard lock(mutex_);
    return sleeps_;
  }

 private:
  std::chrono::nanoseconds skipped() const {
    const std::lock_guard lock(mutex_);
    return skipped_;
  }

  const std::chrono::nanoseconds slept_;
  mutable std::mutex mutex_;
  std::chrono::nanoseconds skipped_{0};
  std::vector<std::chrono::nanoseconds> sleeps_;
};

}  // namespace stillpoint::fakes
