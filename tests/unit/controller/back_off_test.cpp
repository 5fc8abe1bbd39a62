#include "controller/back_off.hpp"

#include <gtest/gtest.h>

#include <set>

namespace stillpoint::controller {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const ActionKey kKey{{"edx", cloud::ServerId("s1"), "mysql"}, ""};
const support::SteadyTime kStart{};

seconds pause_of(const BackOff& back_off, support::SteadyTime now) {
  const auto ready = back_off.next_ready(now);
  return ready ? std::chrono::duration_cast<seconds>(*ready - now) : seconds(0);
}

TEST(BackOffTest, DoublesUpToFiveMinutes) {
  BackOff back_off(1);
  seconds longest{0};
  for (const int expected : {10, 20, 40, 80, 160, 300, 300}) {
    back_off.failed(kKey, kStart);
    const auto pause = pause_of(back_off, kStart);
    EXPECT_LE(pause, seconds(expected));
    EXPECT_GE(pause, seconds(expected * 3 / 4 - 1));
    longest = std::max(longest, pause);
  }
  back_off.succeeded(kKey);
  EXPECT_TRUE(back_off.is_ready(kKey, kStart));
  back_off.failed(kKey, kStart);
  EXPECT_LE(pause_of(back_off, kStart), seconds(10)) << "a success is a new beginning";
}

TEST(BackOffTest, ALongerPauseThatIsAskedForIsKeptUntilItIsForgotten) {
  BackOff back_off(1);
  back_off.failed(kKey, kStart, seconds(600));
  EXPECT_EQ(pause_of(back_off, kStart), seconds(600));
  EXPECT_TRUE(back_off.take_ready(kStart + seconds(599)).empty());
  back_off.forget_asked();
  EXPECT_LE(pause_of(back_off, kStart), seconds(10)) << "its own is left";
  back_off.failed(kKey, kStart, seconds(1));
  EXPECT_GE(pause_of(back_off, kStart), seconds(14)) << "less than its own is nothing";
}

TEST(BackOffTest, NobodyIsLeftAloneForMoreThanAnHourBecauseOfAWord) {
  const support::Error error(support::ErrorKind::Throttled, "429");
  EXPECT_EQ(asked_pause(error), seconds(0));
  EXPECT_EQ(asked_pause(support::Error(error).with_retry_after(seconds(600))), seconds(600));
  EXPECT_EQ(asked_pause(support::Error(error).with_retry_after(seconds(31'536'000))), std::chrono::hours(1));
}

TEST(BackOffTest, WhatFailedTogetherDoesNotComeBackTogether) {
  BackOff back_off(1);
  for (int i = 0; i < 50; ++i) {
    back_off.failed({{"edx", cloud::ServerId(std::to_string(i)), "mysql"}, ""}, kStart);
  }
  std::set<support::SteadyTime> instants;
  auto ready = back_off.next_ready(kStart);
  while (ready) {
    instants.insert(*ready);
    ready = back_off.next_ready(*ready);
  }
  EXPECT_GT(instants.size(), 40U);
}

TEST(BackOffTest, ABusyServerIsNoFailure) {
  BackOff back_off(1);
  for (int i = 0; i < 10; ++i) {
    back_off.was_busy(kKey, kStart);
  }
  EXPECT_LE(pause_of(back_off, kStart), seconds(15));
  back_off.failed(kKey, kStart);
  EXPECT_LE(pause_of(back_off, kStart), seconds(10));
}

TEST(BackOffTest, WhatIsDoneToAnAttemptIsNoPartOfTheNextPoint) {
  BackOff back_off(1);
  auto sweep = kKey;
  sweep.attempt = "a1";
  back_off.failed(sweep, kStart);
  EXPECT_FALSE(back_off.is_ready(sweep, kStart));
  EXPECT_TRUE(back_off.is_ready(kKey, kStart));
}

TEST(BackOffTest, TellsOnceThatAKeyIsReady) {
  BackOff back_off(1);
  back_off.failed(kKey, kStart);
  EXPECT_TRUE(back_off.take_ready(kStart).empty());
  EXPECT_EQ(back_off.take_ready(kStart + seconds(10)), std::vector{kKey});
  EXPECT_TRUE(back_off.take_ready(kStart + seconds(11)).empty());
}

}  // namespace
}  // namespace stillpoint::controller
