#include "schedule/cron.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stillpoint::schedule {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Cron good(std::string_view text) {
  auto cron = parse_cron(text);
  EXPECT_TRUE(cron.has_value()) << text << ": " << (cron ? "" : cron.error().message());
  return cron.value_or(Cron{});
}

std::string error_of(std::string_view text) {
  const auto cron = parse_cron(text);
  EXPECT_FALSE(cron.has_value()) << text;
  return cron ? "" : cron.error().message();
}

template <size_t kSize>
std::vector<size_t> set_of(const std::bitset<kSize>& bits) {
  std::vector<size_t> values;
  for (size_t i = 0; i < kSize; ++i) {
    if (bits[i]) {
      values.push_back(i);
    }
  }
  return values;
}

using Values = std::vector<size_t>;

TEST(Cron, ReadsNumbersRangesStepsAndLists) {
  EXPECT_EQ(set_of(good("5 1 * * *").minutes), Values{5});
  EXPECT_EQ(set_of(good("5 1 * * *").hours), Values{1});
  EXPECT_EQ(set_of(good("1-3,10-20/5,59 1 * * *").minutes), (Values{1, 2, 3, 10, 15, 20, 59}));
  EXPECT_EQ(set_of(good("*/15 1 * * *").minutes), (Values{0, 15, 30, 45}));
  EXPECT_EQ(good("* * * * *").minutes.count(), 60U);
  EXPECT_EQ(good("* * * * *").days.count(), 31U);
  EXPECT_EQ(good("* * * * *").months.count(), 12U);
  EXPECT_EQ(good("* * * * *").weekdays.count(), 7U);
  EXPECT_EQ(set_of(good("0 0 * 1-12/3 *").months), (Values{1, 4, 7, 10}));
  EXPECT_EQ(set_of(good("\t0  0 \t1 1 *  ").days), Values{1}) << "any blanks between the fields";
  EXPECT_EQ(set_of(good("007 1 * * *").minutes), Values{7});
}

TEST(Cron, ReadsNames) {
  EXPECT_EQ(set_of(good("0 0 * jan,DEC *").months), (Values{1, 12}));
  EXPECT_EQ(set_of(good("0 0 * * mon-Fri").weekdays), (Values{1, 2, 3, 4, 5}));
  EXPECT_EQ(set_of(good("0 0 * jul-sep/2 wed").months), (Values{7, 9}));
}

TEST(Cron, SundayIsZeroAndSeven) {
  EXPECT_EQ(set_of(good("0 0 * * 7").weekdays), Values{0});
  EXPECT_EQ(set_of(good("0 0 * * 0,7").weekdays), Values{0});
  EXPECT_EQ(set_of(good("0 0 * * 5-7").weekdays), (Values{0, 5, 6}));
  EXPECT_EQ(set_of(good("0 0 * * fri-sun").weekdays), (Values{0, 5, 6}));
  EXPECT_EQ(set_of(good("0 0 * * sun-tue").weekdays), (Values{0, 1, 2}));
  EXPECT_EQ(set_of(good("0 0 * * */2").weekdays), (Values{0, 2, 4, 6}));
}

TEST(Cron, ReadsMacros) {
  const std::vector<std::pair<std::string_view, std::string_view>> macros = {
      {"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
      {"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@Daily", "0 0 * * *"}};
  for (const auto& [macro, fields] : macros) {
    const Cron a = good(macro);
    const Cron b = good(fields);
    EXPECT_EQ(a.minutes, b.minutes) << macro;
    EXPECT_EQ(a.hours, b.hours) << macro;
    EXPECT_EQ(a.days, b.days) << macro;
    EXPECT_EQ(a.months, b.months) << macro;
    EXPECT_EQ(a.weekdays, b.weekdays) << macro;
    EXPECT_EQ(a.is_interval, b.is_interval) << macro;
  }
}

TEST(Cron, ADayFitsEitherDayFieldWhenBothAreGiven) {
  const std::chrono::sys_days friday_13th = 2026y / 11 / 13;
  const std::chrono::sys_days friday = 2026y / 11 / 20;
  const std::chrono::sys_days the_13th = 2026y / 10 / 13;
  const std::chrono::sys_days neither = 2026y / 10 / 14;
  for (const auto day : {friday_13th, friday, the_13th}) {
    EXPECT_TRUE(good("0 0 13 * fri").fires_on(day));
  }
  EXPECT_FALSE(good("0 0 13 * fri").fires_on(neither));
}

TEST(Cron, ADayFitsBothDayFieldsWhenOneBeginsWithAStar) {
  const std::chrono::sys_days friday_13th = 2026y / 11 / 13;
  const std::chrono::sys_days friday_20th = 2026y / 11 / 20;
  EXPECT_TRUE(good("0 0 */2 * fri").fires_on(friday_13th));
  EXPECT_FALSE(good("0 0 */2 * fri").fires_on(friday_20th)) << "20 is not of 1, 3, 5, ...";
  EXPECT_TRUE(good("0 0 * * fri").fires_on(friday_20th));
  EXPECT_FALSE(good("0 0 13 * *").fires_on(friday_20th));
}

TEST(Cron, KnowsAnIntervalFromATimeOfDay) {
  for (const auto* text : {"* * * * *", "*/15 * * * *", "30 * * * *", "*/20 2 * * *", "0,30 0-23 * * *", "@hourly"}) {
    EXPECT_TRUE(good(text).is_interval) << text;
  }
  for (const auto* text : {"5 1 * * *", "0,30 2 * * *", "0 */2 * * *", "0-59 2 * * *", "@daily"}) {
    EXPECT_FALSE(good(text).is_interval) << text;
  }
}

struct Bad {
  std::string_view text;
  std::string_view message;
};

class BadCron : public testing::TestWithParam<Bad> {};

TEST_P(BadCron, SaysWhichFieldAndWhatWouldBeRight) {
  EXPECT_THAT(error_of(GetParam().text), HasSubstr(std::string(GetParam().message))) << GetParam().text;
}

const Bad kBad[] = {
    {"", "found 0 fields: write the five fields minute, hour"},
    {"5 1 * *", "found 4 fields: write the five fields minute, hour"},
    {"0 5 1 * * *", "found 6 fields"},
    {"0 5 1 * * *", "seconds and years are not supported"},
    {"@reboot", "\"@reboot\" is not known: use @hourly, @daily"},
    {"60 1 * * *", "minute: \"60\" is out of range: use 0 to 59"},
    {"5 24 * * *", "hour: \"24\" is out of range: use 0 to 23"},
    {"5 1 0 * *", "day of month: \"0\" is out of range: use 1 to 31"},
    {"5 1 32 * *", "day of month: \"32\" is out of range"},
    {"5 1 * 13 *", "month: \"13\" is out of range: use 1 to 12 or jan to dec"},
    {"5 1 * * 8", "day of week: \"8\" is out of range: use 0 to 7 or sun to sat"},
    {"5 1 * foo *", "month: \"foo\" is not a value: use 1 to 12 or jan to dec"},
    {"5 1 * * monday", "day of week: \"monday\" is not a value: use 0 to 7 or sun to sat"},
    {"jan 1 * * *", "minute: \"jan\" is not a value: use 0 to 59"},
    {"-1 1 * * *", "minute: \"\" is not a value"},
    {"1- 1 * * *", "minute: \"\" is not a value"},
    {"1.5 1 * * *", "minute: \"1.5\" is not a value"},
    {"99999999999 1 * * *", "minute: \"99999999999\" is not a value"},
    {"5 22-2 * * *", "hour: \"22-2\" runs backwards: write it as two ranges, such as 22-23,0-2"},
    {"1,,2 1 * * *", "minute: \"1,,2\" has an empty place in its list"},
    {"1, 1 * * *", "minute: \"1,\" has an empty place"},
    {"*/0 1 * * *", "minute: \"0\" is not a step: use a number from 1"},
    {"*/ 1 * * *", "minute: \"\" is not a step"},
    {"*/x 1 * * *", "minute: \"x\" is not a step"},
    {"*/90 * * * *", "minute: the step 90 is longer than its range 0-59, which starts over each time"},
    {"5/15 * * * *", "minute: \"5/15\" is a step without a range: write 5-59/15"},
    {"*-5 * * * *", "minute: \"*\" is not a value"},
    {"5 1 L * *", "day of month: \"L\": L, W and # are not supported yet"},
    {"5 1 15W * *", "day of month: \"15W\": L, W and # are not supported yet"},
    {"5 1 * * 5L", "day of week: \"5L\": L, W and # are not supported yet"},
    {"5 1 * * fri#2", "day of week: \"fri#2\": L, W and # are not supported yet"},
    {"5 1 ? * *", "day of month: ? is not used here: write *"},
    {"H 1 * * *", "minute: H is not supported yet: write a number"},
    {"0~30 1 * * *", "minute: ~ is not supported yet"},
    {"5 1 30 2 *", "never fires: no month that it names has such a day"},
    {"5 1 31 2,4,6,9,11 *", "never fires"},
    {"\x1b[2J 1 * * *", "minute: \"?[2J\" is not a value"},
};
INSTANTIATE_TEST_SUITE_P(Cron, BadCron, testing::ValuesIn(kBad));

TEST(Cron, ADateThatIsRareIsNotNever) {
  good("0 0 29 2 *");
  good("0 0 31 2 mon");    // any Monday of February
  good("0 0 */28 2 mon");  // the 1st or 29th if it is a Monday
}

}  // namespace
}  // namespace stillpoint::schedule
