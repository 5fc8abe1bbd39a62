#include "status/assess.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "unit/status/status_fixture.hpp"

namespace stillpoint::status {
namespace {

using namespace std::chrono_literals;
using policy::Consistency;
using testing::HasSubstr;
using testing::IsEmpty;

const inventory::SeriesKey kMysql{"edx", fakes::kServer, "mysql"};

TEST_F(StatusTest, AllIsWellWhenTheLatestSlotHasItsPoint) {
  add_point("2026-11-24T11:00:00Z");
  add_point("2026-11-24T12:00:00Z");
  assess_at("2026-11-24T12:05:00Z");
  ASSERT_EQ(said_.size(), 1U);
  ASSERT_EQ(edx().conditions.size(), kConditionTypes);
  for (const auto& condition : edx().conditions) {
    EXPECT_TRUE(condition.is_good()) << to_string(condition.type) << ": " << condition.message;
  }
  EXPECT_EQ(edx().cloud, "prod");
  EXPECT_EQ(edx().observed_spec_hash, "cafe");
  EXPECT_EQ(edx().last_slot, at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(edx().next_slot, at("2026-11-24T13:00:00Z"));
  EXPECT_EQ(edx().interval, 1h);
  EXPECT_EQ(mysql().last_good, at("2026-11-24T12:00:00Z"));
  EXPECT_EQ(mysql().overdue, 0s);
  EXPECT_THAT(mysql().trouble, IsEmpty());
  ASSERT_EQ(mysql().points.size(), 2U);
  EXPECT_EQ(mysql().points.front().kept_by, "KeepLast");
  EXPECT_EQ(mysql().points.front().held, 250ms);
  EXPECT_TRUE(mysql().points.front().counts);
}

TEST_F(StatusTest, APointIsOverdueOnceItsStartingDeadlineAndItsMakingHavePassed) {
  add_point("2026-11-24T11:00:00Z");
  assess_at("2026-11-24T12:31:20Z");
  EXPECT_EQ(say(Type::Protected), "True:PointsInTime") << "begun at 12:30, it may take 80 s";
  EXPECT_EQ(mysql().overdue, 0s);
  assess_at("2026-11-24T12:40:00Z");
  EXPECT_EQ(say(Type::Protected), "False:Overdue");
  EXPECT_EQ(mysql().overdue, 8min + 40s);
  EXPECT_EQ(since(Type::Protected), at("2026-11-24T12:31:20Z")) << "since it became so, not since it was seen";
  EXPECT_EQ(mysql().missed, 1U);
  EXPECT_THAT(mysql().trouble, HasSubstr("12:30:00Z"));
  assess_at("2026-11-24T15:10:00Z");
  EXPECT_EQ(mysql().missed, 3U) << "that of 15:00 may still be served";
  EXPECT_EQ(since(Type::Protected), at("2026-11-24T12:31:20Z"));
}

TEST_F(StatusTest, ABlackoutIsNoDelay) {
  policy::Blackout blackout;
  blackout.from = at("2026-11-24T11:30:00Z");
  blackout.to = at("2026-11-24T18:30:00Z");
  policies_[0].schedule.blackouts = {blackout};
  add_point("2026-11-24T11:00:00Z");
  assess_at("2026-11-24T18:00:00Z");
  EXPECT_EQ(say(Type::Protected), "True:PointsInTime");
  EXPECT_EQ(mysql().missed, 0U);
  EXPECT_EQ(edx().next_slot, at("2026-11-24T19:00:00Z"));
}

TEST_F(StatusTest, WithoutAPointNothingIsProtectedAndOverdueIsCountedFromWhenItWasExpected) {
  assess_at("2026-11-24T12:45:00Z");
  EXPECT_EQ(say(Type::Protected), "False:NoPointYet");
  EXPECT_EQ(mysql().overdue, 0s) << "it is not to blame for slots before it was there";
  assess_at("2026-11-24T14:00:00Z");
  EXPECT_EQ(say(Type::Protected), "False:Overdue");
  EXPECT_EQ(mysql().overdue, 28min + 40s) << "the slot of 13:00 was the first";
  EXPECT_EQ(since(Type::Protected), at("2026-11-24T12:45:00Z")) << "it never was protected";
}

TEST_F(StatusTest, P7ARestartDoesNotForgetWhatTheDocumentTells) {
  policies_[0].start_at = at("2026-11-24T08:00:00Z");
  assess_at("2026-11-24T12:45:00Z");
  EXPECT_EQ(say(Type::Protected), "False:Overdue");
  EXPECT_EQ(since(Type::Protected), at("2026-11-24T08:31:20Z"));
  EXPECT_EQ(mysql().missed, 5U);
}

TEST_F(StatusTest, AServerThatComesToAPolicyIsExpectedToHavePointsFromThenOn) {
  policies_[0].start_at = at("2026-01-01T00:00:00Z");
  policies_[0].servers = {};
  policies_[0].servers.name_pattern = "backend-*";
  add_point("2026-11-24T12:00:00Z");
  assess_at("2026-11-24T12:05:00Z");
  observed_.servers.push_back(fakes::server("backend-3", cloud::ServerId("new")));
  observed_.volumes.push_back(fakes::volume("vol-new", "mysql_data", cloud::ServerId("new")));
  assess_at("2026-11-24T12:10:00Z");
  ASSERT_EQ(edx().series.size(), 2U);
  EXPECT_EQ(edx().series[1].overdue, 0s);
  EXPECT_EQ(say(Type::Protected), "False:NoPointYet");
}

TEST_F(StatusTest, P7ProtectedSinceIsToldBySnapshotsAfterARestart) {
  for (const auto* slot : {"T06:00:00Z", "T07:00:00Z", "T10:00:00Z", "T11:00:00Z", "T12:00:00Z"}) {
    add_point(std::string("2026-11-24") + slot);
  }
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(since(Type::Protected), at("2026-11-24T10:00:00Z")) << "8:00 and 9:00 are missing";
  add_point("2026-11-24T13:00:00Z");
  assess_at("2026-11-24T13:05:00Z");
  EXPECT_EQ(since(Type::Protected), at("2026-11-24T10:00:00Z"));
}

TEST_F(StatusTest, ATransitionIsDatedWhenTheTruthChangesAndNotTheReason) {
  observed_.quota["snapshots"] = {10, 10, 0};
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::Ready), "False:QuotaExceeded");
  EXPECT_THAT(mysql().trouble, HasSubstr("quota 'snapshots'"));
  observed_.volumes.clear();
  assess_at("2026-11-24T12:06:00Z");
  EXPECT_EQ(say(Type::Ready), "False:NoVolume");
  EXPECT_EQ(since(Type::Ready), at("2026-11-24T12:05:00Z"));
  observed_.volumes = {fakes::volume("vol-mysql", "mysql_data")};
  observed_.quota.clear();
  assess_at("2026-11-24T12:07:00Z");
  EXPECT_EQ(say(Type::Ready), "True:NothingBlocked");
  EXPECT_EQ(since(Type::Ready), at("2026-11-24T12:07:00Z"));
}

TEST_F(StatusTest, P6AHeldBackMassDeletionIsACondition) {
  policies_[0].retention.keep_last = 1;
  for (int hour = 0; hour < 12; ++hour) {
    add_point("2026-11-24T" + std::string(hour < 10 ? "0" : "") + std::to_string(hour) + ":00:00Z");
  }
  add_point("2026-11-24T12:00:00Z");
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::PruneBlocked), "True:MassDeletion");
  EXPECT_EQ(say(Type::Ready), "True:NothingBlocked") << "points are made all the same";
  EXPECT_TRUE(mysql().points.front().goes);
}

TEST_F(StatusTest, TwoThatClaimAVolumeAreInConflict) {
  policies_.push_back(policies_[0]);
  policies_[1].name = "other";
  assess_at("2026-11-24T12:05:00Z");
  ASSERT_EQ(said_.size(), 2U);
  EXPECT_EQ(say(Type::Conflict), "True:VolumeClaimedTwice");
  EXPECT_EQ(said_[1].condition(Type::Conflict).truth, Truth::True);
  EXPECT_EQ(say(Type::Ready), "False:VolumeClaimedTwice");
}

TEST_F(StatusTest, AFailureIsToldUntilAGoodPointComes) {
  add_point("2026-11-24T11:00:00Z");
  failures_.emplace(kMysql, support::Error(support::ErrorKind::Unavailable, "no route to backend-2"));
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::HoldFailed), "True:Unavailable");
  failures_.clear();
  assess_at("2026-11-24T12:06:00Z");
  EXPECT_EQ(say(Type::HoldFailed), "True:Unavailable");
  EXPECT_EQ(since(Type::HoldFailed), at("2026-11-24T12:05:00Z"));
  EXPECT_THAT(mysql().trouble, HasSubstr("no route"));
  observed_.snapshots.push_back(snapshot({.id = "late", .slot = at("2026-11-24T13:00:00Z")}));
  assess_at("2026-11-24T13:05:00Z");
  EXPECT_EQ(say(Type::HoldFailed), "False:NoFailure");
  EXPECT_EQ(since(Type::HoldFailed), at("2026-11-24T13:05:00Z"));
}

TEST_F(StatusTest, AFailureIsOverWithAGoodPointWhoseTimeIsByTheCloudsClock) {
  failures_.emplace(kMysql, support::Error(support::ErrorKind::Unavailable, "no route to backend-2"));
  observed_.clock_offset = std::chrono::seconds(-25);
  assess_at("2026-11-24T12:05:00Z");
  failures_.clear();
  observed_.snapshots.push_back(snapshot({.id = "good", .slot = at("2026-11-24T12:04:45Z")}));
  assess_at("2026-11-24T12:05:15Z");
  EXPECT_EQ(say(Type::HoldFailed), "False:NoFailure") << "it was taken at 12:05:10 by our clock";
}

TEST_F(StatusTest, P2AnAttemptThatWasNotProvenIsSeenInItsSnapshots) {
  policies_[0].has_ssh = false;  // nobody to ask for the verdict
  add_point("2026-11-24T11:00:00Z");
  add_point("2026-11-24T12:00:00Z", Consistency::Unproven);
  assess_at("2026-11-24T12:00:10Z");
  EXPECT_EQ(say(Type::HoldFailed), "False:NoFailure") << "it is held until 12:00:22";
  EXPECT_EQ(mysql().points[1].kept_by, "InFlight");
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::HoldFailed), "True:Unproven");
  EXPECT_FALSE(mysql().points[1].counts);
  EXPECT_EQ(mysql().last_good, at("2026-11-24T11:00:00Z"));
}

TEST_F(StatusTest, APointBelowTheLevelProtectsNothing) {
  policies_[0].datasets[0].on_failure = policy::OnFailure::Downgrade;
  add_point("2026-11-24T10:00:00Z");
  add_point("2026-11-24T11:00:00Z", Consistency::Crash);
  add_point("2026-11-24T12:00:00Z", Consistency::Crash);
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::Protected), "False:Overdue");
  EXPECT_THAT(mysql().trouble, HasSubstr("application is required"));
}

TEST_F(StatusTest, WhatNothingSelectsAnyMoreIsAnOrphan) {
  add_point("2026-11-24T12:00:00Z");
  observed_.snapshots.push_back(
      snapshot({.id = "gone", .slot = at("2026-11-24T12:00:00Z"), .attempt = "b2", .server = cloud::ServerId("gone")}));
  observed_.snapshots.push_back(
      snapshot({.id = "lost", .slot = at("2026-11-24T12:00:00Z"), .attempt = "c3", .policy = "lost"}));
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::Orphaned), "True:ServerGone");
  EXPECT_EQ(say(Type::Protected), "True:PointsInTime") << "of what is asked for";
  ASSERT_EQ(said_.size(), 2U);
  EXPECT_EQ(said_[1].name, "lost");
  EXPECT_TRUE(said_[1].unknown);
  EXPECT_EQ(said_[1].condition(Type::Orphaned).reason, "PolicyUnknown");
  ASSERT_EQ(said_[1].series.size(), 1U);
  EXPECT_EQ(said_[1].series[0].points[0].kept_by, "Orphaned");
}

TEST_F(StatusTest, ADatasetWhoseVolumeIsGoneGrowsOverdue) {
  add_point("2026-11-24T11:00:00Z");
  observed_.volumes[0].name = "renamed";
  assess_at("2026-11-24T12:45:00Z");
  EXPECT_EQ(say(Type::Orphaned), "True:VolumesGone");
  EXPECT_EQ(say(Type::Protected), "False:Overdue") << "a slip in a volume's name must not end the alarms";
  EXPECT_EQ(say(Type::Ready), "False:NoVolume");
}

TEST_F(StatusTest, ServersThatAreNotFoundAreNotProtected) {
  observed_.servers.clear();
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::Protected), "False:NothingSelected");
  EXPECT_EQ(say(Type::Ready), "False:NoServer");
}

TEST_F(StatusTest, AClockThatIsWrongIsSuspect) {
  add_point("2026-11-24T12:00:00Z");
  observed_.clock_offset = -2h;
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_EQ(say(Type::ClockSuspect), "True:ClockOffset");
  EXPECT_EQ(say(Type::Ready), "False:ClockSuspect");
  EXPECT_EQ(say(Type::Conflict), "Unknown:ClockSuspect");
}

TEST_F(StatusTest, P5APointAheadOfTheClockDoesNotCount) {
  add_point("2026-11-24T11:00:00Z");
  add_point("2026-11-25T11:00:00Z");
  assess_at("2026-11-24T12:45:00Z");
  EXPECT_EQ(edx().condition(Type::ClockSuspect).truth, Truth::True);
  EXPECT_FALSE(mysql().points[1].counts);
  EXPECT_EQ(mysql().last_good, at("2026-11-24T11:00:00Z"));
  EXPECT_EQ(say(Type::Protected), "False:Overdue");
}

TEST_F(StatusTest, OfASuspendedPolicyNothingIsOverdue) {
  policies_[0].suspend = true;
  add_point("2026-11-24T08:00:00Z");
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_TRUE(edx().suspended);
  EXPECT_EQ(mysql().overdue, 0s);
  EXPECT_EQ(say(Type::Ready), "False:Suspended");
  EXPECT_EQ(say(Type::Scheduled), "False:Suspended");
  EXPECT_EQ(say(Type::Protected), "Unknown:Suspended");
}

TEST_F(StatusTest, ATombstoneShowsWhatItsDeletionPolicyDoes) {
  policies_[0].deleted_at = at("2026-11-24T12:01:00Z");
  policies_[0].deletion_policy = policy::DeletionPolicy::Delete;
  add_point("2026-11-24T11:00:00Z");
  observed_.snapshots.push_back(snapshot(
      {.id = "pinned", .slot = at("2026-11-24T12:00:00Z"), .attempt = "b2", .pin = "legal", .pin_until = "2027"}));
  assess_at("2026-11-24T12:05:00Z");
  EXPECT_TRUE(edx().deleted);
  EXPECT_EQ(edx().next_slot, std::nullopt);
  EXPECT_EQ(say(Type::Scheduled), "False:Deleted");
  EXPECT_EQ(say(Type::Orphaned), "False:NoOrphan");
  ASSERT_EQ(mysql().points.size(), 2U);
  EXPECT_EQ(mysql().points[0].kept_by, "PolicyDeleted");
  EXPECT_TRUE(mysql().points[0].goes);
  EXPECT_EQ(mysql().points[1].pin, "legal");
  EXPECT_EQ(mysql().points[1].pin_until, "2027");
  EXPECT_FALSE(mysql().points[1].goes);
}

TEST_F(StatusTest, PointsOfARenamedPolicyAreItsOwn) {
  add_point("2026-11-24T12:00:00Z");
  policies_[0].name = "edx-new";
  policies_[0].previous_names = {"edx"};
  assess_at("2026-11-24T12:05:00Z");
  ASSERT_EQ(said_.size(), 1U);
  EXPECT_EQ(say(Type::Protected), "True:PointsInTime");
}

TEST_F(StatusTest, OfACloudThatWasNeverReadNothingIsKnown) {
  const support::Error why(support::ErrorKind::Unavailable, "connection refused");
  said_ = assess_unread("prod", policies_, why, at("2026-11-24T12:05:00Z"), {});
  EXPECT_EQ(say(Type::Protected), "Unknown:CloudUnread");
  EXPECT_THAT(edx().condition(Type::Ready).message, HasSubstr("connection refused"));
  EXPECT_EQ(edx().next_slot, at("2026-11-24T13:00:00Z"));
  EXPECT_FALSE(edx().condition(Type::PruneBlocked).is_good());
  add_point("2026-11-24T12:00:00Z");
  assess_at("2026-11-24T12:06:00Z");
  EXPECT_EQ(say(Type::Protected), "True:PointsInTime");
  EXPECT_EQ(since(Type::Protected), at("2026-11-24T12:00:00Z"));
}

}  // namespace
}  // namespace stillpoint::status
