// What a plan does about attempts that are no points.

#include "unit/planner/planner_fixture.hpp"

namespace stillpoint::planner {
namespace {

TEST_F(PlannerTest, SuspendStopsCreatingAndPruningButNotSweeping) {
  policy_.suspend = true;
  policy_.retention.keep_last = 1;
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = at("2026-11-24T09:00:00Z")}),
      snapshot({.id = "s2", .slot = at("2026-11-24T10:00:00Z")}),
      snapshot(
          {.id = "s3", .slot = at("2026-11-24T11:00:00Z"), .consistency = Consistency::Unproven, .status = "error"})};
  EXPECT_EQ(verbs(), "sweep:Incomplete skip:Suspended");
}

TEST_F(PlannerTest, P3AnAttemptThatMayStillBeHeldIsWaitedFor) {
  now_ = kSlot + std::chrono::seconds(10);
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven, .status = "creating"})};
  EXPECT_EQ(verbs(), "wait:InFlight");
}

TEST_F(PlannerTest, P3NothingIsSweptBeforeItsMarginButTheSlotIsMadeAnew) {
  now_ = kSlot + std::chrono::seconds(60);
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven, .status = "error"})};
  EXPECT_EQ(verbs(), "create:SlotDue wait:SlotOpen");
  observed_.snapshots.push_back(snapshot({.id = "s2", .slot = kSlot, .attempt = "a2"}));
  EXPECT_EQ(verbs(), "wait:SweepLater");
  now_ = kSlot + std::chrono::seconds(22) + kSweepMargin;
  EXPECT_EQ(verbs(), "sweep:Incomplete");
}

TEST_F(PlannerTest, P2AnUnlabelledAttemptIsAskedForFirstAndSweptWhenNothingProvesIt) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven})};
  EXPECT_EQ(verbs(), "relabel:VerdictUnknown");
  observed_.not_intact = {fakes::attempt_id("a1")};
  EXPECT_EQ(verbs(), "create:SlotDue wait:SlotOpen");
  policy_.start_at = kNow;
  EXPECT_EQ(verbs(), "sweep:Unproven");
}

TEST_F(PlannerTest, P3WhatOnlyLacksItsLabelIsNotMadeASecondTime) {
  policy_.has_ssh = false;
  policy_.datasets[0].hold = {};
  policy_.datasets[0].hold.driver = policy::Driver::None;
  policy_.datasets[0].hold.method = policy::Method::None;
  policy_.datasets[0].require = Consistency::Crash;
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven, .method = "none"})};
  EXPECT_EQ(verbs(), "relabel:CrashNeedsNoProof");
  // As crash it would not serve a slot that requires more.
  policy_.datasets[0].require = Consistency::Filesystem;
  EXPECT_EQ(verbs(), "relabel:CrashNeedsNoProof create:SlotDue");
}

TEST_F(PlannerTest, P2ALateSnapshotIsKeptAsCrashOnlyIfThePolicySaysSo) {
  policy_.datasets[0].on_failure = policy::OnFailure::Downgrade;
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven})};
  observed_.not_intact = {fakes::attempt_id("a1")};
  const auto made = make();
  ASSERT_FALSE(made.actions.empty());
  EXPECT_EQ(made.actions[0].reason, "Downgraded");
  EXPECT_EQ(std::get<Relabel>(made.actions[0].what).how, Relabel::How::DowngradeToCrash);
}

TEST_F(PlannerTest, AMissingLabelOfAProvenAttemptIsWritten) {
  observed_.volumes.push_back(fakes::volume("vol-2", "mysql_data_2"));
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = kSlot, .members = 2}),
      snapshot({.id = "s2", .volume = "vol-2", .slot = kSlot, .consistency = Consistency::Unproven, .members = 2})};
  EXPECT_EQ(verbs(), "complete:LabelMissing");
}

TEST_F(PlannerTest, AttemptsAtOneSlotAreBounded) {
  for (const char* attempt : {"a1", "a2", "a3"}) {
    observed_.snapshots.push_back(snapshot({.id = std::string("s-") + attempt,
                                            .slot = kSlot,
                                            .attempt = attempt,
                                            .consistency = Consistency::Unproven,
                                            .status = "creating"}));
  }
  EXPECT_EQ(verbs(), "wait:SlotOpen wait:SlotOpen wait:SlotOpen blocked:TooManyAttempts");
}

TEST_F(PlannerTest, P5AProvenPointThatIsBackedUpIsWaitedForAndNeverSwept) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .status = "backing-up"})};
  EXPECT_EQ(verbs(), "wait:PointBusy");
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z"), .members = 2})};
  EXPECT_EQ(verbs(), "create:SlotDue blocked:PointDamaged");
}

TEST_F(PlannerTest, P7ADeletionThatWasInterruptedIsFinished) {
  auto left = snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z"), .members = 2});
  left.metadata.set_all(inventory::deletion_metadata());
  observed_.snapshots = {left, snapshot({.id = "s2", .slot = kSlot})};
  EXPECT_EQ(verbs(), "sweep:DeletionBegun");
  observed_.snapshots[0].metadata.erase("stillpoint.deletion");
  EXPECT_EQ(verbs(), "blocked:PointDamaged");
}

TEST_F(PlannerTest, P4APinnedLeftoverIsNotSwept) {
  policy_.start_at = kNow;
  const auto left = fakes::SnapshotSpec{
      .id = "s1", .slot = at("2026-11-24T10:00:00Z"), .consistency = Consistency::Unproven, .status = "error"};
  observed_.snapshots = {snapshot(left)};
  EXPECT_EQ(verbs(), "sweep:Incomplete");
  auto pinned = left;
  pinned.pin = "auditor";
  observed_.snapshots = {snapshot(pinned)};
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, SnapshotsThatNobodyCanDeleteAreReported) {
  observed_.snapshots = {snapshot({.id = "s1",
                                   .slot = at("2026-11-24T10:00:00Z"),
                                   .consistency = Consistency::Unproven,
                                   .status = "error_deleting"})};
  EXPECT_EQ(verbs(), "create:SlotDue blocked:ErrorDeleting");
}

}  // namespace
}  // namespace stillpoint::planner
