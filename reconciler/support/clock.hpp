#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "support/result.hpp"

namespace stillpoint::support {

/// Instants that people see and that the cloud stores, in whole or fractional seconds of UTC.
using WallTime = std::chrono::system_clock::time_point;
/// Instants for intervals and deadlines; never goes back.
using SteadyTime = std::chrono::steady_clock::time_point;

/// The time, injected so that tests decide it. Implementations are safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall_now() const = 0;
  virtual SteadyTime steady_now() const = 0;
  /// Returns when `until` has come or `stop` was requested, whichever is first.
  virtual void sleep_until(SteadyTime until, std::stop_token stop) = 0;

  void sleep_for(std::chrono::nanoseconds duration, std::stop_token stop = {});
};

/// The machine's own clock.
class SystemClock final : public Clock {
 public:
  WallTime wall_now() const override { return std::chrono::system_clock::now(); }
  SteadyTime steady_now() const override { return std::chrono::steady_clock::now(); }
  void sleep_until(SteadyTime until, std::stop_token stop) override;
};

/// The instant by which a whole operation must have ended. One value goes through every call that waits;
/// a callee may shorten it for its own part and never lengthens it.
class Deadline {
 public:
  static Deadline at(SteadyTime when) { return Deadline(when); }
  static Deadline after(const Clock& clock, std::chrono::nanoseconds duration) {
    return Deadline(clock.steady_now() + std::chrono::duration_cast<SteadyTime::duration>(duration));
  }

  SteadyTime when() const { return when_; }
  bool passed(const Clock& clock) const { return clock.steady_now() >= when_; }
  /// Never negative.
  std::chrono::nanoseconds remaining(const Clock& clock) const;
  Deadline earlier_of(Deadline other) const { return Deadline(std::min(when_, other.when_)); }

 private:
  explicit Deadline(SteadyTime when) : when_(when) {}
  SteadyTime when_;
};

}  // namespace stillpoint::support
