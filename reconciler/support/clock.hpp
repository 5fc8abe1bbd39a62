#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <stop_token>
#include <utility>

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

/// Both clocks, read at once: what is decided at a time and what follows from it must not see another.
struct Moment {
  WallTime wall;
  SteadyTime steady;

  static Moment now(const Clock& clock) { return {clock.wall_now(), clock.steady_now()}; }
  /// When `instant` comes, if nobody sets the clock; never before the moment itself.
  SteadyTime until(WallTime instant) const {
    return steady + std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(instant - wall));
  }
};

/// The instant by which a whole operation must have ended. One value goes through every call that waits;
/// a callee may shorten it for its own part and never lengthens it. It may end earlier, when a stop is requested.
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
  /// Given up on the same stop as this one.
  Deadline earlier_of(const Deadline& other) const { return {std::min(when_, other.when_), stop_}; }

  /// The same for a call that is given up (Interrupted) as soon as `stop` is requested. For what only reads: whether a
  /// change was made would not be known, and while something is held it must be let go of by calls that are not given
  /// up.
  Deadline unless_stopped(std::stop_token stop) const { return {when_, std::move(stop)}; }
  const std::stop_token& stop() const { return stop_; }

 private:
  explicit Deadline(SteadyTime when) : when_(when) {}
  Deadline(SteadyTime when, std::stop_token stop) : when_(when), stop_(std::move(stop)) {}
  SteadyTime when_;
  std::stop_token stop_;  ///< none, as a rule
};

}  // namespace stillpoint::support
