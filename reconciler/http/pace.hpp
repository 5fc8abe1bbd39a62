#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

#include "support/clock.hpp"

namespace stillpoint::http {

/// A token bucket: so many requests a second in the long run, and some more at once. Safe to use from any thread.
class Pace {
 public:
  /// `per_second` 0: as many as come. `burst` at once, at least 1.
  Pace(double per_second, double burst) : per_second_(per_second), burst_(burst), tokens_(burst) {}

  /// Takes a token, and says how long to wait before it is used. Later callers wait longer.
  std::chrono::nanoseconds take(support::SteadyTime now) {
    if (per_second_ <= 0) {
      return {};
    }
    const std::lock_guard lock(mutex_);
    if (now > last_) {
      tokens_ = std::min(burst_, tokens_ + per_second_ * std::chrono::duration<double>(now - last_).count());
      last_ = now;
    }
    tokens_ = std::max(tokens_ - 1, -burst_);  // who could not wait so long leaves no debt behind
    return tokens_ >= 0 ? std::chrono::nanoseconds(0)
                        : std::chrono::duration_cast<std::chrono::nanoseconds>(
                              std::chrono::duration<double>(-tokens_ / per_second_));
  }

 private:
  const double per_second_;
  const double burst_;
  std::mutex mutex_;
  double tokens_;
  support::SteadyTime last_{};
};

}  // namespace stillpoint::http
