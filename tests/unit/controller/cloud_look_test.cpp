#include <gtest/gtest.h>

#include "controller/cloud_loop.hpp"
#include "loop_fixture.hpp"

// What a loop does and says when it can look at its cloud, cannot, or has not yet.
namespace stillpoint::controller {
namespace {

using fakes::at;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using support::ErrorKind;
using Type = status::Condition::Type;

class CloudLookTest : public HourlyLoop {};

TEST_F(CloudLookTest, BeforeTheFirstOneItSaysWhatIsWantedAndThatNothingIsKnown) {
  set_policies({policy_});
  EXPECT_EQ(opened_, 0);
  const auto view = loop().view();
  EXPECT_EQ(view->cloud.name, "prod");
  EXPECT_FALSE(view->cloud.observed);
  ASSERT_EQ(view->policies.size(), 1U);
  EXPECT_EQ(view->policies[0].name, policy_.name);
  for (const auto& condition : view->policies[0].conditions) {
    EXPECT_EQ(condition.truth, status::Truth::Unknown);
    EXPECT_EQ(condition.reason, "CloudUnread");
  }
}

TEST_F(CloudLookTest, WithoutAListingNothingIsDoneAndTheOldOneIsStillTold) {
  set_policies({policy_});
  run_until(at("2026-11-26T04:30:00Z"));
  const int deleted = cloud_.count("delete_snapshot");
  cloud_.fault = [](const std::string& call) {
    return call == "list_snapshots" ? std::optional(support::Error(ErrorKind::Unavailable, "503")) : std::nullopt;
  };
  run_until(at("2026-11-26T05:05:00Z"));
  EXPECT_EQ(slots(series_).size(), 3U);
  EXPECT_EQ(cloud_.count("delete_snapshot"), deleted) << "P6";
  EXPECT_EQ(script_.count("hold"), 4);
  EXPECT_NE(loop().view()->cloud.error, "");
  EXPECT_EQ(loop().view()->policies.at(0).series.at(0).points.size(), 3U);
  cloud_.fault = [](const std::string&) { return std::nullopt; };
  run_until(at("2026-11-26T05:08:00Z"));
  EXPECT_EQ(slots(series_).back(), at("2026-11-26T05:00:00Z")) << "it recovers by itself, within the deadline";
  EXPECT_EQ(loop().view()->cloud.error, "");
}

TEST_F(CloudLookTest, P6WhatWasPlannedBeforeALookFailedIsNotBegunAnyMore) {
  set_policies({policy_});
  settle();
  clock_.advance(minutes(30));
  loop().step(stop_.get_token());
  const auto key = queue_.try_get();
  ASSERT_TRUE(key);
  cloud_.fault = [](const std::string&) { return support::Error(ErrorKind::Unavailable, "503"); };
  clock_.advance(hours(25));
  loop().step(stop_.get_token());
  EXPECT_EQ(loop().work(key->job, stop_.get_token()), CloudLoop::Worked::Nothing);
  EXPECT_EQ(script_.count("probe"), 0);
}

TEST_F(CloudLookTest, P3WhatIsUnderWayWhenItLogsInAnewIsNotForgotten) {
  policy_.has_ssh = false;
  policy_.datasets[0].hold = {};
  policy_.datasets[0].require = policy::Consistency::Crash;
  set_policies({policy_});
  settle();
  clock_.advance(minutes(30));
  loop().step(stop_.get_token());
  const auto key = queue_.try_get();
  ASSERT_TRUE(key);
  loop().work(key->job, stop_.get_token());
  loop().reopen();
  queue_.done(*key);
  settle();
  EXPECT_EQ(opened_, 2);
  EXPECT_EQ(cloud_.count("create_snapshot"), 1);
}

TEST_F(CloudLookTest, ACloudThatCannotBeLoggedInToIsTriedAgain) {
  open_error_ = support::Error(ErrorKind::Unavailable, "Keystone is down");
  set_policies({policy_});
  run_until(at("2026-11-26T00:40:00Z"));
  EXPECT_GT(opened_, 5);
  EXPECT_LT(opened_, 25) << "not in a hurry";
  open_error_.reset();
  run_until(at("2026-11-26T01:00:30Z"));
  EXPECT_EQ(slots(series_).size(), 1U);
}

TEST_F(CloudLookTest, ACloudThatAsksToBeLeftAloneIsLeftAlone) {
  set_policies({policy_});
  cloud_.fault = [](const std::string& call) {
    return call == "list_snapshots"
               ? std::optional(support::Error(ErrorKind::Unavailable, "503").with_retry_after(seconds(3600)))
               : std::nullopt;
  };
  run_until(at("2026-11-26T01:29:00Z"));
  EXPECT_EQ(cloud_.count("list_snapshots"), 1);
  loop().reopen();
  settle();
  EXPECT_EQ(cloud_.count("list_snapshots"), 2) << "somebody may have set it right";
  clock_.advance(seconds(2));
  set_policies({policy_});
  settle();
  EXPECT_EQ(cloud_.count("list_snapshots"), 3);
}

TEST_F(CloudLookTest, P9NothingIsHeldForARequestThatWillBeRefused) {
  set_policies({policy_});
  settle();
  cloud_.fault = [](const std::string& call) {
    return call == "create_snapshot"
               ? std::optional(support::Error(ErrorKind::Throttled, "429").with_retry_after(seconds(300)))
               : std::nullopt;
  };
  run_until(at("2026-11-26T01:04:50Z"));
  EXPECT_EQ(script_.count("hold"), 1);
  run_until(at("2026-11-26T01:05:10Z"));
  EXPECT_EQ(script_.count("hold"), 2);
}

TEST_F(CloudLookTest, AClockThatWasSetIsNoticedByALookAtTheCloud) {
  settings_.longest_sleep = seconds(60);
  set_policies({policy_});
  settle();
  const int before = cloud_.count("clock_offset");
  clock_.advance(seconds(30));
  settle();
  EXPECT_EQ(cloud_.count("clock_offset"), before);
  clock_.set_wall(seconds(30));
  settle();
  EXPECT_EQ(cloud_.count("clock_offset"), before + 1);
}

TEST_F(CloudLookTest, P6ANewPolicyIsJudgedByWhatExistsNow) {
  policy_.retention.keep_last = 6;
  set_policies({policy_});
  run_until(at("2026-11-26T03:00:30Z"));
  // Somebody else, a command perhaps, makes two more points, of which no listing has told yet.
  for (const char* slot : {"2026-11-26T03:00:10Z", "2026-11-26T03:00:20Z"}) {
    fakes::SnapshotSpec spec;
    spec.id = slot;
    spec.slot = at(slot);
    spec.attempt = slot[18] == '0' && slot[17] == '1' ? "e1" : "e2";
    cloud_.put(fakes::snapshot(spec));
  }
  policy_.retention.keep_last = 1;
  set_policies({policy_});
  settle();
  EXPECT_EQ(slots(series_).size(), 5U) << "four of five at once";
  EXPECT_EQ(condition(Type::PruneBlocked).truth, status::Truth::True);
}

}  // namespace
}  // namespace stillpoint::controller
