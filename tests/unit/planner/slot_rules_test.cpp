// Which slot is served, and what is said of one that is not.

#include "unit/planner/planner_fixture.hpp"

namespace stillpoint::planner {
namespace {

TEST_F(PlannerTest, ASlotBeyondItsStartingDeadlineIsMissedAndNotRunLate) {
  now_ = at("2026-11-24T12:45:00Z");
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z")})};
  EXPECT_EQ(verbs(), "skip:Missed");
  const auto action = only();
  EXPECT_EQ(std::get<Skip>(action.what).slot, kSlot);
  EXPECT_EQ(std::get<Skip>(action.what).missed, 2U);
  EXPECT_EQ(action.message,
            "it could be begun until 2026-11-24T12:30:00Z; 2 slots missed, from 2026-11-24T11:00:00Z to "
            "2026-11-24T12:00:00Z; the next slot is 2026-11-24T13:00:00Z");
  EXPECT_FALSE(make().has_changes());
}

TEST_F(PlannerTest, AfterAWeekOffOneSlotIsServedAndTheOthersAreCounted) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot - std::chrono::hours(24 * 7)})};
  EXPECT_EQ(verbs(), "create:SlotDue");
  now_ = at("2026-11-24T12:45:00Z");
  EXPECT_EQ(std::get<Skip>(only().what).missed, 24U * 7);
  observed_.snapshots.push_back(snapshot({.id = "s2", .slot = kSlot, .attempt = "a2"}));
  EXPECT_EQ(verbs(), "") << "a new point ends the count";
}

TEST_F(PlannerTest, P8ASlotWhosePointWouldGoAtOnceIsNotMade) {
  policy_.retention.keep_last = 1;
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot + std::chrono::minutes(2)})};
  EXPECT_EQ(verbs(), "skip:NotWanted") << "a point that --now made is newer than the slot";
  EXPECT_EQ(
      only().message,
      "there is a newer point, and one of this slot would be pruned at once (keepLast: 1 newer point of the required "
      "level)");
  now_ = at("2026-11-24T12:45:00Z");
  EXPECT_EQ(verbs(), "") << "nor is it missed afterwards";
  now_ = kNow;
  policy_.retention.keep_last = 2;
  EXPECT_EQ(verbs(), "create:SlotDue");
}

TEST_F(PlannerTest, APolicyIsNotToBlameForSlotsBeforeItWasThere) {
  now_ = at("2026-11-24T12:45:00Z");
  const auto action = only();
  EXPECT_EQ(action.reason, "NoneYet");
  EXPECT_EQ(std::get<Skip>(action.what).missed, 0U);
  EXPECT_EQ(action.message,
            "there is no point yet; of this slot it could be begun until 2026-11-24T12:30:00Z; the next slot is "
            "2026-11-24T13:00:00Z");
  policy_.start_at = at("2026-11-24T11:00:00Z");
  EXPECT_EQ(verbs(), "skip:Missed");
  EXPECT_EQ(std::get<Skip>(only().what).missed, 2U);
  policy_.start_at = at("2026-11-24T12:01:00Z");
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, P6AClockThatWentBackIsNoticed) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot}),
                         snapshot({.id = "s2", .slot = kSlot + std::chrono::hours(24), .attempt = "a2"})};
  EXPECT_EQ(verbs(), "wait:ClockWentBack");
  EXPECT_EQ(only().message,
            "the clock went back by 1435m since it was last seen: check the time service of this machine");
  now_ = kSlot + std::chrono::hours(24) - std::chrono::minutes(4);
  EXPECT_EQ(verbs(), "") << "a clock may be set by a little";
}

TEST_F(PlannerTest, ASuspendedPolicySaysThatItsSlotPasses) {
  policy_.suspend = true;
  EXPECT_EQ(verbs(), "skip:Suspended");
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot})};
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, ASlotInABlackoutIsSkippedAndOneBeforeItIsBegunBeforeIt) {
  policy::Blackout blackout;
  blackout.from = kSlot;
  blackout.to = kSlot + std::chrono::minutes(1);
  blackout.reason = "month end";
  policy_.schedule.blackouts = {blackout};
  EXPECT_EQ(verbs(), "skip:BlackedOut");
  EXPECT_EQ(only().message, "month end; the next slot is 2026-11-24T13:00:00Z");
  policy_.schedule.blackouts[0].from = kSlot + std::chrono::minutes(10);
  policy_.schedule.blackouts[0].to = kSlot + std::chrono::minutes(20);
  EXPECT_EQ(std::get<CreatePoint>(only().what).start_by,
            kSlot + std::chrono::minutes(10) - std::chrono::milliseconds(1));
}

TEST_F(PlannerTest, JitterDelaysTheBeginningAndNotTheSlot) {
  policy_.schedule.jitter = std::chrono::minutes(15);
  now_ = kSlot;
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T11:00:00Z")})};
  EXPECT_EQ(verbs(), "");
  now_ = kSlot + std::chrono::minutes(15);
  EXPECT_EQ(std::get<CreatePoint>(only().what).slot, kSlot);
}

TEST_F(PlannerTest, SlotsBeforeStartAtDoNotCount) {
  policy_.start_at = at("2026-11-24T12:01:00Z");
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, ASlotSaysHowLateItMayBegin) {
  const auto create = std::get<CreatePoint>(only().what);
  EXPECT_EQ(create.start_by, kSlot + std::chrono::minutes(30)) << "half the time to the next slot";
  wishes_.slot_now = kNow;
  EXPECT_FALSE(std::get<CreatePoint>(only().what).start_by);
}

}  // namespace
}  // namespace stillpoint::planner
