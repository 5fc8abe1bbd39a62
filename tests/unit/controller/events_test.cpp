#include "controller/events.hpp"

#include <gtest/gtest.h>

#include "fakes/objects.hpp"

namespace stillpoint::controller {
namespace {

status::Event event(const std::string& reason, const std::string& message = "m") {
  status::Event made;
  made.reason = reason;
  made.message = message;
  made.policy = "edx";
  return made;
}

TEST(EventsTest, WhatHappensAgainIsCounted) {
  Events events;
  const auto start = fakes::at("2026-11-26T00:00:00Z");
  events.add(event("PointFailed", "one"), start);
  events.add(event("Pruned"), start + std::chrono::seconds(1));
  events.add(event("PointFailed", "two"), start + std::chrono::seconds(2));
  const auto list = events.list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].reason, "PointFailed");
  EXPECT_EQ(list[0].message, "two");
  EXPECT_EQ(list[0].count, 2);
  EXPECT_EQ(list[0].first, start);
  EXPECT_EQ(list[0].last, start + std::chrono::seconds(2));
}

TEST(EventsTest, CloudsAndServersOfOneNameAreToldApart) {
  Events events;
  const auto now = fakes::at("2026-11-26T00:00:00Z");
  for (const char* cloud : {"lab", "prod"}) {
    auto one = event("CloudNotRead");
    one.cloud = cloud;
    events.add(one, now);
  }
  for (const char* server : {"s1", "s2"}) {
    auto one = event("PointFailed");
    one.server_name = "backend-2";
    one.server = cloud::ServerId(server);
    events.add(one, now);
  }
  EXPECT_EQ(events.list().size(), 4U);
}

TEST(EventsTest, FilesAreToldApart) {
  Events events;
  for (const char* file : {"a.yaml", "b.yaml"}) {
    auto one = event("PolicyFileNotUsed");
    one.file = file;
    events.add(one, fakes::at("2026-11-26T00:00:00Z"));
  }
  EXPECT_EQ(events.list().size(), 2U);
}

TEST(EventsTest, TheOldestGoWhenThereAreTooMany) {
  Events events(3);
  const auto start = fakes::at("2026-11-26T00:00:00Z");
  for (int i = 0; i < 10; ++i) {
    events.add(event("R" + std::to_string(i)), start + std::chrono::seconds(i));
  }
  const auto list = events.list();
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[2].reason, "R7");
}

}  // namespace
}  // namespace stillpoint::controller
