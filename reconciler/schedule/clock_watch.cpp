#include "schedule/clock_watch.hpp"

#include "support/text.hpp"

namespace stillpoint::schedule {

using std::chrono::milliseconds;

std::string_view ClockJudgement::reason() const {
  switch (verdict) {
    case ClockVerdict::Sound:
      return "ClockSound";
    case ClockVerdict::WentBack:
      return "ClockWentBack";
    case ClockVerdict::JumpedAhead:
      return "ClockJumpedAhead";
  }
  return "unknown";
}

std::string ClockJudgement::message() const {
  const std::string distance = support::format_duration(std::chrono::floor<std::chrono::seconds>(by));
  switch (verdict) {
    case ClockVerdict::Sound:
      return "the clock went on as it should";
    case ClockVerdict::WentBack:
      return "the clock went back by " + distance + " since it was last seen: check the time service of this machine";
    case ClockVerdict::JumpedAhead:
      return "the clock is " + distance +
             " ahead of where it should be, or this machine slept: check its time service before slots and retention "
             "are believed";
  }
  return "";
}

ClockJudgement judge_clock(const ClockReading& last_seen, const ClockReading& now) {
  auto ahead = std::chrono::floor<milliseconds>(now.wall) - std::chrono::floor<milliseconds>(last_seen.wall);
  milliseconds most = kLongestAbsence;
  if (last_seen.steady && now.steady) {
    ahead -= std::chrono::floor<milliseconds>(*now.steady - *last_seen.steady);
    most = kClockTolerance;
  }
  if (ahead < -milliseconds(kClockTolerance)) {
    return {ClockVerdict::WentBack, -ahead};
  }
  return ahead > most ? ClockJudgement{ClockVerdict::JumpedAhead, ahead} : ClockJudgement{};
}

}  // namespace stillpoint::schedule
