#include "schedule/account.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using namespace std::chrono_literals;

WallTime instant(std::string_view text) {
  return support::parse_utc(text).value();
}

Compiled daily() {
  policy::Schedule schedule;
  schedule.cron = {"5 1 * * *"};
  return compile(schedule).value();
}

TEST(SlotAccount, AWeekOffIsCountedAndSaidInOneLine) {
  const auto account = account_slots(daily(), instant("2026-11-16T12:00:00Z"), instant("2026-11-24T00:00:00Z"),
                                     {instant("2026-11-16T01:05:00Z")});
  EXPECT_EQ(account.missed.count, 7U);
  EXPECT_EQ(account.served.count, 0U) << "what came before is not asked for";
  EXPECT_EQ(describe(account), "7 slots missed, from 2026-11-17T01:05:00Z to 2026-11-23T01:05:00Z");
}

TEST(SlotAccount, TheSlotThatMayStillBeServedIsNotMissed) {
  const auto since = instant("2026-11-22T12:00:00Z");
  const auto slot = instant("2026-11-24T01:05:00Z");
  EXPECT_EQ(account_slots(daily(), since, slot + 1h, {}).open.first, slot);
  EXPECT_EQ(describe(account_slots(daily(), since, slot + 1h, {})), "1 slot missed, 2026-11-23T01:05:00Z");
  EXPECT_EQ(account_slots(daily(), since, slot + 61min, {}).missed.count, 2U);
  EXPECT_EQ(describe(account_slots(daily(), since, slot + 61min, {slot, slot - 24h})), "");
}

TEST(SlotAccount, ASlotThatWaitsForItsJitterIsOpen) {
  policy::Schedule schedule;
  schedule.cron = {"0 * * * *"};
  schedule.jitter = 10min;
  const auto hourly = compile(schedule).value();
  const auto slot = instant("2026-11-24T12:00:00Z");
  const auto key = spread_key("default", "edx", "40443508-63a8-43bc-9fba-379d7d7c69d4");
  const auto account = account_slots(hourly, slot - 90min, slot, {}, key);
  EXPECT_EQ(account.open.last, slot);
  EXPECT_EQ(account.missed.last, slot - 1h);
}

TEST(SlotAccount, ABlackedOutSlotIsCountedAsThatAndNotAsMissed) {
  policy::Schedule schedule;
  schedule.cron = {"0 * * * *"};
  policy::Blackout blackout;
  blackout.from = instant("2026-11-24T02:00:00Z");
  blackout.to = instant("2026-11-24T04:00:00Z");
  schedule.blackouts = {blackout};
  const auto account = account_slots(compile(schedule).value(), instant("2026-11-24T00:30:00Z"),
                                     instant("2026-11-24T04:45:00Z"), {instant("2026-11-24T01:00:00Z")});
  EXPECT_EQ(describe(account),
            "1 slot missed, 2026-11-24T04:00:00Z; 2 slots blacked out, from 2026-11-24T02:00:00Z to "
            "2026-11-24T03:00:00Z");
}

TEST(SlotAccount, AYearOfMinutesIsCutAndSaysSo) {
  policy::Schedule schedule;
  schedule.cron = {"* * * * *"};
  const auto now = instant("2026-11-24T04:45:30Z");
  const auto account = account_slots(compile(schedule).value(), now - 24h * 365, now, {});
  EXPECT_TRUE(account.is_cut);
  EXPECT_EQ(account.missed.count + account.open.count, kMostCounted);
  EXPECT_TRUE(describe(account).starts_with("at least 8999")) << describe(account);
}

RC_GTEST_PROP(SlotAccountProperty, EverySlotIsExactlyOneThing, ()) {
  policy::Schedule schedule;
  schedule.cron = {*rc::gen::element<std::string>("0 * * * *", "*/30 1-5 * * *", "5 1 * * *")};
  schedule.starting_deadline = std::chrono::minutes(*rc::gen::inRange(1, 300));
  policy::Blackout blackout;
  blackout.cron = "0 2 * * *";
  blackout.duration = std::chrono::minutes(*rc::gen::inRange(1, 300));
  schedule.blackouts = {blackout};
  const auto compiled = compile(schedule).value();
  const auto now = instant("2026-11-24T00:00:00Z") + std::chrono::minutes(*rc::gen::inRange(0, 3000));
  const auto since = now - std::chrono::minutes(*rc::gen::inRange(1, 6000));
  std::vector<WallTime> served;
  size_t slots = 0;
  for (auto slot = compiled.named().next_after(since); *slot <= now; slot = compiled.named().next_after(*slot)) {
    ++slots;
    if (*rc::gen::arbitrary<bool>()) {
      served.push_back(*slot);
    }
  }
  const auto account = account_slots(compiled, since, now, served);
  RC_ASSERT(account.served.count == served.size());
  RC_ASSERT(account.served.count + account.missed.count + account.blacked_out.count + account.open.count == slots);
  RC_ASSERT(account.open.count <= 1U);
}

}  // namespace
}  // namespace stillpoint::schedule
