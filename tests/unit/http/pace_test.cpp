#include "http/pace.hpp"

#include <gtest/gtest.h>

namespace stillpoint::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(PaceTest, LetsABurstGoAndThenSpreadsTheRest) {
  Pace pace(10, 3);
  const support::SteadyTime now{seconds(1000)};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pace.take(now), nanoseconds(0));
  }
  EXPECT_EQ(pace.take(now), milliseconds(100));
  EXPECT_EQ(pace.take(now), milliseconds(200));
  EXPECT_EQ(pace.take(now + milliseconds(300)), nanoseconds(0)) << "three came back, two were owed";
}

TEST(PaceTest, SavesNoMoreThanABurst) {
  Pace pace(10, 2);
  const support::SteadyTime now{seconds(1000)};
  pace.take(now);
  const auto later = now + seconds(100);
  EXPECT_EQ(pace.take(later), nanoseconds(0));
  EXPECT_EQ(pace.take(later), nanoseconds(0));
  EXPECT_GT(pace.take(later), nanoseconds(0));
}

TEST(PaceTest, WithoutALimitNobodyWaits) {
  Pace pace(0, 1);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(pace.take({}), nanoseconds(0));
  }
}

}  // namespace
}  // namespace stillpoint::http
