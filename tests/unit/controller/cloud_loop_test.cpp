#include "controller/cloud_loop.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <utility>

#include "loop_fixture.hpp"

namespace stillpoint::controller {
namespace {

using fakes::at;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using support::ErrorKind;
using Type = status::Condition::Type;

/// The test's clock, which lets something happen the next time that somebody looks at it.
class InterruptingClock final : public support::Clock {
 public:
  explicit InterruptingClock(support::Clock& inner) : inner_(inner) {}
  mutable std::function<void()> meanwhile;

  support::WallTime wall_now() const override {
    if (const auto now = std::exchange(meanwhile, nullptr)) {
      now();
    }
    return inner_.wall_now();
  }
  support::SteadyTime steady_now() const override { return inner_.steady_now(); }
  void sleep_until(support::SteadyTime until, std::stop_token stop) override {
    inner_.sleep_until(until, std::move(stop));
  }

 private:
  support::Clock& inner_;
};

class CloudLoopTest : public HourlyLoop {
 protected:
  /// A loop of a policy that holds nothing.
  CloudLoop loop_of_unheld(support::Clock& clock) {
    policy_.has_ssh = false;
    policy_.datasets[0].hold = {};
    policy_.datasets[0].hold.driver = policy::Driver::None;
    policy_.datasets[0].hold.method = policy::Method::None;
    policy_.datasets[0].require = policy::Consistency::Crash;
    return CloudLoop("prod", [this](const std::stop_token&) { return open(); }, settings_,
                     {servers_, clock, support::null_log(), executor::null_observer(), queue_, events_});
  }
  std::optional<status::Event> find_event(const std::string& reason) const {
    const auto events = events_.list();
    const auto found =
        std::find_if(events.begin(), events.end(), [&](const auto& event) { return event.reason == reason; });
    return found == events.end() ? std::nullopt : std::optional(*found);
  }
  void queue_slot(CloudLoop& loop) {
    loop.set_policies(std::make_shared<const std::vector<policy::Policy>>(std::vector{policy_}));
    clock_.advance(minutes(30));
    loop.step(stop_.get_token());
  }
};

TEST_F(CloudLoopTest, ServesEachSlotWhenItComesAndPrunes) {
  set_policies({policy_});
  run_until(at("2026-11-26T06:00:30Z"));
  EXPECT_EQ(slots(series_),
            (std::vector{at("2026-11-26T04:00:00Z"), at("2026-11-26T05:00:00Z"), at("2026-11-26T06:00:00Z")}));
  EXPECT_EQ(script_.count("hold"), 6);
  EXPECT_EQ(cloud_.count("delete_snapshot"), 3);
}

TEST_F(CloudLoopTest, WakesForTheSlotAndNotBefore) {
  set_policies({policy_});
  const auto next = settle();
  EXPECT_EQ(next - clock_.steady_now(), minutes(30));
}

// What is not in the plan because time went on since it was made has to be woken for.
TEST_F(CloudLoopTest, ASlotThatComesInTheMiddleOfAStepIsServedByTheNext) {
  set_policies({policy_});
  run_until(at("2026-11-26T00:59:30Z"));
  set_policies({policy_});  // looked at so lately that the slot needs no other look
  clock_.let_reading_take(std::chrono::milliseconds(1));
  run_until(at("2026-11-26T01:00:01Z"));
  EXPECT_EQ(slots(series_), std::vector{at("2026-11-26T01:00:00Z")});
}

TEST_F(CloudLoopTest, P8WithNothingToDoItAsksNothing) {
  set_policies({policy_});
  run_until(at("2026-11-26T01:00:30Z"));
  const int before = cloud_.count("list_snapshots");
  for (int i = 0; i < 10; ++i) {
    settle();
  }
  EXPECT_EQ(cloud_.count("list_snapshots"), before);
}

TEST_F(CloudLoopTest, OneListingServesAllPoliciesBetweenResyncs) {
  std::vector<policy::Policy> policies;
  for (int i = 0; i < 20; ++i) {
    auto one = policy_;
    one.name = "p" + std::to_string(i);
    one.servers.names = {one.name};
    policies.push_back(one);
    const cloud::ServerId id("server-" + std::to_string(i));
    cloud_.servers.push_back(fakes::server(one.name, id));
    cloud_.volumes.push_back(fakes::volume("v" + std::to_string(i), "mysql_data", id));
  }
  set_policies(policies);
  run_until(at("2026-11-26T01:00:30Z"));
  EXPECT_EQ(script_.count("hold"), 20);
  EXPECT_EQ(cloud_.count("list_servers"), 2) << "at the start, and once before what is due";
}

TEST_F(CloudLoopTest, AHoldThatFailedIsTriedAgainLater) {
  script_.lock_error = support::Error(ErrorKind::Remote, "no");
  set_policies({policy_});
  clock_.sleep_until(clock_.steady_now() + minutes(30), {});
  const auto next = settle();
  EXPECT_EQ(script_.count("lock"), 1);
  EXPECT_LE(next - clock_.steady_now(), seconds(10));
  EXPECT_GE(next - clock_.steady_now(), seconds(7));
  script_.lock_error.reset();
  run_until(at("2026-11-26T01:00:20Z"));
  EXPECT_EQ(slots(series_).size(), 1U);
}

TEST_F(CloudLoopTest, ABusyHostLockIsAWaitAndNoFailure) {
  script_.lock_error = support::Error(ErrorKind::Busy, "somebody else");
  set_policies({policy_});
  clock_.sleep_until(clock_.steady_now() + minutes(30), {});
  const auto next = settle();
  EXPECT_LE(next - clock_.steady_now(), seconds(15));
  EXPECT_TRUE(events_.list().empty());
}

TEST_F(CloudLoopTest, WhatAHoldWaitedForInVainIsLookedForBeforeTheNextTry) {
  cloud_.cut_delay = hours(1);
  set_policies({policy_});
  run_until(at("2026-11-26T01:00:25Z"));
  EXPECT_EQ(script_.count("abort"), 1);
  cloud_.cut_delay = seconds(0);
  run_until(at("2026-11-26T01:00:35Z"));
  EXPECT_EQ(script_.count("hold"), 2) << "a listing is less than a minute old, and does not know of it";
  EXPECT_EQ(slots(series_).size(), 1U);
}

TEST_F(CloudLoopTest, SaysThatAPointIsOverdueWhenItIs) {
  set_policies({policy_});
  run_until(at("2026-11-26T01:30:00Z"));
  cloud_.fault = [](const std::string&) { return support::Error(ErrorKind::Unavailable, "503"); };
  const auto due = *loop().view()->policies.at(0).series.at(0).due;
  run_until(due - seconds(20));
  EXPECT_EQ(condition(Type::Protected).truth, status::Truth::True);
  auto next = settle();
  while (clock_.steady_now() + (due - clock_.wall_now()) > next) {
    clock_.sleep_until(next, {});
    next = settle();
  }
  EXPECT_LE(next - clock_.steady_now(), due + seconds(1) - clock_.wall_now()) << "and not with the next try to read it";
  clock_.sleep_until(next, {});
  settle();
  EXPECT_EQ(condition(Type::Protected).reason, "Overdue");
}

TEST_F(CloudLoopTest, WhatCannotBeSweptDoesNotDelayThePointThatIsDue) {
  fakes::SnapshotSpec left;
  left.id = "left";
  left.slot = at("2026-11-25T20:00:00Z");
  left.consistency = policy::Consistency::Unproven;
  left.status = "error";
  cloud_.put(fakes::snapshot(left));
  cloud_.fault = [](const std::string& call) {
    return call == "delete_snapshot" ? std::optional(support::Error(ErrorKind::Unavailable, "503")) : std::nullopt;
  };
  set_policies({policy_});
  run_until(at("2026-11-26T00:59:59Z"));
  const int tries = cloud_.count("delete_snapshot");
  EXPECT_GT(tries, 5);
  EXPECT_LT(tries, 20) << "it is left alone for longer and longer";
  run_until(at("2026-11-26T01:00:01Z"));
  EXPECT_EQ(slots(series_).size(), 1U);
}

TEST_F(CloudLoopTest, DeletionsThatHangDoNotDelayThePointThatIsDue) {
  for (int i = 0; i < 3; ++i) {
    fakes::SnapshotSpec left;
    left.id = left.attempt = "a" + std::to_string(i);
    left.slot = at("2026-11-26T00:58:35Z") + seconds(i);
    left.consistency = policy::Consistency::Unproven;
    left.status = "error";
    cloud_.put(fakes::snapshot(left));
  }
  cloud_.fault = [this](const std::string& call) -> std::optional<support::Error> {
    if (call != "delete_snapshot") {
      return std::nullopt;
    }
    clock_.advance(seconds(120));
    return support::Error(ErrorKind::Timeout, "it is still being deleted");
  };
  set_policies({policy_});
  run_until(at("2026-11-26T01:02:00Z"));
  const auto snapshots = cloud_.snapshots();
  const auto made = std::find_if(snapshots.begin(), snapshots.end(),
                                 [](const auto& snapshot) { return snapshot.status == "available"; });
  ASSERT_NE(made, snapshots.end());
  EXPECT_LT(made->created_at, at("2026-11-26T01:02:30Z")) << "it waited for the one that had begun";
  EXPECT_GT(cloud_.count("delete_snapshot"), 0);
}

TEST_F(CloudLoopTest, AfterADeletionThatHungTheOthersAreLeftToTheNextPlan) {
  for (const char* id : {"a1", "a2"}) {
    fakes::SnapshotSpec left;
    left.id = left.attempt = id;
    left.slot = at("2026-11-25T20:00:00Z") + minutes(id[1] - '0');
    left.consistency = policy::Consistency::Unproven;
    left.status = "error";
    cloud_.put(fakes::snapshot(left));
  }
  cloud_.fault = [this](const std::string& call) -> std::optional<support::Error> {
    clock_.advance(call == "delete_snapshot" ? seconds(120) : seconds(0));
    return std::nullopt;
  };
  set_policies({policy_});
  for (int deleted = 1; deleted <= 2; ++deleted) {
    loop().step(stop_.get_token());
    const auto key = queue_.try_get();
    ASSERT_TRUE(key);
    int ended = 0;
    loop().work(key->job, stop_.get_token(), [&] { ++ended; });
    queue_.done(*key);
    EXPECT_EQ(ended, 1);
    EXPECT_EQ(cloud_.count("delete_snapshot"), deleted);
  }
}

TEST_F(CloudLoopTest, APointThatHadNoRoomIsMadeWhenSomebodyMakesSome) {
  cloud_.quotas["snapshots"] = {10, 10, 0};
  set_policies({policy_});
  run_until(at("2026-11-26T01:01:00Z"));
  EXPECT_TRUE(slots(series_).empty());
  const int listings = cloud_.count("list_snapshots");
  EXPECT_LT(cloud_.count("quota"), 12) << "not in a hurry";
  cloud_.quotas["snapshots"].in_use = 9;
  run_until(at("2026-11-26T01:02:01Z"));
  EXPECT_EQ(slots(series_).size(), 1U);
  EXPECT_LE(cloud_.count("list_snapshots"), listings + 1) << "one look before what is done";
}

TEST_F(CloudLoopTest, TheRoomThatADeletionOfOursMakesIsKnownAtOnce) {
  cloud_.quotas["snapshots"] = {1, 1, 0};
  fakes::SnapshotSpec left;
  left.id = "left";
  left.slot = at("2026-11-26T00:59:00Z");
  left.consistency = policy::Consistency::Unproven;
  left.status = "error";
  cloud_.put(fakes::snapshot(left));
  cloud_.fault = [this](const std::string& call) -> std::optional<support::Error> {
    cloud_.quotas["snapshots"].in_use -= call == "delete_snapshot" ? 1 : 0;
    return std::nullopt;
  };
  set_policies({policy_});
  run_until(at("2026-11-26T01:00:20Z"));
  EXPECT_EQ(cloud_.count("delete_snapshot"), 0) << "P3: not yet";
  EXPECT_EQ(script_.count("hold"), 0);
  run_until(at("2026-11-26T01:00:24Z"));
  EXPECT_EQ(slots(series_).size(), 1U);
}

TEST_F(CloudLoopTest, SaysForWhichPoliciesSomethingIsUnderWay) {
  set_policies({policy_});
  settle();
  clock_.advance(minutes(30));
  loop().step(stop_.get_token());
  EXPECT_TRUE(loop().view()->at_work.empty());
  const auto key = queue_.try_get();
  ASSERT_TRUE(key);
  auto tombstone = policy_;
  tombstone.deleted_at = clock_.wall_now();
  set_policies({tombstone});
  loop().step(stop_.get_token());
  EXPECT_EQ(loop().view()->at_work, std::set<std::string>{"edx"}) << "it may be about to make a point";
  EXPECT_TRUE(loop().view()->wanted->at(0).is_tombstone());
  queue_.done(*key);
  loop().step(stop_.get_token());
  EXPECT_TRUE(loop().view()->at_work.empty());
}

TEST_F(CloudLoopTest, ASlotThatCouldNotBeServedInTimeIsMissed) {
  set_policies({policy_});
  run_until(at("2026-11-26T01:00:30Z"));
  script_.lock_error = support::Error(ErrorKind::Remote, "no");
  run_until(at("2026-11-26T02:30:00Z"));
  script_.lock_error.reset();
  run_until(at("2026-11-26T02:59:00Z"));
  EXPECT_EQ(slots(series_).size(), 1U);
  run_until(at("2026-11-26T03:00:30Z"));
  EXPECT_EQ(slots(series_), (std::vector{at("2026-11-26T01:00:00Z"), at("2026-11-26T03:00:00Z")}));
  const auto missed = find_event("SlotMissed");
  ASSERT_TRUE(missed);
  EXPECT_EQ(missed->count, 1);
  EXPECT_EQ(missed->first, at("2026-11-26T02:10:00Z") + std::chrono::milliseconds(1)) << "as soon as it is so";
}

TEST_F(CloudLoopTest, ASlotThatIsBeingServedWhenItsTimeIsOverIsNotMissedYet) {
  set_policies({policy_});
  run_until(at("2026-11-26T01:00:00Z"));
  clock_.advance(hours(1));
  loop().step(stop_.get_token());
  const auto key = queue_.try_get();
  ASSERT_TRUE(key);
  clock_.advance(minutes(11));
  loop().step(stop_.get_token());
  EXPECT_FALSE(find_event("SlotMissed"));
  queue_.done(*key);
  loop().step(stop_.get_token());
  EXPECT_TRUE(find_event("SlotMissed"));
}

TEST_F(CloudLoopTest, APolicyThatIsGoneIsNotServed) {
  set_policies({policy_});
  run_until(at("2026-11-26T01:00:30Z"));
  set_policies({});
  run_until(at("2026-11-26T09:00:00Z"));
  EXPECT_EQ(slots(series_).size(), 1U) << "and what it has made stays";
}

TEST_F(CloudLoopTest, NothingNewIsBegunOnceAStopWasRequested) {
  set_policies({policy_});
  settle();
  clock_.advance(minutes(30));
  loop().step(stop_.get_token());
  const auto key = queue_.try_get();
  ASSERT_TRUE(key);
  stop_.request_stop();
  loop().work(key->job, stop_.get_token());
  EXPECT_EQ(script_.count("probe"), 0);
  EXPECT_EQ(cloud_.count("create_snapshot"), 0);
}

TEST_F(CloudLoopTest, P3WhatEndsWhileAPlanIsMadeIsNotDoneTwice) {
  InterruptingClock clock(clock_);
  auto loop = loop_of_unheld(clock);
  queue_slot(loop);
  const auto key = queue_.try_get();
  ASSERT_TRUE(key);
  clock.meanwhile = [&] {
    loop.work(key->job, stop_.get_token());
    queue_.done(*key);
  };
  loop.step(stop_.get_token());
  EXPECT_FALSE(clock.meanwhile);
  EXPECT_EQ(cloud_.count("create_snapshot"), 1);
  EXPECT_FALSE(queue_.try_get()) << "it would make the point a second time";
  loop.step(stop_.get_token());
  EXPECT_FALSE(queue_.try_get());
}

TEST_F(CloudLoopTest, AStopDoesNotWaitForASnapshotThatIsNotHeld) {
  InterruptingClock clock(clock_);
  auto loop = loop_of_unheld(clock);
  queue_slot(loop);
  const auto key = queue_.try_get();
  ASSERT_TRUE(key);
  clock.meanwhile = [&] { stop_.request_stop(); };
  loop.work(key->job, stop_.get_token());
  queue_.done(*key);
  EXPECT_EQ(cloud_.count("create_snapshot"), 1);
  EXPECT_EQ(cloud_.count("merge_snapshot_metadata"), 0);
  EXPECT_TRUE(events_.list().empty()) << "it is no failure";
}

TEST_F(CloudLoopTest, TellsWhatHappened) {
  set_policies({policy_});
  run_until(at("2026-11-26T05:00:30Z"));
  std::map<std::string, int> counts;
  for (const auto& event : events_.list()) {
    counts[event.reason] = event.count;
  }
  EXPECT_EQ(counts, (std::map<std::string, int>{{"PointComplete", 5}, {"Pruned", 2}}));
  EXPECT_EQ(condition(Type::Protected).truth, status::Truth::True);
}

TEST_F(CloudLoopTest, P7ALabelThatWasNotWrittenIsWrittenByTheNextStep) {
  cloud_.fault = [](const std::string& call) {
    return call == "merge_snapshot_metadata" ? std::optional(support::Error(ErrorKind::Unavailable, "503"))
                                             : std::nullopt;
  };
  script_.verdict = quiesce::Verdict::Intact;
  set_policies({policy_});
  run_until(at("2026-11-26T01:00:05Z"));
  EXPECT_TRUE(slots(series_).empty());
  cloud_.fault = [](const std::string&) { return std::nullopt; };
  run_until(at("2026-11-26T01:02:00Z"));
  EXPECT_EQ(slots(series_).size(), 1U);
  EXPECT_EQ(script_.count("hold"), 1) << "the server's verdict proves it";
}

}  // namespace
}  // namespace stillpoint::controller
