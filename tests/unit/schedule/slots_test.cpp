#include "schedule/slots.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

WallTime at(std::string_view text) {
  const auto when = support::parse_utc(text);
  EXPECT_TRUE(when.has_value()) << text;
  return when.value_or(WallTime());
}

policy::Schedule schedule_of(std::vector<std::string> cron, std::string zone = "UTC") {
  policy::Schedule schedule;
  schedule.cron = std::move(cron);
  schedule.time_zone = std::move(zone);
  return schedule;
}

Compiled compiled(std::vector<std::string> cron, std::string zone = "UTC") {
  return compile(schedule_of(std::move(cron), std::move(zone))).value();
}

/// Without its end, a slot is written as `2026-11-24T01:05:00Z`.
std::vector<std::string> between(const Compiled& schedule, std::string_view from, std::string_view to) {
  std::vector<std::string> slots;
  for (const auto slot : schedule.between(at(from), at(to), 1000)) {
    slots.push_back(support::format_utc(slot));
  }
  return slots;
}

TEST(Slots, NextAndLatest) {
  const auto daily = compiled({"5 1 * * *"});
  EXPECT_EQ(daily.next_after(at("2026-11-24T01:04:59Z")), at("2026-11-24T01:05:00Z"));
  EXPECT_EQ(daily.next_after(at("2026-11-24T01:05:00Z")), at("2026-11-25T01:05:00Z"));
  EXPECT_EQ(daily.latest_at_or_before(at("2026-11-24T01:05:00Z")), at("2026-11-24T01:05:00Z"));
  EXPECT_EQ(daily.latest_at_or_before(at("2026-11-24T01:05:00Z") - 1ns), at("2026-11-23T01:05:00Z"));
  EXPECT_EQ(daily.next_after(at("2026-11-24T01:05:00Z") - 1ns), at("2026-11-24T01:05:00Z"));
}

TEST(Slots, AreInstantsOfTheZone) {
  const auto zurich = compiled({"5 1 * * *"}, "Europe/Zurich");
  EXPECT_EQ(zurich.next_after(at("2026-11-24T00:00:00Z")), at("2026-11-24T00:05:00Z"));
  EXPECT_EQ(zurich.next_after(at("2026-07-01T00:00:00Z")), at("2026-07-01T23:05:00Z"));
  EXPECT_EQ(compiled({"5 1 * * *"}, "Asia/Kathmandu").next_after(at("2026-07-01T00:00:00Z")),
            at("2026-07-01T19:20:00Z"));
  EXPECT_EQ(compiled({"0 0 1 * *"}, "Pacific/Kiritimati").next_after(at("2026-07-01T00:00:00Z")),
            at("2026-07-31T10:00:00Z"))
      << "the first of the month there is the last here";
}

TEST(Slots, SeveralExpressionsAreOneSchedule) {
  EXPECT_THAT(
      between(compiled({"0 6 * * *", "0 */12 * * *", "0 6 * * mon"}), "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
      ElementsAre("2026-11-23T06:00:00Z", "2026-11-23T12:00:00Z", "2026-11-24T00:00:00Z"));
}

TEST(Slots, BetweenIsCapped) {
  const auto slots = compiled({"* * * * *"}).between(at("2026-11-24T00:00:00Z"), at("2027-11-24T00:00:00Z"), 3);
  EXPECT_THAT(slots, ElementsAre(at("2026-11-24T00:01:00Z"), at("2026-11-24T00:02:00Z"), at("2026-11-24T00:03:00Z")));
}

// Europe/Zurich, 29 March 2026: 02:00 CET (01:00Z) is followed by 03:00 CEST.

TEST(SlotsInTheGap, ATimeThatDoesNotExistFiresOnceAtTheEndOfTheGap) {
  EXPECT_THAT(between(compiled({"30 2 * * *"}, "Europe/Zurich"), "2026-03-28T12:00:00Z", "2026-03-30T12:00:00Z"),
              ElementsAre("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"));
  EXPECT_THAT(between(compiled({"0,20,40 2 * * *"}, "Europe/Zurich"), "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
              ElementsAre("2026-03-29T01:00:00Z"))
      << "several of them too";
  EXPECT_THAT(between(compiled({"30 2,3 * * *"}, "Europe/Zurich"), "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
              ElementsAre("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"));
}

TEST(SlotsInTheGap, AnHourlyIntervalKeepsItsPace) {
  EXPECT_THAT(between(compiled({"30 * * * *"}, "Europe/Zurich"), "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"),
              ElementsAre("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"));
  EXPECT_THAT(
      between(compiled({"*/30 * * * *"}, "Europe/Zurich"), "2026-03-29T00:00:00Z", "2026-03-29T02:00:00Z"),
      ElementsAre("2026-03-29T00:30:00Z", "2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"));
}

TEST(SlotsInTheGap, AnIntervalWithinTheMissingHourFiresAtItsEnd) {
  EXPECT_THAT(between(compiled({"*/15 2 * * *"}, "Europe/Zurich"), "2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
              ElementsAre("2026-03-29T01:00:00Z"));
}

TEST(SlotsInTheGap, AWholeDayCanBeMissing) {
  // Samoa skipped 30 December 2011.
  EXPECT_THAT(
      between(compiled({"5 1 * * *"}, "Pacific/Apia"), "2011-12-29T00:00:00Z", "2011-12-31T23:00:00Z"),
      ElementsAre("2011-12-29T11:05:00Z", "2011-12-30T10:00:00Z", "2011-12-30T11:05:00Z", "2011-12-31T11:05:00Z"));
}

TEST(SlotsInTheGap, MidnightCanBeMissing) {
  // Chile goes from 24:00 to 01:00 on the first Sunday of September.
  EXPECT_THAT(between(compiled({"0 0 * * *"}, "America/Santiago"), "2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z"),
              ElementsAre("2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z"));
}

// Europe/Zurich, 25 October 2026: 03:00 CEST (01:00Z) is followed by 02:00 CET.

TEST(SlotsInTheRepeatedHour, ATimeOfDayFiresInTheFirst) {
  EXPECT_THAT(between(compiled({"30 2 * * *"}, "Europe/Zurich"), "2026-10-24T12:00:00Z", "2026-10-26T12:00:00Z"),
              ElementsAre("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"));
}

TEST(SlotsInTheRepeatedHour, AnIntervalKeepsItsPace) {
  EXPECT_THAT(between(compiled({"30 * * * *"}, "Europe/Zurich"), "2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"),
              ElementsAre("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z"));
  EXPECT_EQ(between(compiled({"*/15 2 * * *"}, "Europe/Zurich"), "2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z").size(),
            8U);
}

// Lord Howe Island changes by half an hour: forward at 15:30Z on 3 October 2026, and back at 15:00Z on 4 April.

TEST(SlotsInTheGap, AnHourlySlotInHalfAnHourIsMadeUpFor) {
  EXPECT_THAT(between(compiled({"0 * * * *"}, "Australia/Lord_Howe"), "2026-10-03T14:00:00Z", "2026-10-03T16:30:00Z"),
              ElementsAre("2026-10-03T14:30:00Z", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"));
}

TEST(SlotsInTheRepeatedHour, HalfAnHourLengthensOneInterval) {
  EXPECT_THAT(between(compiled({"0 * * * *"}, "Australia/Lord_Howe"), "2026-04-04T13:30:00Z", "2026-04-04T17:00:00Z"),
              ElementsAre("2026-04-04T14:00:00Z", "2026-04-04T15:30:00Z", "2026-04-04T16:30:00Z"));
}

TEST(SlotsInTheRepeatedHour, ATimeOfDayOfEverySecondHourIsThreeHoursApart) {
  EXPECT_THAT(between(compiled({"0 */2 * * *"}, "Europe/Zurich"), "2026-10-24T23:00:00Z", "2026-10-25T04:00:00Z"),
              ElementsAre("2026-10-25T00:00:00Z", "2026-10-25T03:00:00Z"));
}

TEST(Slots, TheRulesGoOnAfter2037) {
  EXPECT_EQ(compiled({"30 2 * * *"}, "Europe/Zurich").next_after(at("2040-07-01T12:00:00Z")),
            at("2040-07-02T00:30:00Z"));
}

TEST(Slots, ALeapDayOnAGivenWeekdayIsFoundAcrossFortyYears) {
  EXPECT_EQ(compiled({"0 0 * 2 mon#5"}).next_after(at("2072-01-01T00:00:00Z")), at("2072-02-29T00:00:00Z"));
  EXPECT_EQ(compiled({"0 0 * 2 mon#5"}).next_after(at("2072-03-01T00:00:00Z")), at("2112-02-29T00:00:00Z"));
}

TEST(SlotsInTheRepeatedHour, ItCanLieAcrossMidnight) {
  // Cuba goes from 01:00 to 00:00 on the first Sunday of November.
  EXPECT_THAT(
      between(compiled({"30 0 * * *", "15 * * * *"}, "America/Havana"), "2026-11-01T03:50:00Z", "2026-11-01T06:50:00Z"),
      ElementsAre("2026-11-01T04:15:00Z", "2026-11-01T04:30:00Z", "2026-11-01T05:15:00Z", "2026-11-01T06:15:00Z"));
}

TEST(SlotsInTheRepeatedHour, DaysCanBeInterleaved) {
  // Newfoundland went from 00:01 back to 23:01 of the day before: 7 November 2010.
  EXPECT_THAT(between(compiled({"0,59 * * * *"}, "America/St_Johns"), "2010-11-07T02:00:00Z", "2010-11-07T04:40:00Z"),
              ElementsAre("2010-11-07T02:29:00Z", "2010-11-07T02:30:00Z", "2010-11-07T03:29:00Z",
                          "2010-11-07T03:30:00Z", "2010-11-07T04:29:00Z", "2010-11-07T04:30:00Z"));
}

TEST(Slots, LeapDaysAreFoundAcrossACenturyWithoutOne) {
  const auto leap = compiled({"0 0 29 2 *"});
  EXPECT_EQ(leap.next_after(at("2096-03-01T00:00:00Z")), at("2104-02-29T00:00:00Z"));
  EXPECT_EQ(leap.latest_at_or_before(at("2104-02-28T00:00:00Z")), at("2096-02-29T00:00:00Z"));
}

TEST(Slots, OutOfTheClocksRangeThereIsNone) {
  const auto daily = compiled({"5 1 * * *"});
  EXPECT_FALSE(daily.next_after(WallTime::max()).has_value());
  EXPECT_FALSE(daily.latest_at_or_before(WallTime::min()).has_value());
}

TEST(Slots, IntervalAt) {
  EXPECT_EQ(compiled({"5 1 * * *"}).interval_at(at("2026-11-24T12:00:00Z")),
            std::optional<std::chrono::milliseconds>(24h));
  EXPECT_EQ(compiled({"*/10 * * * *"}).interval_at(at("2026-11-24T12:00:00Z")),
            std::optional<std::chrono::milliseconds>(10min));
}

TEST(StartingDeadline, IsAnHourOrHalfTheInterval) {
  EXPECT_EQ(compiled({"5 1 * * *"}).starting_deadline(at("2026-11-24T01:05:00Z")), 1h);
  EXPECT_EQ(compiled({"0 * * * *"}).starting_deadline(at("2026-11-24T01:00:00Z")), 30min);
  EXPECT_EQ(compiled({"* * * * *"}).starting_deadline(at("2026-11-24T01:00:00Z")), 30s);
  auto schedule = schedule_of({"0 * * * *"});
  schedule.starting_deadline = 5h;
  EXPECT_EQ(compile(schedule)->starting_deadline(at("2026-11-24T01:00:00Z")), 5h) << "the schedule's own word stands";
}

TEST(DueSlot, IsTheLatestUntilItsDeadline) {
  const auto daily = compiled({"5 1 * * *"});
  const auto slot = at("2026-11-24T01:05:00Z");
  EXPECT_EQ(daily.due_slot(slot - 1s, {}).due, std::nullopt);
  EXPECT_EQ(daily.due_slot(slot - 1s, {}).missed, slot - 24h);
  EXPECT_EQ(daily.due_slot(slot, {}).due, slot);
  EXPECT_EQ(daily.due_slot(slot + 1h, {}).due, slot);
  EXPECT_EQ(daily.due_slot(slot + 1h, {}).missed, std::nullopt);
  EXPECT_EQ(daily.due_slot(slot + 1h + 1ms, {}).due, std::nullopt);
  EXPECT_EQ(daily.due_slot(slot + 1h + 1ms, {}).missed, slot);
}

TEST(DueSlot, SlotsBeforeStartAtDoNotCount) {
  const auto daily = compiled({"5 1 * * *"});
  const auto slot = at("2026-11-24T01:05:00Z");
  EXPECT_EQ(daily.due_slot(slot + 1s, slot + 1ms).due, std::nullopt);
  EXPECT_EQ(daily.due_slot(slot + 2h, slot + 1ms).missed, std::nullopt);
  EXPECT_EQ(daily.due_slot(slot + 1s, slot).due, slot);
}

TEST(DueSlot, AfterAWeekOffOnlyTheLatestIsServed) {
  const auto hourly = compiled({"0 * * * *"});
  const auto back = at("2026-11-24T12:10:00Z");
  EXPECT_EQ(hourly.due_slot(back, back - 24h * 7).due, at("2026-11-24T12:00:00Z"));
  auto patient = schedule_of({"0 * * * *"});
  patient.starting_deadline = 24h * 7;
  EXPECT_EQ(compile(patient)->due_slot(back, {}).due, at("2026-11-24T12:00:00Z"))
      << "though 168 slots are within the deadline";
}

policy::Blackout once(std::string_view from, std::string_view to) {
  policy::Blackout blackout;
  blackout.from = at(from);
  blackout.to = at(to);
  return blackout;
}

policy::Blackout again(std::string cron, std::chrono::milliseconds duration) {
  policy::Blackout blackout;
  blackout.cron = std::move(cron);
  blackout.duration = duration;
  blackout.reason = "office hours";
  return blackout;
}

Compiled with_blackouts(std::vector<std::string> cron, std::vector<policy::Blackout> blackouts,
                        std::string zone = "UTC") {
  auto schedule = schedule_of(std::move(cron), std::move(zone));
  schedule.blackouts = std::move(blackouts);
  return compile(schedule).value();
}

TEST(Blackout, SkipsItsSlotsAndBeginsWithItsFirstInstant) {
  const auto schedule = with_blackouts({"0 * * * *"}, {once("2026-11-24T02:00:00Z", "2026-11-24T04:00:00Z")});
  EXPECT_THAT(between(schedule, "2026-11-24T00:30:00Z", "2026-11-24T05:00:00Z"),
              ElementsAre("2026-11-24T01:00:00Z", "2026-11-24T04:00:00Z", "2026-11-24T05:00:00Z"));
  EXPECT_EQ(schedule.latest_at_or_before(at("2026-11-24T03:30:00Z")), at("2026-11-24T01:00:00Z"));
  EXPECT_EQ(schedule.interval_at(at("2026-11-24T03:30:00Z")), std::optional<std::chrono::milliseconds>(3h))
      << "so long nothing is expected";
}

TEST(Blackout, ComesAgainInTheTimeZoneOfTheSchedule) {
  const auto zurich = with_blackouts({"0 */4 * * *"}, {again("0 8 * * mon-fri", 10h)}, "Europe/Zurich");
  EXPECT_THAT(
      between(zurich, "2026-11-26T22:00:00Z", "2026-11-28T12:00:00Z"),
      ElementsAre("2026-11-26T23:00:00Z", "2026-11-27T03:00:00Z", "2026-11-27T19:00:00Z", "2026-11-27T23:00:00Z",
                  "2026-11-28T03:00:00Z", "2026-11-28T07:00:00Z", "2026-11-28T11:00:00Z"))
      << "Friday and Saturday";
  const auto blackout = zurich.blackout_at(at("2026-11-27T07:00:00Z"));
  ASSERT_TRUE(blackout.has_value());
  EXPECT_EQ(blackout->reason, "office hours");
  EXPECT_EQ(blackout->window.end, at("2026-11-27T17:00:00Z"));
  EXPECT_FALSE(zurich.blackout_at(at("2026-11-27T17:00:00Z")).has_value());
}

TEST(Blackout, ItsSlotIsNeverDueAndNeitherIsAnEarlierOne) {
  auto schedule = schedule_of({"0 * * * *"});
  schedule.starting_deadline = 5h;
  schedule.blackouts = {once("2026-11-24T01:30:00Z", "2026-11-24T02:10:00Z")};
  const auto made = compile(schedule).value();
  EXPECT_EQ(made.due_slot(at("2026-11-24T01:29:00Z"), {}).due, at("2026-11-24T01:00:00Z"));
  EXPECT_EQ(made.due_slot(at("2026-11-24T01:29:00Z"), {}).start_by, at("2026-11-24T01:30:00Z") - 1ms)
      << "nothing is begun in a blackout";
  EXPECT_EQ(made.due_slot(at("2026-11-24T01:30:00Z"), {}).missed, at("2026-11-24T01:00:00Z"));
  const auto skipped = made.due_slot(at("2026-11-24T02:30:00Z"), {});
  EXPECT_EQ(skipped.due, std::nullopt);
  EXPECT_EQ(skipped.missed, std::nullopt);
  EXPECT_EQ(skipped.blacked_out, at("2026-11-24T02:00:00Z"));
}

TEST(Blackout, OneThatSkipsEverySlotIsRefused) {
  policy::Policy policy;
  policy.schedule = schedule_of({"30 9 * * mon-fri"});
  policy.schedule.blackouts = {again("0 8 * * *", 10h)};
  policy.schedule.blackouts[0].mark = {"f", 4, 5};
  const auto errors = check(policy);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].to_string(),
            "f:4:5: spec.schedule.blackouts: skip every slot of the schedule: shorten one of them, or choose another "
            "time of day");
  policy.schedule.cron = {"30 9 * * *"};
  policy.schedule.blackouts[0].cron = "0 8 * * mon-fri";
  EXPECT_TRUE(check(policy).empty()) << "weekends are left";
}

TEST(Blackout, ItsExpressionIsCheckedToo) {
  policy::Policy policy;
  policy.schedule = schedule_of({"30 9 * * *"});
  policy.schedule.blackouts = {again("0 25 * * *", 10h)};
  policy.schedule.blackouts[0].cron_mark = {{"f", 4, 12}, 13};
  const auto errors = check(policy);
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].to_string(),
            "f:4:15: spec.schedule.blackouts[0].cron: hour: \"25\" is out of range: use 0 to 23");
}

TEST(Jitter, DelaysAServerAlwaysByTheSame) {
  auto schedule = schedule_of({"0 * * * *"});
  schedule.jitter = 10min;
  const auto made = compile(schedule).value();
  const auto slot = at("2026-11-24T12:00:00Z");
  const auto key = spread_key("default", "edx", "40443508-63a8-43bc-9fba-379d7d7c69d4");
  const auto delay = made.delay(slot, key);
  EXPECT_GT(delay, 0s) << "of this server";
  EXPECT_LT(delay, 10min);
  EXPECT_EQ(made.delay(slot + 24h, key), delay);
  EXPECT_EQ(made.delay(slot, ""), 0s);
  EXPECT_EQ(made.due_slot(slot + delay - 1ms, {}, key).due, std::nullopt);
  EXPECT_EQ(made.due_slot(slot + delay - 1ms, {}, key).begins, slot + delay);
  EXPECT_EQ(made.due_slot(slot + delay, {}, key).due, slot) << "the slot itself does not move";
}

TEST(Jitter, LeavesAnEarlierSlotDueUntilItsOwnBegins) {
  auto schedule = schedule_of({"0 * * * *"});
  schedule.starting_deadline = 2h;
  schedule.jitter = 20min;
  const auto made = compile(schedule).value();
  const auto slot = at("2026-11-24T12:00:00Z");
  const auto key = spread_key("default", "edx", "40443508-63a8-43bc-9fba-379d7d7c69d4");
  EXPECT_EQ(made.due_slot(slot, {}, key).due, slot - 1h);
}

TEST(Jitter, DoesNotHideThatASlotIsBlackedOut) {
  auto schedule = schedule_of({"0 * * * *"});
  schedule.jitter = 10min;
  const auto slot = at("2026-11-24T12:00:00Z");
  schedule.blackouts = {once("2026-11-24T12:00:00Z", "2026-11-24T12:30:00Z")};
  const auto due = compile(schedule)->due_slot(slot, {}, spread_key("default", "edx", "40443508"));
  EXPECT_EQ(due.blacked_out, slot);
  EXPECT_EQ(due.begins, std::nullopt);
}

TEST(ScheduleCheck, NamesEveryErrorWithItsPlace) {
  policy::Policy policy;
  policy.schedule = schedule_of({"5 1 * * *", "61 1 * * *"}, "Europe/Zurch");
  policy.schedule.cron_marks = {{{"f", 1, 1}, 0}, {{"f", 2, 9}, 10}};
  policy.schedule.time_zone_mark = support::SourceMark{"f", 3, 7};
  const auto errors = check(policy);
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].to_string(), "f:2:10: spec.schedule.cron[1]: minute: \"61\" is out of range: use 0 to 59");
  EXPECT_EQ(errors[1].to_string(),
            "f:3:7: spec.schedule.timeZone: there is no time zone \"Europe/Zurch\": did you mean Europe/Zurich?");
  EXPECT_EQ(errors[1].kind(), support::ErrorKind::InvalidInput);
}

TEST(ScheduleCheck, AGoodOneHasNone) {
  policy::Policy policy;
  policy.schedule = schedule_of({"5 1 * * *"}, "Europe/Zurich");
  EXPECT_TRUE(check(policy).empty());
}

TEST(ScheduleCheck, CompileRefusesTheSame) {
  EXPECT_FALSE(compile(schedule_of({})).has_value());
  EXPECT_FALSE(compile(schedule_of({"5 1 30 2 *"})).has_value());
  for (const auto* zone : {"", "Mars/Base", "../etc/passwd", "/etc/passwd", "Europe", "europe/zurich"}) {
    EXPECT_FALSE(compile(schedule_of({"5 1 * * *"}, zone)).has_value()) << zone;
  }
  EXPECT_THAT(compile(schedule_of({"5 1 * * *"}, "Mars/Base")).error().message(), HasSubstr("use a name such as"));
}

}  // namespace
}  // namespace stillpoint::schedule
