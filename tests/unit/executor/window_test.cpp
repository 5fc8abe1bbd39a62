#include "executor/window.hpp"

#include <gtest/gtest.h>

#include <future>

namespace stillpoint::executor {
namespace {

using std::chrono::seconds;

class WindowTest : public ::testing::Test {
 protected:
  static HoldClaim claim() { return {"edx", cloud::ServerId("s-1"), "", {{"ssd", "nova"}}, seconds(10)}; }
  support::Deadline soon() const { return support::Deadline::after(clock_, seconds(20)); }
  support::Deadline now() const { return support::Deadline::after(clock_, seconds(0)); }

  support::SystemClock clock_;
  HoldGate gate_{{}, clock_};
  Window window_{gate_, claim()};
};

TEST_F(WindowTest, OneMemberWaitsForNobody) {
  const auto member = window_.join(Window::Pace::Quick);
  EXPECT_FALSE(window_.is_shared());
  ASSERT_TRUE(member->enter({}));
  member->await_turn();
  member->held();
  EXPECT_EQ(member->await_others(soon()), "") << "it shares its window with nobody";
}

TEST_F(WindowTest, NoneHoldsBeforeAllAreReadyAndNoneLetsGoBeforeAllAreHeld) {
  const auto first = window_.join(Window::Pace::Quick);
  const auto second = window_.join(Window::Pace::Quick);
  auto turn = std::async(std::launch::async, [&] { first->await_turn(); });
  EXPECT_EQ(turn.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  second->await_turn();
  turn.get();
  first->held();
  auto let_go = std::async(std::launch::async, [&] { return first->await_others(soon()); });
  EXPECT_EQ(let_go.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  second->held();
  EXPECT_EQ(let_go.get(), window_.id());
  EXPECT_EQ(second->await_others(soon()), window_.id());
}

TEST_F(WindowTest, OneThatTakesLongToHoldComesFirst) {
  const auto quick = window_.join(Window::Pace::Quick);
  const auto slow = window_.join(Window::Pace::Slow);
  auto turn = std::async(std::launch::async, [&] { quick->await_turn(); });
  slow->await_turn();
  EXPECT_EQ(turn.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout)
      << "the slow one is not held yet";
  slow->held();
  turn.get();
}

TEST_F(WindowTest, WhoLeavesIsNotWaitedFor) {
  const auto stays = window_.join(Window::Pace::Quick);
  auto refused = window_.join(Window::Pace::Slow);
  auto fails = window_.join(Window::Pace::Slow);
  auto turn = std::async(std::launch::async, [&] { stays->await_turn(); });
  refused.reset();
  fails->await_turn();
  fails.reset();
  turn.get();
  stays->held();
  EXPECT_EQ(stays->await_others(soon()), "") << "it was held alone";
}

TEST_F(WindowTest, P1NobodyIsHeldBeyondItsDeadlineForAnother) {
  const auto held = window_.join(Window::Pace::Quick);
  const auto late = window_.join(Window::Pace::Quick);
  auto turn = std::async(std::launch::async, [&] { late->await_turn(); });
  held->await_turn();
  turn.get();
  held->held();
  EXPECT_EQ(held->await_others(now()), "");
  late->held();
  EXPECT_EQ(late->await_others(soon()), "") << "the other was let go by then: there is no instant of both";
}

TEST_F(WindowTest, P10AllHaveOneLeaveToHold) {
  const auto first = window_.join(Window::Pace::Quick);
  const auto second = window_.join(Window::Pace::Quick);
  EXPECT_TRUE(first->enter({}));
  EXPECT_TRUE(second->enter({}));
  HoldGate impatient({.longest_wait = seconds(0)}, clock_);
  Window one(impatient, claim());
  Window other(impatient, claim());
  EXPECT_TRUE(one.join(Window::Pace::Quick)->enter({}));
  const auto kept_out = other.join(Window::Pace::Quick);
  const auto beside_it = other.join(Window::Pace::Quick);
  EXPECT_EQ(kept_out->enter({}).error().kind(), support::ErrorKind::Busy);
  EXPECT_EQ(beside_it->enter({}).error().kind(), support::ErrorKind::Busy) << "of one window all are kept out";
}

}  // namespace
}  // namespace stillpoint::executor
