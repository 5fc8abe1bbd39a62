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
  const std::chrono::local_days friday_13th{2026y / 11 / 13};
  const std::chrono::local_days friday{2026y / 11 / 20};
  const std::chrono::local_days the_13th{2026y / 10 / 13};
  const std::chrono::local_days neither{2026y / 10 / 14};
  for (const auto day : {friday_13th, friday, the_13th}) {
    EXPECT_TRUE(good("0 0 13 * fri").fires_on(day));
  }
  EXPECT_FALSE(good("0 0 13 * fri").fires_on(neither));
}

TEST(Cron, ADayFitsBothDayFieldsWhenOneBeginsWithAStar) {
  const std::chrono::local_days friday_13th{2026y / 11 / 13};
  const std::chrono::local_days friday_20th{2026y / 11 / 20};
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

/// The days of a month on which the expression fires.
Values days_in(std::string_view text, std::chrono::year_month month) {
  return set_of(good(text).days_of(month));
}

// August 2026 begins on a Saturday and ends on a Monday; in May 2026 the 31st is a Sunday.

TEST(Cron, LCountsFromTheLastDayOfAMonth) {
  EXPECT_EQ(days_in("0 0 L * *", 2026y / 2), Values{28});
  EXPECT_EQ(days_in("0 0 L * *", 2028y / 2), Values{29});
  EXPECT_EQ(days_in("0 0 l-3 * *", 2026y / 8), Values{28});
  EXPECT_EQ(days_in("0 0 1,15,L * *", 2026y / 4), (Values{1, 15, 30}));
  EXPECT_EQ(days_in("0 0 L-30 * *", 2026y / 8), Values{1});
  EXPECT_EQ(days_in("0 0 L-30 * *", 2026y / 9), Values{}) << "September has no such day";
}

TEST(Cron, WIsTheNearestWorkingDayOfTheSameMonth) {
  EXPECT_EQ(days_in("0 0 15W * *", 2026y / 7), Values{15}) << "a Wednesday";
  EXPECT_EQ(days_in("0 0 15W * *", 2026y / 8), Values{14}) << "Saturday: the Friday before";
  EXPECT_EQ(days_in("0 0 15W * *", 2026y / 2), Values{16}) << "Sunday: the Monday after";
  EXPECT_EQ(days_in("0 0 1w * *", 2026y / 8), Values{3}) << "Saturday the 1st: not a day of July";
  EXPECT_EQ(days_in("0 0 31W * *", 2026y / 5), Values{29}) << "Sunday the 31st: not a day of June";
  EXPECT_EQ(days_in("0 0 31W * *", 2026y / 9), Values{}) << "September has no 31st";
  EXPECT_EQ(days_in("0 0 LW * *", 2026y / 5), Values{29});
  EXPECT_EQ(days_in("0 0 L-1W * *", 2026y / 5), Values{29}) << "Saturday the 30th";
  EXPECT_EQ(days_in("0 0 1W,15W * *", 2026y / 8), (Values{3, 14}));
}

TEST(Cron, HashAndLNameOneWeekdayOfAMonth) {
  EXPECT_EQ(days_in("0 0 * * fri#3", 2026y / 8), Values{21});
  EXPECT_EQ(days_in("0 0 * * 5#3", 2026y / 8), Values{21});
  EXPECT_EQ(days_in("0 0 * * 5L", 2026y / 8), Values{28});
  EXPECT_EQ(days_in("0 0 * * sunl", 2026y / 8), Values{30});
  EXPECT_EQ(days_in("0 0 * * 7#1", 2026y / 8), Values{2});
  EXPECT_EQ(days_in("0 0 * * mon#5", 2026y / 8), Values{31});
  EXPECT_EQ(days_in("0 0 * * mon#5", 2026y / 9), Values{});
  EXPECT_EQ(days_in("0 0 * * tue,fri#1,friL", 2026y / 9), (Values{1, 4, 8, 15, 22, 25, 29}));
}

TEST(Cron, SpecialDaysFollowTheRuleOfTheTwoDayFields) {
  EXPECT_EQ(days_in("0 0 L * fri#1", 2026y / 9), (Values{4, 30})) << "either of them, since none begins with *";
  EXPECT_EQ(days_in("0 0 */2 * fri#1", 2026y / 8), Values{7}) << "both of them";
  EXPECT_EQ(days_in("0 0 */2 * fri#1", 2026y / 9), Values{}) << "the 4th is not of 1, 3, 5, ...";
}

struct Bad {
  std::string_view text;
  int column;
  std::string_view message;
};

class BadCron : public testing::TestWithParam<Bad> {};

TEST_P(BadCron, SaysWhichFieldAndWhatWouldBeRight) {
  const auto cron = parse_cron(GetParam().text);
  ASSERT_FALSE(cron.has_value()) << GetParam().text;
  EXPECT_THAT(cron.error().message(), HasSubstr(std::string(GetParam().message))) << GetParam().text;
  EXPECT_EQ(cron.error().mark()->column, GetParam().column) << GetParam().text;
}

const Bad kBad[] = {
    {"", 1, "found 0 fields: write the five fields minute, hour"},
    {"5 1 * *", 7, "found 4 fields: write the five fields minute, hour"},
    {"30 5 1 * * *", 12, "found 6 fields"},
    {"0 5 1 * * *", 11, "seconds and years are not used here; without the seconds it is \"5 1 * * *\""},
    {"@reboot", 1, "@reboot is not a time: slots are instants of the calendar, so that a restart neither adds nor"},
    {"@every 1h", 1, "@every is not used here: an interval is written by the clock, such as */15 * * * *"},
    {"@dayly", 1, "\"@dayly\" is not known: did you mean @daily? Use @hourly, @daily, @midnight"},
    {"@xyzzy", 1, "\"@xyzzy\" is not known: use @hourly, @daily"},
    {"@daily 5", 1, "\"@daily\" stands alone: remove what comes after it"},
    {"60 1 * * *", 1, "minute: \"60\" is out of range: use 0 to 59; the full hour is 0"},
    {"5 24 * * *", 3, "hour: \"24\" is out of range: use 0 to 23; midnight is 0"},
    {"5 1,25 * * *", 5, "hour: \"25\" is out of range: use 0 to 23"},
    {"5 1 0 * *", 5, "day of month: \"0\" is out of range: use 1 to 31"},
    {"5 1 32 * *", 5, "day of month: \"32\" is out of range: use 1 to 31; the last day is L"},
    {"5 1 * 13 *", 7, "month: \"13\" is out of range: use 1 to 12 or jan to dec"},
    {"5 1 * * 8", 9, "day of week: \"8\" is out of range: use 0 to 7 or sun to sat"},
    {"5 1 * foo *", 7, "month: \"foo\" is not a value: use 1 to 12 or jan to dec"},
    {"5 1 * sept *", 7, "month: \"sept\" is not a value: did you mean sep? Use 1 to 12"},
    {"5 1 * * monday", 9, "day of week: \"monday\" is not a value: did you mean mon?"},
    {"5 1 * * mon-friday", 13, "day of week: \"friday\" is not a value: did you mean fri?"},
    {"5 1 * * tou", 9, "day of week: \"tou\" is not a value: did you mean"},
    {"jan 1 * * *", 1, "minute: \"jan\" is not a value: use 0 to 59"},
    {"-1 1 * * *", 1, "minute: \"-1\" is half a range: write both its ends, such as 0-59"},
    {"1 1 * * fri-", 9, "day of week: \"fri-\" is half a range: write both its ends, such as sun-sat"},
    {"1.5 1 * * *", 1, "minute: \"1.5\" is not a value"},
    {"99999999999 1 * * *", 1, "minute: \"99999999999\" is not a value"},
    {"5 22-2 * * *", 3, "hour: \"22-2\" runs backwards: write it as two ranges, such as 22-23,0-2"},
    {"1,,2 1 * * *", 1, "minute: \"1,,2\" has an empty place in its list"},
    {"1, 1 * * *", 1, "minute: \"1,\" has an empty place"},
    {"*/0 1 * * *", 3, "minute: \"0\" is not a step: use a number from 1"},
    {"*/ 1 * * *", 1, "minute: \"\" is not a step"},
    {"*/x 1 * * *", 3, "minute: \"x\" is not a step"},
    {"*/90 * * * *", 3,
     "minute: the step 90 is longer than its range 0-59, which starts over each time: use a smaller"},
    {"*/120 * * * *", 3, "starts over each time: write 0 */2 as minute and hour"},
    {"5/15 * * * *", 1, "minute: \"5/15\" is a step without a range: write 5-59/15"},
    {"*-5 * * * *", 1, "minute: \"*\" is not a value"},
    {"5 1 ? * *", 5, "day of month: ? is not used here: write *"},
    {"H 1 * * *", 1, "minute: H is not used here: write a number, and `jitter` in the schedule to spread the load"},
    {"0~30 1 * * *", 1, "minute: \"0~30\": ~ is not used here"},
    // L, W and #.
    {"L 1 * * *", 1, "minute: \"L\": L belongs to the day of month, or after a day of the week"},
    {"5 15W * * *", 3, "hour: \"15W\": W belongs to the day of month"},
    {"5 1 * * 5W", 9, "day of week: \"5W\": W belongs to the day of month"},
    {"5 1 3#2 * *", 5, "day of month: \"3#2\": # belongs to the day of week"},
    {"5 1 W * *", 5, "day of month: W needs the day that it is near to: write 15W"},
    {"5 1 WL * *", 5, "day of month: \"WL\": did you mean LW, the last working day?"},
    {"5 1 32W * *", 5, "day of month: \"32W\" is not a value: use 1 to 31, L or L-3"},
    {"5 1 5L * *", 5, "day of month: \"5L\" is not a value"},
    {"5 1 1-5W * *", 5, "day of month: \"1-5W\": L and W go with one day, not with a range or a step"},
    {"5 1 L/2 * *", 5, "L and W go with one day"},
    {"5 1 L-31 * *", 5, "day of month: \"L-31\": \"31\" is not a number from 1 to 30"},
    {"5 1 L- * *", 5, "day of month: \"L-\": \"\" is not a number from 1 to 30"},
    {"5 1 L-0 * *", 5, "\"0\" is not a number from 1 to 30"},
    {"5 1 * * L", 9, "day of week: \"L\": which day? Write friL for the last Friday of a month, fri#3 for the third"},
    {"5 1 * * #3", 9, "day of week: \"#3\": which day?"},
    {"5 1 * * fri#6", 9, "day of week: \"fri#6\": \"6\" is not a number from 1 to 5"},
    {"5 1 * * fri#", 9, "day of week: \"fri#\": \"\" is not a number from 1 to 5"},
    {"5 1 * * fri#L", 9, "day of week: \"fri#L\": did you mean friL, the last one?"},
    {"5 1 * * 8L", 9, "day of week: \"8\" is out of range"},
    {"5 1 * * foo#1", 9, "day of week: \"foo\" is not a value"},
    {"5 1 * * mon-friL", 9, "day of week: \"mon-friL\": L and # go with one day"},
    {"5 1 * * fri#1/2", 9, "day of week: \"fri#1/2\": L and # go with one day"},
    // Never.
    {"5 1 30 2 *", 5, "never fires: no month that it names has such a day; choose another day, such as L for the last"},
    {"5 1 30W feb *", 5, "never fires"},
    {"5 1 L-29 2 *", 5, "never fires"},
    {"5 1 31 2,4,6,9,11 *", 5, "never fires"},
    {"\x1b[2J 1 * * *", 1, "minute: \"?[2J\" is not a value"},
};
INSTANTIATE_TEST_SUITE_P(Cron, BadCron, testing::ValuesIn(kBad));

TEST(Cron, ADateThatIsRareIsNotNever) {
  good("0 0 29 2 *");
  good("0 0 31 2 mon");    // any Monday of February
  good("0 0 */28 2 mon");  // the 1st or 29th if it is a Monday
  good("0 0 * 2 fri#5");   // a leap year in which it is the 29th
}

}  // namespace
}  // namespace stillpoint::schedule
