#include "http/retry.hpp"

#include <gtest/gtest.h>

#include "support/text.hpp"

namespace stillpoint::http {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct BackOffCase {
  const char* name;
  int next_try;
  double jitter;
  std::optional<seconds> retry_after;
  milliseconds expected;
};

class BackOff : public testing::TestWithParam<BackOffCase> {};

TEST_P(BackOff, WaitsAsTheTableSays) {
  const BackOffCase& given = GetParam();
  EXPECT_EQ(back_off(given.next_try, given.jitter, given.retry_after), given.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, BackOff,
    testing::Values(BackOffCase{"SecondTryLeast", 2, 0.0, std::nullopt, milliseconds(100)},
                    BackOffCase{"SecondTryMiddle", 2, 0.5, std::nullopt, milliseconds(150)},
                    BackOffCase{"SecondTryMost", 2, 0.99, std::nullopt, milliseconds(199)},
                    BackOffCase{"ThirdTryLeast", 3, 0.0, std::nullopt, milliseconds(200)},
                    BackOffCase{"ThirdTryMost", 3, 0.99, std::nullopt, milliseconds(398)},
                    BackOffCase{"FourthTryLeast", 4, 0.0, std::nullopt, milliseconds(400)},
                    BackOffCase{"FifthTryLeast", 5, 0.0, std::nullopt, milliseconds(800)},
                    BackOffCase{"SeventhTryLeast", 7, 0.0, std::nullopt, milliseconds(3200)},
                    BackOffCase{"EighthTryReachesTheMost", 8, 0.0, std::nullopt, milliseconds(5000)},
                    BackOffCase{"NinthTryStaysAtTheMost", 9, 0.0, std::nullopt, milliseconds(5000)},
                    BackOffCase{"HundredthTryDoesNotOverflow", 100, 0.0, std::nullopt, milliseconds(5000)},
                    BackOffCase{"HugeTryDoesNotOverflow", 2'000'000'000, 0.5, std::nullopt, milliseconds(7500)},
                    BackOffCase{"FirstTryIsAsTheSecond", 1, 0.0, std::nullopt, milliseconds(100)},
                    BackOffCase{"NegativeTryIsAsTheSecond", -5, 0.0, std::nullopt, milliseconds(100)},
                    BackOffCase{"RetryAfterZeroChangesNothing", 2, 0.0, seconds(0), milliseconds(100)},
                    BackOffCase{"RetryAfterIsWaited", 2, 0.99, seconds(3), milliseconds(3000)},
                    BackOffCase{"RetryAfterBelowTheWaitChangesNothing", 9, 0.0, seconds(3), milliseconds(5000)},
                    BackOffCase{"RetryAfterMayExceedTheMost", 2, 0.0, seconds(120), milliseconds(120'000)}),
    [](const auto& given) { return std::string(given.param.name); });

TEST(BackOff, WaitsAtLeastHalfAndLessThanAllWhateverTheJitter) {
  for (int next_try = 2; next_try < 12; ++next_try) {
    const milliseconds least = back_off(next_try, 0.0, std::nullopt);
    for (const double jitter : {0.1, 0.3, 0.7, 0.999}) {
      const milliseconds wait = back_off(next_try, jitter, std::nullopt);
      EXPECT_GE(wait, least);
      EXPECT_LT(wait, 2 * least);
    }
  }
}

TEST(ParseRetryAfter, ReadsSecondsAndDates) {
  const support::WallTime now = *support::parse_utc("2026-11-24T07:00:00.5Z");
  EXPECT_EQ(parse_retry_after("0", now), seconds(0));
  EXPECT_EQ(parse_retry_after("120", now), seconds(120));
  EXPECT_EQ(parse_retry_after(" 7 ", now), seconds(7));
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 07:00:30 GMT", now), seconds(30));
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 06:00:00 GMT", now), seconds(0));
  EXPECT_EQ(parse_retry_after("99999999999999999999999", now), hours(24 * 365));
}

TEST(ParseRetryAfter, IsEmptyForAnythingElse) {
  const support::WallTime now;
  for (const char* text : {"", "soon", "-1", "1.5", "1s", "0x10", "24 Nov 2026"}) {
    EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
  }
}

TEST(RetryAfterOf, ADateIsMeasuredByTheAnswersOwnClock) {
  Response response;
  response.headers = {{"retry-after", "Tue, 24 Nov 2026 09:00:05 GMT"}, {"date", "Tue, 24 Nov 2026 09:00:00 GMT"}};
  const auto two_hours_behind = support::parse_utc("2026-11-24T07:00:00Z").value();
  EXPECT_EQ(retry_after_of(response, two_hours_behind), seconds(5));
  response.headers.erase("date");
  EXPECT_EQ(retry_after_of(response, two_hours_behind), std::chrono::hours(2) + seconds(5));
}

TEST(IsTransient, IsTrueForWhatMayPassByItself) {
  for (const int code : {429, 500, 502, 503, 504}) {
    EXPECT_TRUE(is_transient(code)) << code;
  }
  for (const int code : {0, 200, 202, 300, 307, 400, 401, 403, 404, 409, 413, 501}) {
    EXPECT_FALSE(is_transient(code)) << code;
  }
}

}  // namespace
}  // namespace stillpoint::http
