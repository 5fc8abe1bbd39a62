#include "executor/hold_gate.hpp"

#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

#include "fakes/fake_clock.hpp"
#include "fakes/objects.hpp"

namespace stillpoint::executor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::ErrorKind;

const BackEnd kRbd{"rbd", "nova"};

HoldClaim claim(const std::string& server, const std::string& policy = "edx", const std::string& cluster = "") {
  return {policy, cloud::ServerId(server), cluster, {kRbd}, seconds(20)};
}

class HoldGateTest : public ::testing::Test {
 protected:
  /// On a thread of its own, which waits if it must.
  std::future<support::Result<HoldGate::Permit>> ask(HoldClaim wanted) {
    return std::async(std::launch::async,
                      [this, wanted = std::move(wanted)] { return gate_.enter(wanted, stop_.get_token()); });
  }
  /// Until so many wait for leave, and no other one is on its way.
  void await_waiting(std::size_t wanted) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (gate_.waiting() != wanted) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << gate_.waiting() << " wait";
      std::this_thread::yield();
    }
  }
  std::optional<HoldGate::Permit> enter(const HoldClaim& wanted) {
    auto permit = gate_.enter(wanted, stop_.get_token());
    EXPECT_TRUE(permit) << permit.error().to_string();
    return permit ? std::optional<HoldGate::Permit>(std::move(*permit)) : std::nullopt;
  }
  ErrorKind refusal(const HoldClaim& wanted) {
    auto permit = gate_.enter(wanted, stop_.get_token());
    EXPECT_FALSE(permit);
    return permit ? ErrorKind::Protocol : permit.error().kind();
  }

  static HoldLimits limits() {
    HoldLimits limits;
    limits.at_most = 4;
    return limits;
  }

  fakes::FakeClock clock_{fakes::at("2026-11-26T00:00:00Z")};
  std::stop_source stop_;
  HoldGate gate_{limits(), clock_};
};

TEST_F(HoldGateTest, LetsInAsManyAsABackEndServes) {
  auto first = enter(claim("s1"));
  auto second = enter(claim("s2"));
  auto third = ask(claim("s3"));
  await_waiting(1);
  first.reset();
  EXPECT_TRUE(third.get());
}

TEST_F(HoldGateTest, OtherBackEndsDoNotWait) {
  auto first = enter(claim("s1"));
  auto second = enter(claim("s2"));
  auto other = claim("s3");
  other.back_ends = {{"ssd", "nova"}};
  EXPECT_TRUE(enter(other));
}

TEST_F(HoldGateTest, P10NeverTwoMembersOfACluster) {
  auto first = enter(claim("s1", "edx", "galera"));
  auto second = ask(claim("s2", "other", "galera"));
  await_waiting(1);
  first.reset();
  EXPECT_TRUE(second.get());
}

TEST_F(HoldGateTest, P10AClusterRestsAfterAMemberFailed) {
  gate_.rest("galera", seconds(22));
  EXPECT_EQ(refusal(claim("s2", "edx", "galera")), ErrorKind::Busy);
  EXPECT_TRUE(enter(claim("s3", "edx", "another")));
  clock_.advance(seconds(61));
  EXPECT_TRUE(enter(claim("s2", "edx", "galera")));
}

TEST_F(HoldGateTest, P10AClusterRestsForAsLongAsAMemberMayBeHeld) {
  gate_.rest("galera", seconds(602));
  gate_.rest("galera", seconds(22));  // of another member
  clock_.advance(seconds(601));
  EXPECT_EQ(refusal(claim("s2", "edx", "galera")), ErrorKind::Busy);
  clock_.advance(seconds(2));
  EXPECT_TRUE(enter(claim("s2", "edx", "galera")));
}

TEST_F(HoldGateTest, NeverTwoHoldsOfAServer) {
  auto first = enter(claim("s1"));
  auto second = ask(claim("s1", "another"));
  await_waiting(1);
  first.reset();
  EXPECT_TRUE(second.get());
}

TEST_F(HoldGateTest, ThePolicyThatWaitedLongestGoesFirst) {
  auto one = enter(claim("a1", "large"));
  auto two = enter(claim("a2", "large"));
  auto more = ask(claim("a3", "large"));
  await_waiting(1);
  auto small = ask(claim("b1", "small"));
  await_waiting(2);
  one.reset();
  const auto let_in = small.get();
  EXPECT_TRUE(let_in) << "small was never let in before, large twice";
  await_waiting(1);
  two.reset();
  EXPECT_TRUE(more.get());
}

TEST_F(HoldGateTest, AStopEndsTheWait) {
  auto first = enter(claim("s1"));
  auto second = enter(claim("s2"));
  auto third = ask(claim("s3"));
  stop_.request_stop();
  const auto refused = third.get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Interrupted);
}

TEST_F(HoldGateTest, AWorkerDoesNotWaitForEver) {
  auto hurried = limits();
  hurried.at_once = 1;
  hurried.longest_wait = seconds(0);
  HoldGate gate(hurried, clock_);
  const auto first = gate.enter(claim("s1"), stop_.get_token());
  ASSERT_TRUE(first);
  const auto second = gate.enter(claim("s2"), stop_.get_token());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Busy);
}

TEST_F(HoldGateTest, GrowsWhileTheSlowestCaseWouldStillBeInTime) {
  for (int round = 0; round < 5; ++round) {
    auto first = enter(claim("s1"));
    auto second = enter(claim("s2"));
    first->served(milliseconds(300));
  }
  EXPECT_EQ(gate_.limit_of(kRbd), 3) << "it has never been full with three";
}

TEST_F(HoldGateTest, GrowsToItsMost) {
  for (int round = 0; round < 9; ++round) {
    std::vector<HoldGate::Permit> held;
    for (int i = 0; i < gate_.limit_of(kRbd); ++i) {
      held.push_back(std::move(*enter(claim("s" + std::to_string(i)))));
    }
    held.front().served(milliseconds(300));
  }
  EXPECT_EQ(gate_.limit_of(kRbd), 4);
}

TEST_F(HoldGateTest, IsHalvedWhenTheCloudIsSlow) {
  auto first = enter(claim("s1"));
  first->served(seconds(11));
  EXPECT_EQ(gate_.limit_of(kRbd), 1);
  first->served(seconds(11));
  EXPECT_EQ(gate_.limit_of(kRbd), 1) << "one is always let in";
}

TEST_F(HoldGateTest, DoesNotGrowWhenOneMoreMightBeTooMany) {
  auto first = enter(claim("s1"));
  auto second = enter(claim("s2"));
  second->served(seconds(7));  // three one after the other: 10.5 s, and half of maxHold is 10 s
  EXPECT_EQ(gate_.limit_of(kRbd), 2);
}

cloud::Snapshot snapshot_of(const std::string& attempt, const std::string& status) {
  fakes::SnapshotSpec spec;
  spec.slot = fakes::at("2026-11-26T00:00:00Z");
  spec.attempt = attempt;
  spec.status = status;
  return fakes::snapshot(spec);
}

TEST_F(HoldGateTest, NothingIsHeldWhileASnapshotIsWaitedFor) {
  const auto attempt = fakes::attempt_id("aa");
  {
    auto first = enter(claim("s1"));
    first->waited_in_vain(attempt);
  }
  EXPECT_EQ(refusal(claim("s2")), ErrorKind::Busy);
  gate_.look({snapshot_of("aa", "creating")});
  EXPECT_EQ(refusal(claim("s2")), ErrorKind::Busy);
  gate_.look({snapshot_of("aa", "available")});
  EXPECT_TRUE(enter(claim("s2")));
}

TEST_F(HoldGateTest, ASnapshotThatNeverComesKeepsOthersAwayForTenMinutes) {
  {
    auto first = enter(claim("s1"));
    first->waited_in_vain(fakes::attempt_id("aa"));
  }
  clock_.advance(seconds(599));
  gate_.look({snapshot_of("aa", "creating")});
  EXPECT_EQ(refusal(claim("s2")), ErrorKind::Busy);
  clock_.advance(seconds(1));
  {
    auto probing = enter(claim("s2"));
    auto other = ask(claim("s3"));
    await_waiting(1);  // one finds out
    probing->waited_in_vain(fakes::attempt_id("bb"));
    probing.reset();
    EXPECT_EQ(other.get().error().kind(), ErrorKind::Busy);
  }
  clock_.advance(seconds(600));
  enter(claim("s2"))->served(seconds(1));
  EXPECT_EQ(gate_.limit_of(kRbd), 2) << "it grows again";
  gate_.look({snapshot_of("bb", "creating")});
  EXPECT_TRUE(enter(claim("s3"))) << "it serves others";
}

TEST_F(HoldGateTest, NobodyLooksOutForASnapshotThatNeverComesLongerThanItKeepsOthersAway) {
  EXPECT_FALSE(gate_.is_waiting());
  {
    auto first = enter(claim("s1"));
    first->waited_in_vain(fakes::attempt_id("aa"));
  }
  EXPECT_TRUE(gate_.is_waiting());
  clock_.advance(seconds(599));
  gate_.look({snapshot_of("aa", "creating")});
  EXPECT_TRUE(gate_.is_waiting());
  clock_.advance(seconds(1));
  EXPECT_FALSE(gate_.is_waiting()) << "it is still creating, and no hold is refused for it";
}

TEST_F(HoldGateTest, ASnapshotThatFailedOrWentIsNotWaitedFor) {
  for (const char* status : {"error", "gone"}) {
    {
      auto first = enter(claim("s1"));
      first->waited_in_vain(fakes::attempt_id("aa"));
    }
    EXPECT_EQ(refusal(claim("s2")), ErrorKind::Busy);
    gate_.look(std::string(status) == "gone" ? std::vector<cloud::Snapshot>()
                                             : std::vector<cloud::Snapshot>{snapshot_of("aa", status)});
    EXPECT_TRUE(enter(claim("s2"))) << status;
  }
}

}  // namespace
}  // namespace stillpoint::executor
