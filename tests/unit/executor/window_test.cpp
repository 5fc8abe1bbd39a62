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
  Window window_{gate_, clock_};
};

TEST_F(WindowTest, OneMemberWaitsForNobody) {
  const auto member = window_.join(Window::Turn::Middle, claim());
  EXPECT_FALSE(window_.is_shared());
  ASSERT_TRUE(member->enter({}));
  ASSERT_TRUE(member->await_turn({}));
  member->held();
  EXPECT_EQ(member->await_others(soon()), "") << "it shares its window with nobody";
}

TEST_F(WindowTest, NoneHoldsBeforeAllAreReadyAndNoneLetsGoBeforeAllAreHeld) {
  const auto first = window_.join(Window::Turn::Middle, claim());
  const auto second = window_.join(Window::Turn::Middle, claim());
  auto turn = std::async(std::launch::async, [&] { return first->await_turn({}).has_value(); });
  EXPECT_EQ(turn.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  ASSERT_TRUE(second->await_turn({}));
  EXPECT_TRUE(turn.get());
  first->held();
  auto let_go = std::async(std::launch::async, [&] { return first->await_others(soon()); });
  EXPECT_EQ(let_go.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  second->held();
  EXPECT_EQ(let_go.get(), window_.id());
  EXPECT_EQ(second->await_others(soon()), window_.id());
}

TEST_F(WindowTest, OneThatTakesLongToHoldComesFirst) {
  const auto quick = window_.join(Window::Turn::Middle, claim());
  const auto slow = window_.join(Window::Turn::First, claim());
  auto turn = std::async(std::launch::async, [&] { return quick->await_turn({}).has_value(); });
  ASSERT_TRUE(slow->await_turn({}));
  EXPECT_EQ(turn.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout)
      << "the slow one is not held yet";
  slow->held();
  EXPECT_TRUE(turn.get());
}

TEST_F(WindowTest, WhoLeavesIsNotWaitedFor) {
  const auto stays = window_.join(Window::Turn::Middle, claim());
  auto refused = window_.join(Window::Turn::First, claim());
  auto fails = window_.join(Window::Turn::First, claim());
  auto turn = std::async(std::launch::async, [&] { return stays->await_turn({}).has_value(); });
  refused.reset();
  ASSERT_TRUE(fails->await_turn({}));
  fails.reset();
  EXPECT_TRUE(turn.get());
  stays->held();
  EXPECT_EQ(stays->await_others(soon()), "") << "it was held alone";
}

TEST_F(WindowTest, P1NobodyIsHeldBeyondItsDeadlineForAnother) {
  const auto held = window_.join(Window::Turn::Middle, claim());
  const auto late = window_.join(Window::Turn::Middle, claim());
  auto turn = std::async(std::launch::async, [&] { return late->await_turn({}).has_value(); });
  ASSERT_TRUE(held->await_turn({}));
  EXPECT_TRUE(turn.get());
  held->held();
  EXPECT_EQ(held->await_others(now()), "");
  late->held();
  EXPECT_EQ(late->await_others(soon()), "") << "the other was let go by then: there is no instant of both";
}

TEST_F(WindowTest, NobodyIsHeldAfterAllWasStopped) {
  const auto waits = window_.join(Window::Turn::Middle, claim());
  const auto prepares = window_.join(Window::Turn::Middle, claim());
  std::stop_source stop;
  auto turn = std::async(std::launch::async, [&] { return waits->await_turn(stop.get_token()); });
  stop.request_stop();
  EXPECT_EQ(turn.get().error().kind(), support::ErrorKind::Interrupted);
}

TEST_F(WindowTest, OneThatIsHeldAloneInTheEndNamesNoWindow) {
  const auto stays = window_.join(Window::Turn::Middle, claim());
  const auto fails = window_.join(Window::Turn::First, claim());
  auto turn = std::async(std::launch::async, [&] { return stays->await_turn({}).has_value(); });
  ASSERT_TRUE(fails->await_turn({}));
  fails->held();
  EXPECT_TRUE(turn.get());
  stays->held();
  fails->leave();
  EXPECT_EQ(stays->await_others(soon()), "");
}

TEST_F(WindowTest, ABackEndIsJudgedByItsOwnMember) {
  auto slow = claim();
  slow.back_ends = {{"hdd", "nova"}};
  const auto on_ssd = window_.join(Window::Turn::Middle, claim());
  const auto on_hdd = window_.join(Window::Turn::Middle, slow);
  ASSERT_TRUE(on_ssd->enter({}));
  on_hdd->waited_in_vain("0123456789abcdef");
  on_ssd->served(seconds(1));
  EXPECT_EQ(gate_.limit_of({"ssd", "nova"}), 2);
  EXPECT_EQ(gate_.limit_of({"hdd", "nova"}), 1);
}

TEST_F(WindowTest, P10AllHaveOneLeaveToHold) {
  const auto first = window_.join(Window::Turn::Middle, claim());
  const auto second = window_.join(Window::Turn::Middle, claim());
  EXPECT_TRUE(first->enter({}));
  EXPECT_TRUE(second->enter({}));
  HoldGate impatient({.longest_wait = seconds(0)}, clock_);
  Window one(impatient, clock_);
  Window other(impatient, clock_);
  EXPECT_TRUE(one.join(Window::Turn::Middle, claim())->enter({}));
  const auto kept_out = other.join(Window::Turn::Middle, claim());
  const auto beside_it = other.join(Window::Turn::Middle, claim());
  EXPECT_EQ(kept_out->enter({}).error().kind(), support::ErrorKind::Busy);
  EXPECT_EQ(beside_it->enter({}).error().kind(), support::ErrorKind::Busy) << "of one window all are kept out";
}

}  // namespace
}  // namespace stillpoint::executor
