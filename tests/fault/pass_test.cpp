// A pass over one dataset: what the cloud and the helper do wrong, and what becomes of it.

#include "fault/pass_fixture.hpp"

namespace stillpoint {
namespace {

/// The metadata of an attempt that was begun two hours ago and never labelled.
cloud::Metadata leftover_metadata(const cloud::ServerId& server, support::WallTime now) {
  inventory::Ownership own;
  own.installation = "default";
  own.policy = "edx";
  own.server = server;
  own.server_name = "backend-2";
  own.dataset = "mysql";
  own.slot = std::chrono::floor<std::chrono::seconds>(now) - std::chrono::hours(2);
  own.point = inventory::point_id(own.installation, own.policy, server, own.dataset, own.slot);
  own.attempt = "0123456789abcdef";
  own.members = 1;
  own.taken = own.slot;
  own.hold_until = own.slot + std::chrono::seconds(22);
  own.method = "backupStage";
  own.position = {{"gtid", "0-1-42"}};
  return inventory::creation_metadata(own);
}

TEST_F(PassTest, P2ALeftoverThatNothingProvesIsSwept) {
  ASSERT_TRUE(cloud_->create_snapshot({volume_, "late", "", leftover_metadata(server_, clock_.wall_now())}, soon()));
  while (attempts().at(0).state != inventory::AttemptState::Unproven) {
    clock_.sleep_for(std::chrono::milliseconds(20));
  }
  const auto result = pass();
  EXPECT_EQ(script_.count("verdict"), 1);
  EXPECT_TRUE(attempts().empty()) << errors(result);
  EXPECT_TRUE(result.left.is_settled());
}

TEST_F(PassTest, P2ADowngradedSnapshotKeepsNoClaimOfTheHoldThatItMissed) {
  policy_.datasets[0].on_failure = policy::OnFailure::Downgrade;
  const auto before = clock_.wall_now() - std::chrono::seconds(2);
  ASSERT_TRUE(cloud_->create_snapshot({volume_, "late", "", leftover_metadata(server_, clock_.wall_now())}, soon()));
  while (attempts().at(0).state != inventory::AttemptState::Unproven) {
    clock_.sleep_for(std::chrono::milliseconds(20));
  }
  const auto result = pass();
  ASSERT_EQ(attempts().size(), 1U) << errors(result);
  EXPECT_EQ(attempts()[0].consistency, Consistency::Crash);
  EXPECT_TRUE(attempts()[0].own().position.empty());
  EXPECT_GE(attempts()[0].own().taken, before) << "when it was cut, not when the hold was";
}

TEST_F(PassTest, P5APointThatIsBeingBackedUpIsLeftAlone) {
  policy_.retention.keep_last = 1;
  const auto first = this_second() - std::chrono::seconds(10);
  pass(first);
  const auto id = attempts().at(0).members[0].snapshot.id;
  sim_->control("POST", "/sim/snapshots/" + id.str(), R"({"status": "backing-up"})");
  const auto result = pass(first + std::chrono::seconds(1));
  EXPECT_EQ(count(result, ActionResult::Outcome::Failed), 0) << errors(result);
  EXPECT_EQ(attempts().size(), 2U);
  ASSERT_EQ(result.left.actions.size(), 1U);
  EXPECT_EQ(result.left.actions[0].reason, "PointBusy");
}

TEST_F(PassTest, MakesAPointAndThenHasNothingToDo) {
  const auto slot = this_second();
  const auto first = pass(slot);
  EXPECT_EQ(count(first, ActionResult::Outcome::Done), 1) << errors(first);
  EXPECT_EQ(script_.calls, (std::vector<std::string>{"probe", "lock", "hold", "release"}));
  ASSERT_EQ(attempts().size(), 1U);
  EXPECT_EQ(attempts()[0].consistency, Consistency::Application);
  EXPECT_EQ(attempts()[0].own().position.at("gtid"), "0-1-42");

  forget_requests();
  const auto second = pass(slot);
  EXPECT_TRUE(second.left.actions.empty());
  EXPECT_EQ(writes(), 0) << "P8";
}

TEST_F(PassTest, P2AHoldThatIsNotIntactProvesNothing) {
  script_.release_is_intact = false;
  const auto result = pass(this_second());
  EXPECT_EQ(count(result, ActionResult::Outcome::Failed), 1);
  ASSERT_EQ(attempts().size(), 1U);
  EXPECT_EQ(attempts()[0].state, inventory::AttemptState::Unproven);
}

TEST_F(PassTest, P3APostWithoutAnAnswerIsLookedForAndNotRepeated) {
  fault({{"method", "POST"}, {"path_regex", "/snapshots$"}, {"drop", "after"}});
  const auto result = pass(this_second());
  EXPECT_EQ(count(result, ActionResult::Outcome::Done), 1) << errors(result);
  ASSERT_EQ(attempts().size(), 1U);
  EXPECT_EQ(attempts()[0].state, inventory::AttemptState::Complete);
}

TEST_F(PassTest, P2APostThatTakesEffectAfterTheHoldIsNotAPoint) {
  fault({{"method", "POST"}, {"path_regex", "/snapshots$"}, {"drop", "later"}, {"delay_ms", 2500}});
  const auto slot = this_second();
  const auto result = pass(slot);
  EXPECT_EQ(count(result, ActionResult::Outcome::Failed), 1);
  EXPECT_EQ(script_.count("abort"), 1);
  EXPECT_EQ(script_.count("release"), 0);
  while (attempts().empty() || attempts()[0].members[0].snapshot.status != "available") {
    clock_.sleep_for(std::chrono::milliseconds(50));
  }
  EXPECT_EQ(attempts()[0].state, inventory::AttemptState::Unproven);
  EXPECT_EQ(script_.count("hold"), 1) << "not held a second time in the pass";
}

TEST_F(PassTest, P2ASnapshotThatStaysCreatingEndsInAnAbort) {
  sim_->control("POST", "/sim/settings", R"({"cut_delay_ms": -1})");
  const auto result = pass(this_second());
  EXPECT_EQ(script_.count("abort"), 1);
  EXPECT_NE(errors(result).find("was not available before the hold had to end"), std::string::npos) << errors(result);
}

TEST_F(PassTest, P9AnExhaustedQuotaHoldsNothing) {
  sim_->control("POST", "/sim/settings", R"({"quota": {"snapshots": 0}})");
  const auto result = pass(this_second());
  EXPECT_TRUE(result.results.empty());
  ASSERT_EQ(result.left.actions.size(), 1U);
  EXPECT_EQ(result.left.actions[0].reason, "QuotaExceeded");
  EXPECT_TRUE(script_.calls.empty());
}

TEST_F(PassTest, AQuotaThatIsGoneWhenThePostComesEndsInAnAbort) {
  fault({{"method", "POST"},
         {"path_regex", "/snapshots$"},
         {"status", 413},
         {"body",
          {{"overLimit",
            {{"code", 413},
             {"message", "SnapshotLimitExceeded: Maximum number of snapshots allowed (10) exceeded"},
             {"retryAfter", "0"}}}}}});
  const auto result = pass(this_second());
  EXPECT_EQ(script_.count("abort"), 1);
  EXPECT_NE(errors(result).find("SnapshotLimitExceeded"), std::string::npos) << errors(result);
  EXPECT_TRUE(attempts().empty());
}

TEST_F(PassTest, P7ALabelThatWasNotWrittenIsFetchedFromTheServerByTheNextPass) {
  fault({{"method", "POST"}, {"path_regex", "/metadata$"}, {"status", 403}, {"count", -1}});
  const auto slot = this_second();
  EXPECT_EQ(count(pass(slot), ActionResult::Outcome::Failed), 1);
  sim_->control("DELETE", "/sim/faults");
  script_.verdict = quiesce::Verdict::Intact;
  while (attempts().at(0).hold_until() > clock_.wall_now()) {
    clock_.sleep_until(clock_.steady_now() + (attempts().at(0).hold_until() - clock_.wall_now()), {});
  }
  const auto next = pass(slot);
  EXPECT_EQ(count(next, ActionResult::Outcome::Done), 1) << errors(next);
  ASSERT_EQ(attempts().size(), 1U);
  EXPECT_EQ(attempts()[0].consistency, Consistency::Application);
  EXPECT_EQ(script_.count("hold"), 1);
}

TEST_F(PassTest, P3ASlotThatSomebodyElseServedIsSeenUnderTheHostLock) {
  const auto slot = this_second();
  script_.on_lock = [&] {
    const auto others = pass(slot);
    EXPECT_EQ(count(others, ActionResult::Outcome::Done), 1) << errors(others);
  };
  const auto mine = pass(slot);
  EXPECT_EQ(script_.count("hold"), 1);
  EXPECT_EQ(attempts().size(), 1U);
  ASSERT_EQ(mine.results.size(), 1U);
  EXPECT_EQ(mine.results[0].note, "another controller has made this point");
  EXPECT_TRUE(mine.left.actions.empty());
}

TEST_F(PassTest, ABusyServerIsNoFailureAndTriedOnceInAPass) {
  script_.lock_error = support::Error(support::ErrorKind::Busy, "somebody else holds it");
  const auto result = pass(this_second());
  ASSERT_EQ(result.results.size(), 1U);
  EXPECT_EQ(result.results[0].outcome, ActionResult::Outcome::Skipped);
  EXPECT_EQ(result.results[0].note, "host lock of server 'backend-2': somebody else holds it");
  EXPECT_EQ(script_.count("lock"), 1);
}

TEST_F(PassTest, ASlotThatCannotBeBegunInTimeIsMissed) {
  policy_.schedule.cron = {"* * * * *"};
  policy_.schedule.starting_deadline = std::chrono::seconds(1);
  planner::Wishes wishes;
  // The pass began two hours ago with a slot that was due then.
  wishes.slots_at = std::chrono::floor<std::chrono::minutes>(clock_.wall_now()) - std::chrono::hours(2);
  const auto result = pass(wishes);
  EXPECT_EQ(script_.count("hold"), 0);
  EXPECT_NE(errors(result).find("the slot is missed"), std::string::npos) << errors(result);
  EXPECT_TRUE(attempts().empty());
}

// P7: a pass that dies, or a cloud that fails, between the deletions of one point's snapshots.
TEST_F(PassTest, P7ADeletionThatStoppedHalfWayIsFinishedByTheNextPass) {
  const auto other = project_->create_volume("mysql_data_2", "");
  project_->attach(server_, other);
  policy_.retention.keep_last = 1;
  for (const int age : {2, 1}) {
    auto metadata = leftover_metadata(server_, clock_.wall_now() + std::chrono::hours(2 - age));
    metadata["stillpoint.members"] = "2";
    metadata["stillpoint.consistency"] = "application";
    for (const auto& volume : {volume_, other}) {
      ASSERT_TRUE(cloud_->create_snapshot({volume, "point", "", metadata}, soon()));
    }
  }
  while (attempts().size() < 2 || attempts()[0].state != inventory::AttemptState::Complete ||
         attempts()[1].state != inventory::AttemptState::Complete) {
    clock_.sleep_for(std::chrono::milliseconds(20));
  }
  fault({{"method", "DELETE"}, {"path_regex", "/snapshots/"}, {"after", 1}, {"count", -1}, {"status", 500}});
  EXPECT_EQ(count(pass(), ActionResult::Outcome::Failed), 1);
  sim_->control("DELETE", "/sim/faults");
  ASSERT_EQ(attempts().size(), 2U);
  EXPECT_EQ(attempts()[0].members.size(), 1U);
  const auto result = pass();
  EXPECT_EQ(count(result, ActionResult::Outcome::Failed), 0) << errors(result);
  EXPECT_EQ(attempts().size(), 1U);
  EXPECT_TRUE(result.left.is_settled());
}

TEST_F(PassTest, P4PrunesTheOldestOfItsOwnAndNothingElse) {
  policy_.retention.keep_last = 2;
  const auto first = this_second() - std::chrono::seconds(10);
  cloud::NewSnapshot by_hand;
  by_hand.volume = volume_;
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(count(pass(first + std::chrono::seconds(i)), ActionResult::Outcome::Failed), 0);
    if (i == 0) {
      by_hand.name = attempts()[0].members[0].snapshot.name;
      ASSERT_TRUE(cloud_->create_snapshot(by_hand, soon()));
      const auto still_creating = [&] {
        const auto snapshots = cloud_->list_snapshots_of({volume_}, soon());
        return std::any_of(snapshots->begin(), snapshots->end(),
                           [](const cloud::Snapshot& snapshot) { return snapshot.status == "creating"; });
      };
      while (still_creating()) {
        clock_.sleep_for(std::chrono::milliseconds(20));
      }
    }
  }
  const auto left = attempts();
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].slot, first + std::chrono::seconds(1));
  EXPECT_EQ(cloud_->list_snapshots(soon())->size(), 3U) << "the look-alike is still there";
}

TEST_F(PassTest, P6AListingThatDoesNotEndWellPrunesNothing) {
  policy_.retention.keep_last = 1;
  const auto first = this_second() - std::chrono::seconds(10);
  pass(first);
  fault({{"method", "GET"}, {"path_regex", "/snapshots"}, {"cut_body", 40}, {"count", -1}});
  planner::Wishes wishes;
  executor::HoldGate gate({}, clock_);
  const auto ended =
      executor::run_pass({*cloud_, servers_, clock_, support::null_log(), executor::null_observer(), gate, "default"},
                         {policy_}, wishes, [](const ActionResult&) {});
  ASSERT_FALSE(ended);
  sim_->control("DELETE", "/sim/faults");
  EXPECT_EQ(attempts().size(), 1U);
}

TEST_F(PassTest, ATokenThatIsRefusedInMidPassIsRenewed) {
  fault({{"method", "POST"},
         {"path_regex", "/metadata$"},
         {"status", 401},
         {"body", {{"error", {{"code", 401}, {"title", "Unauthorized"}, {"message", "expired"}}}}}});
  const auto result = pass(this_second());
  EXPECT_EQ(count(result, ActionResult::Outcome::Done), 1) << errors(result);
}

TEST_F(PassTest, WhatCannotBeProvenOnTheServerIsNotHeld) {
  script_.provable = Consistency::Crash;
  const auto result = pass(this_second());
  EXPECT_EQ(count(result, ActionResult::Outcome::Failed), 1);
  EXPECT_EQ(script_.count("hold"), 0);
  EXPECT_TRUE(attempts().empty());
}

TEST_F(PassTest, P6AClockThatDiffersFromTheCloudsHoldsNothing) {
  sim_->control("POST", "/sim/settings", R"({"clock_offset_s": 7200})");
  const auto result = pass(this_second());
  EXPECT_TRUE(script_.calls.empty());
  ASSERT_EQ(result.left.actions.size(), 1U);
  EXPECT_EQ(result.left.actions[0].reason, "ClockSuspect");
}

}  // namespace
}  // namespace stillpoint
