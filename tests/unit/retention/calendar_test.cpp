#include "retention/calendar.hpp"

#include <gtest/gtest.h>

#include "fakes/objects.hpp"

namespace stillpoint::retention {
namespace {

using policy::WeekStart;

std::string bucket_name(const std::string& zone, Period period, const std::string& instant,
                        WeekStart week_start = WeekStart::Monday) {
  const auto calendar = Calendar::of(zone, week_start).value();
  return calendar.name(period, calendar.bucket(period, calendar.local(fakes::at(instant))));
}

TEST(Calendar, NamesWhatItCountsIn) {
  EXPECT_EQ(bucket_name("Europe/Zurich", Period::Hour, "2026-11-24T12:34:56Z"), "2026-11-24 13:00+01:00");
  EXPECT_EQ(bucket_name("Europe/Zurich", Period::Day, "2026-11-24T23:30:00Z"), "2026-11-25");
  EXPECT_EQ(bucket_name("Europe/Zurich", Period::Week, "2026-11-24T12:00:00Z"), "2026-W48");
  EXPECT_EQ(bucket_name("Europe/Zurich", Period::Month, "2026-11-30T23:00:00Z"), "2026-12");
  EXPECT_EQ(bucket_name("Europe/Zurich", Period::Year, "2026-12-31T23:00:00Z"), "2027");
  EXPECT_EQ(bucket_name("America/St_Johns", Period::Hour, "2026-11-24T12:34:56Z"), "2026-11-24 09:00-03:30");
}

TEST(Calendar, ItsWeeksAreThoseOfIso8601) {
  const std::pair<const char*, const char*> weeks[] = {
      {"2026-12-27", "2026-W52"}, {"2026-12-28", "2026-W53"}, {"2027-01-03", "2026-W53"}, {"2027-01-04", "2027-W01"},
      {"2024-12-29", "2024-W52"}, {"2024-12-30", "2025-W01"}, {"2021-01-03", "2020-W53"}, {"2021-01-04", "2021-W01"},
      {"2023-01-01", "2022-W52"}, {"2020-01-01", "2020-W01"}};
  for (const auto& [day, week] : weeks) {
    EXPECT_EQ(bucket_name("UTC", Period::Week, std::string(day) + "T12:00:00Z"), week) << day;
  }
}

TEST(Calendar, WeeksOfOtherDaysHaveNoNumbers) {
  EXPECT_EQ(bucket_name("UTC", Period::Week, "2027-01-02T23:59:59Z", WeekStart::Sunday), "the week of 2026-12-27");
  EXPECT_EQ(bucket_name("UTC", Period::Week, "2027-01-03T00:00:00Z", WeekStart::Sunday), "the week of 2027-01-03");
  EXPECT_EQ(bucket_name("UTC", Period::Week, "2027-01-01T23:59:59Z", WeekStart::Saturday), "the week of 2026-12-26");
  EXPECT_EQ(bucket_name("UTC", Period::Week, "2027-01-02T00:00:00Z", WeekStart::Saturday), "the week of 2027-01-02");
}

TEST(Calendar, TheHourThatClocksShowTwiceIsTwo) {
  EXPECT_EQ(bucket_name("Europe/Zurich", Period::Hour, "2026-10-25T00:30:00Z"), "2026-10-25 02:00+02:00");
  EXPECT_EQ(bucket_name("Europe/Zurich", Period::Hour, "2026-10-25T01:30:00Z"), "2026-10-25 02:00+01:00");
  // Half an hour back: 01:30 to 02:00 comes twice.
  EXPECT_EQ(bucket_name("Australia/Lord_Howe", Period::Hour, "2026-04-04T14:45:00Z"), "2026-04-05 01:00+11:00");
  EXPECT_EQ(bucket_name("Australia/Lord_Howe", Period::Hour, "2026-04-04T15:15:00Z"), "2026-04-05 01:00+10:30");
}

TEST(Calendar, LaterBucketsAreGreater) {
  const auto calendar = Calendar::of("Australia/Lord_Howe", WeekStart::Sunday).value();
  for (const Period period : {Period::Hour, Period::Day, Period::Week, Period::Month, Period::Year}) {
    Bucket last = calendar.bucket(period, calendar.local(fakes::at("2026-03-01T00:00:00Z")));
    for (int half_hours = 1; half_hours < 2 * 24 * 500; ++half_hours) {
      const auto instant = fakes::at("2026-03-01T00:00:00Z") + std::chrono::minutes(30 * half_hours);
      const Bucket next = calendar.bucket(period, calendar.local(instant));
      ASSERT_GE(next, last) << support::format_utc(instant);
      last = next;
    }
  }
}

TEST(Calendar, AZoneThatDoesNotExistIsAnError) {
  EXPECT_FALSE(Calendar::of("Europe/Zuerich", WeekStart::Monday));
}

}  // namespace
}  // namespace stillpoint::retention
