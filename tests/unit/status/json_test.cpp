#include "status/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "unit/status/status_fixture.hpp"

namespace stillpoint::status {
namespace {

using nlohmann::json;

class StatusJsonTest : public StatusTest {
 protected:
  Status status_at(const std::string& now) {
    Status status;
    status.now = at(now);
    status.installation = "default";
    status.version = "1.2.3";
    status.clouds = {{"prod", at("2026-11-24T12:00:00Z"), "", {{"snapshots", {10, 3, 1}}}}};
    status.policies = assess_at(now);
    status.events = {{Event::Kind::Warning, "HoldFailed", "the lock was not granted", "edx", "backend-2", "mysql", 3,
                      at("2026-11-24T10:00:00Z"), at("2026-11-24T12:00:00Z"), "prod", fakes::kServer}};
    return status;
  }
};

TEST_F(StatusJsonTest, PoliciesAreAListInTheMannerOfKubernetes) {
  add_point("2026-11-24T12:00:00Z");
  const auto list = json::parse(policies_json(status_at("2026-11-24T12:05:00Z")));
  EXPECT_EQ(list["apiVersion"], "stillpoint.dev/v1alpha1");
  EXPECT_EQ(list["kind"], "PolicyStatusList");
  const auto& item = list["items"][0];
  EXPECT_EQ(item["metadata"]["name"], "edx");
  EXPECT_EQ(item["status"]["observedSpecHash"], "cafe");
  EXPECT_EQ(item["status"]["phase"], "InForce");
  EXPECT_EQ(item["status"]["intervalSeconds"], 3600);
  const auto& condition = item["status"]["conditions"][2];
  EXPECT_EQ(condition["type"], "Protected");
  EXPECT_EQ(condition["status"], "True");
  EXPECT_EQ(condition["lastTransitionTime"], "2026-11-24T12:00:00Z");
  EXPECT_EQ(item["status"]["series"][0]["points"]["good"], 1);
  EXPECT_EQ(list["clouds"][0]["quota"]["snapshots"]["inUse"], 3);
  EXPECT_EQ(list["events"][0]["count"], 3);
  EXPECT_EQ(list["events"][0]["cloud"], "prod");
  EXPECT_EQ(list["events"][0]["server"], fakes::kServer.str());
}

TEST_F(StatusJsonTest, TimeAloneChangesNothingInIt) {
  add_point("2026-11-24T10:00:00Z");
  const auto first = policies_json(status_at("2026-11-24T12:05:00Z"));
  auto later = status_at("2026-11-24T12:05:07Z");
  EXPECT_NE(first.find("\"overdueSince\":\"2026-11-24T11:31:20Z\""), std::string::npos);
  EXPECT_EQ(policies_json(later), first);
  said_ = assess_at(at("2026-11-24T12:05:08Z") + std::chrono::microseconds(123456));
  later.policies = said_;
  later.now = at("2026-11-24T12:05:08Z") + std::chrono::microseconds(123456);
  EXPECT_EQ(policies_json(later), first) << "nor a part of a second";
}

TEST_F(StatusJsonTest, HostileNamesAreOnlyText) {
  const std::string hostile = "</script><img src=x onerror=alert(1)>\"\\\n\xff\x01";
  observed_.servers[0].name = hostile;
  policies_[0].servers = {};
  policies_[0].servers.ids = {fakes::kServer.str()};
  add_point("2026-11-24T12:00:00Z");
  const auto status = status_at("2026-11-24T12:05:00Z");
  const auto policies = json::parse(policies_json(status));
  EXPECT_EQ(policies["items"][0]["status"]["series"][0]["serverName"],
            "</script><img src=x onerror=alert(1)>\"\\\n\xef\xbf\xbd\x01");
  EXPECT_NO_THROW(json::parse(points_json(status, {})));
}

TEST_F(StatusJsonTest, PointsAreFiltered) {
  add_point("2026-11-24T11:00:00Z");
  add_point("2026-11-24T12:00:00Z");
  const auto status = status_at("2026-11-24T12:05:00Z");
  const auto all = json::parse(points_json(status, {}));
  EXPECT_EQ(all["kind"], "PointList");
  ASSERT_EQ(all["items"].size(), 2U);
  const auto& point = all["items"][0]["status"];
  EXPECT_EQ(point["slot"], "2026-11-24T11:00:00Z");
  EXPECT_EQ(point["keptBy"], "KeepLast");
  EXPECT_EQ(point["heldMs"], 250);
  EXPECT_EQ(point["consistency"], "application");
  EXPECT_EQ(point["snapshots"], json::array({"s0"}));
  const auto count = [&](const PointFilter& filter) {
    return json::parse(points_json(status, filter))["items"].size();
  };
  EXPECT_EQ(count({{}, {"edx"}, {}, {}}), 2U);
  EXPECT_EQ(count({{}, {"other"}, {}, {}}), 0U);
  EXPECT_EQ(count({{"prod", "lab"}, {}, {fakes::kServer.str()}, {"mysql"}}), 2U);
  EXPECT_EQ(count({{}, {}, {"nobody"}, {}}), 0U);
}

TEST_F(StatusJsonTest, WhatIsOverdueIsSaidWhenItIsAsked) {
  add_point("2026-11-24T11:00:00Z");
  auto status = status_at("2026-11-24T12:31:00Z");
  EXPECT_EQ(policies_json(status).find("overdueSince"), std::string::npos);
  status.now = at("2026-11-24T12:40:00Z");  // assessed nine minutes ago
  EXPECT_NE(policies_json(status).find("\"overdueSince\":\"2026-11-24T12:31:20Z\""), std::string::npos);
}

}  // namespace
}  // namespace stillpoint::status
