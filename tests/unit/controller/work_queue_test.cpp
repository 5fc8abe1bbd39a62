#include "controller/work_queue.hpp"

#include <gtest/gtest.h>

#include <future>

namespace stillpoint::controller {
namespace {

WorkKey key(const std::string& policy, const std::string& server) {
  return {"prod", {policy, cloud::ServerId(server)}};
}

TEST(WorkQueueTest, AKeyWaitsOnce) {
  WorkQueue queue(4);
  queue.add(key("edx", "s1"));
  queue.add(key("edx", "s1"));
  EXPECT_EQ(queue.depth(), 1U);
  EXPECT_EQ(queue.try_get(), key("edx", "s1"));
  EXPECT_EQ(queue.try_get(), std::nullopt);
}

TEST(WorkQueueTest, AKeyIsNeverWorkedOnTwiceAtOnce) {
  WorkQueue queue(4);
  queue.add(key("edx", "s1"));
  ASSERT_TRUE(queue.try_get());
  queue.add(key("edx", "s1"));
  EXPECT_EQ(queue.try_get(), std::nullopt);
  EXPECT_TRUE(queue.is_running(key("edx", "s1")));
  queue.done(key("edx", "s1"));
  EXPECT_FALSE(queue.is_running(key("edx", "s1"))) << "who adds looks anew";
  queue.add(key("edx", "s1"));
  EXPECT_TRUE(queue.try_get());
}

TEST(WorkQueueTest, APolicyWithManyServersDoesNotDelayOneWithASingleOne) {
  WorkQueue queue(8);
  for (int i = 0; i < 1000; ++i) {
    queue.add(key("large", "s" + std::to_string(i)));
  }
  ASSERT_TRUE(queue.try_get());
  queue.add(key("small", "t1"));
  EXPECT_EQ(queue.try_get(), key("small", "t1"));
}

TEST(WorkQueueTest, APolicyGetsNoMoreThanItsShareOfTheWorkers) {
  WorkQueue queue(2);
  for (int i = 0; i < 5; ++i) {
    queue.add(key("large", "s" + std::to_string(i)));
  }
  const auto first = queue.try_get();
  ASSERT_TRUE(first && queue.try_get());
  EXPECT_EQ(queue.try_get(), std::nullopt);
  queue.done(*first);
  EXPECT_TRUE(queue.try_get());
}

TEST(WorkQueueTest, WhatIsNotDueLeavesWorkersToWhatIs) {
  WorkQueue queue(2);
  for (const char* policy : {"a", "b", "c"}) {
    queue.add(key(policy, "s1"));
  }
  const auto first = queue.try_get();
  ASSERT_TRUE(first && queue.try_get());
  EXPECT_EQ(queue.try_get(), std::nullopt);
  queue.add(key("d", "s1"), WorkQueue::Haste::Due);
  EXPECT_EQ(queue.try_get(), key("d", "s1"));
  queue.done(*first);
  EXPECT_EQ(queue.try_get(), key("c", "s1"));
}

TEST(WorkQueueTest, OfAPolicysKeysThoseGoFirstThatAreDue) {
  WorkQueue queue(8);
  for (const char* server : {"s1", "s2", "s3"}) {
    queue.add(key("edx", server));
  }
  queue.add(key("edx", "s4"), WorkQueue::Haste::Due);
  queue.add(key("edx", "s3"), WorkQueue::Haste::Due);
  queue.add(key("edx", "s3"), WorkQueue::Haste::Due);
  EXPECT_EQ(queue.depth(), 4U);
  for (const char* server : {"s4", "s3", "s1", "s2"}) {
    EXPECT_EQ(queue.try_get(), key("edx", server));
  }
  EXPECT_EQ(queue.try_get(), std::nullopt);
}

TEST(WorkQueueTest, WhatIsNotDueAnyMoreWaitsAsSuch) {
  WorkQueue queue(1);
  queue.add(key("a", "s1"), WorkQueue::Haste::Due);
  queue.add(key("b", "s1"));
  ASSERT_TRUE(queue.try_get());
  ASSERT_EQ(queue.try_get(), key("b", "s1"));
  queue.add(key("c", "s1"), WorkQueue::Haste::Due);
  queue.add(key("c", "s1"));
  EXPECT_EQ(queue.try_get(), std::nullopt) << "one that is not due is at work";
}

TEST(WorkQueueTest, PoliciesTakeTurns) {
  WorkQueue queue(8);
  for (const char* server : {"s1", "s2", "s3"}) {
    queue.add(key("a", server));
    queue.add(key("b", server));
  }
  std::string order;
  while (const auto next = queue.try_get()) {
    order += next->job.policy;
    queue.done(*next);
  }
  EXPECT_EQ(order, "ababab");
}

TEST(WorkQueueTest, KnowsThePoliciesThatAreWorkedFor) {
  WorkQueue queue(4);
  queue.add(key("edx", "s1"));
  queue.add(key("other", "s1"));
  EXPECT_TRUE(queue.policies_at_work("prod").empty()) << "they wait";
  ASSERT_EQ(queue.try_get(), key("edx", "s1"));
  EXPECT_EQ(queue.policies_at_work("prod"), std::set<std::string>{"edx"});
  EXPECT_TRUE(queue.policies_at_work("lab").empty());
  queue.done(key("edx", "s1"));
  EXPECT_TRUE(queue.policies_at_work("prod").empty());
}

TEST(WorkQueueTest, AWorkerWaitsUntilThereIsSomethingToDo) {
  WorkQueue queue(4);
  std::stop_source stop;
  auto waiting = std::async(std::launch::async, [&] { return queue.get(stop.get_token()); });
  queue.add(key("edx", "s1"));
  EXPECT_EQ(waiting.get(), key("edx", "s1"));
}

TEST(WorkQueueTest, AStopEndsTheWaitEvenIfThereIsWork) {
  WorkQueue queue(4);
  std::stop_source stop;
  auto waiting = std::async(std::launch::async, [&] { return queue.get(stop.get_token()); });
  stop.request_stop();
  EXPECT_EQ(waiting.get(), std::nullopt);
  queue.add(key("edx", "s1"));
  EXPECT_EQ(queue.get(stop.get_token()), std::nullopt);
}

}  // namespace
}  // namespace stillpoint::controller
