#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "support/clock.hpp"

namespace stillpoint::schedule {

/// The clocks of this machine, read together.
struct ClockReading {
  support::WallTime wall;
  /// Of the same process as the reading that it is compared with; empty if that is not known, as after a restart.
  std::optional<support::SteadyTime> steady;
};

enum class ClockVerdict { Sound, WentBack, JumpedAhead };

struct ClockJudgement {
  ClockVerdict verdict = ClockVerdict::Sound;
  std::chrono::milliseconds by{};  ///< how far; never negative

  /// A stable word for the condition ClockSuspect: `ClockSound`, `ClockWentBack` or `ClockJumpedAhead`.
  std::string_view reason() const;
  /// For people.
  std::string message() const;
};

/// A clock may be set by so much without being suspect; points of a slot further ahead are set aside.
inline constexpr std::chrono::minutes kClockTolerance{5};
/// Without a steady clock to compare with, time that passed and a jump look alike. A service that was off for longer
/// than this is rarer than a clock that is wrong.
inline constexpr std::chrono::hours kLongestAbsence{24 * 92};

/// Whether the wall clock went on as it should since it was last seen. Pure.
ClockJudgement judge_clock(const ClockReading& last_seen, const ClockReading& now);

}  // namespace stillpoint::schedule
