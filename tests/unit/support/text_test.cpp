#include "support/text.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace stillpoint::support {
namespace {

using namespace std::chrono_literals;

TEST(Text, ReadsTheTimesThatCinderAndPeopleWrite) {
  const auto expected = WallTime(std::chrono::sys_days(std::chrono::year(2026) / 11 / 24)) + 1h + 5min;
  EXPECT_EQ(parse_utc("2026-11-24T01:05:00Z"), expected);
  EXPECT_EQ(parse_utc("2026-11-24T01:05:00.000000"), expected);
  EXPECT_EQ(parse_utc("2026-11-24 01:05:00"), expected);
  EXPECT_EQ(parse_utc("2026-11-24T01:05:00.250000+00:00"), expected + 250ms);
  EXPECT_EQ(parse_http_date("Tue, 24 Nov 2026 01:05:00 GMT"), expected);
}

TEST(Text, RefusesTimesThatAreNone) {
  for (const char* text : {"", "2026-11-24", "2026-02-30T00:00:00Z", "2026-11-24T24:00:00Z",
                           "2026-11-24T01:05:00+01:00", "2026-11-24T01:05:00.Z", "2026-1a-24T01:05:00Z"}) {
    EXPECT_FALSE(parse_utc(text)) << text;
  }
  EXPECT_FALSE(parse_http_date("Tuesday, 24-Nov-26 01:05:00 GMT"));
}

RC_GTEST_PROP(Text, EveryWholeSecondReadsBack, ()) {
  const auto when = WallTime(std::chrono::seconds(*rc::gen::inRange<long>(0, 4'000'000'000L)));
  RC_ASSERT(parse_utc(format_utc(when)) == when);
}

RC_GTEST_PROP(Text, EveryDurationReadsBack, ()) {
  const auto duration = std::chrono::milliseconds(*rc::gen::inRange<long>(1, 900'000'000L));
  RC_ASSERT(parse_duration(format_duration(duration)) == duration);
}

TEST(Text, RefusesDurationsWithoutUnitOrValue) {
  for (const char* text : {"", "20", "s", "0s", "-5s", "1.5h", "20 s", "99999999999s", "3y"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Text, SuggestsOnlyWhatIsNear) {
  EXPECT_EQ(nearest("retenton", {"retention", "schedule"}), "retention");
  EXPECT_EQ(nearest("xyz", {"retention", "schedule"}), std::nullopt);
  EXPECT_EQ(nearest("sepc", {"kind", "spec"}), "spec") << "two letters exchanged are one mistake";
  EXPECT_EQ(nearest("x", {}), std::nullopt);
}

}  // namespace
}  // namespace stillpoint::support
