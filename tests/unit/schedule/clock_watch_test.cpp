#include "schedule/clock_watch.hpp"

#include <gtest/gtest.h>

namespace stillpoint::schedule {
namespace {

using namespace std::chrono_literals;

const support::WallTime kSeen{1795000000s};
const support::SteadyTime kSteady{5000s};

ClockVerdict verdict(std::chrono::nanoseconds wall, std::chrono::nanoseconds steady) {
  return judge_clock({kSeen, kSteady}, {kSeen + wall, kSteady + steady}).verdict;
}

TEST(ClockWatch, AClockThatKeepsPaceIsSound) {
  EXPECT_EQ(verdict(0s, 0s), ClockVerdict::Sound);
  EXPECT_EQ(verdict(10min, 10min), ClockVerdict::Sound);
  EXPECT_EQ(verdict(24h * 365, 24h * 365), ClockVerdict::Sound) << "a long time is no jump";
  EXPECT_EQ(verdict(10min + 5min, 10min), ClockVerdict::Sound) << "set by as much as is allowed";
  EXPECT_EQ(verdict(10min - 5min, 10min), ClockVerdict::Sound);
}

TEST(ClockWatch, GoingBackAndJumpingAheadAreNoticedWithTheirDistance) {
  EXPECT_EQ(verdict(10min - 5min - 1s, 10min), ClockVerdict::WentBack) << "though it is later than before";
  EXPECT_EQ(verdict(10min + 5min + 1s, 10min), ClockVerdict::JumpedAhead);
  const auto back = judge_clock({kSeen, kSteady}, {kSeen - 2h, kSteady + 1h});
  EXPECT_EQ(back.by, 3h);
  EXPECT_EQ(back.reason(), "ClockWentBack");
  EXPECT_EQ(back.message(), "the clock went back by 3h since it was last seen: check the time service of this machine");
  const auto ahead = judge_clock({kSeen, kSteady}, {kSeen + 48h, kSteady});
  EXPECT_EQ(ahead.by, 48h);
  EXPECT_EQ(ahead.reason(), "ClockJumpedAhead");
  EXPECT_TRUE(ahead.message().starts_with("the clock is 2d ahead of where it should be, or this machine slept"));
}

TEST(ClockWatch, AfterARestartAWeekOffIsSoundAndAYearIsNot) {
  EXPECT_EQ(judge_clock({kSeen, {}}, {kSeen + 24h * 7, kSteady}).verdict, ClockVerdict::Sound);
  EXPECT_EQ(judge_clock({kSeen, {}}, {kSeen + 24h * 366, kSteady}).verdict, ClockVerdict::JumpedAhead);
  EXPECT_EQ(judge_clock({kSeen, {}}, {kSeen - 6min, kSteady}).verdict, ClockVerdict::WentBack);
  EXPECT_EQ(judge_clock({kSeen, {}}, {kSeen, {}}).reason(), "ClockSound");
}

}  // namespace
}  // namespace stillpoint::schedule
