#include "openstack/identity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "scripted_cloud.hpp"

namespace stillpoint::openstack {
namespace {

using cloud::VolumeId;
using fakes::json_answer;
using std::chrono::seconds;
using support::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Connect, SaysWhatIsWrongWithTheCredentialsWithoutShowingThem) {
  auto log = std::make_shared<fakes::HttpLog>();
  ScriptedCloud cloud([](const http::Request&) { return ok("{}"); });
  auto client = std::make_unique<fakes::ScriptedHttp>(
      [](const http::Request&) {
        return json_answer(
            401, R"({"error": {"code": 401, "message": "The request you have made requires authentication."}})");
      },
      log);
  const auto connected = connect_over(std::move(client), cloud.config, cloud.clock);
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(connected.error().to_string(),
              AllOf(HasSubstr("cloud `c`"), HasSubstr("password"), Not(HasSubstr("pass-word-1"))));
}

TEST(Connect, RefusesTokensOfTheWrongShape) {
  for (const char* body :
       {"", "{}", "[]", R"({"token": 1})", R"({"token": {}})",
        R"({"token": {"issued_at": "x", "expires_at": "y", "project": {"id": "p"}}})",
        R"({"token": {"issued_at": "2026-11-24T06:00:00Z", "expires_at": "2026-11-24T07:00:00Z"}})"}) {
    ScriptedCloud cloud([](const http::Request&) { return ok("{}"); });
    auto client = std::make_unique<fakes::ScriptedHttp>(
        [&](const http::Request&) {
          return json_answer(201, body, {{"x-subject-token", "t"}});
        },
        cloud.log);
    const auto connected = connect_over(std::move(client), cloud.config, cloud.clock);
    ASSERT_FALSE(connected) << body;
    EXPECT_EQ(connected.error().kind(), ErrorKind::Protocol);
  }
}

TEST(FindEndpoint, TakesTheBestTypeInTheRegionAtTheInterface) {
  Session session;
  session.catalog = {{"volume", "public", "R1", "http://old"},
                     {"volumev3", "public", "R1", "http://r1"},
                     {"volumev3", "internal", "R1", "http://inside"},
                     {"volumev3", "public", "R2", "http://r2"}};
  const std::vector<std::string> types{"block-storage", "volumev3", "volume"};
  CloudConfig config;
  config.source = "clouds.yaml";
  config.region_name = "R2";
  EXPECT_EQ(find_endpoint(session, types, config), "http://r2");
  config.interface = "internal";
  const auto none = find_endpoint(session, types, config);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message(), AllOf(HasSubstr("`R2`"), HasSubstr("internal in R1"), HasSubstr("region_name")));
  config.region_name = "";
  EXPECT_EQ(find_endpoint(session, types, config), "http://inside");
  config.interface = "public";
  const auto several = find_endpoint(session, types, config);
  ASSERT_FALSE(several);
  EXPECT_THAT(several.error().message(), AllOf(HasSubstr("`R1`, `R2`"), HasSubstr("region_name")));
}

TEST(Tokens, AreRenewedOnceWhenAServiceRefusesThem) {
  ScriptedCloud cloud([](const http::Request& request) {
    return request.headers.at("X-Auth-Token") == "token-1" ? json_answer(401, "{}")
                                                           : json_answer(202, R"({"snapshot": )" + kSnapshot + "}");
  });
  const auto connected = cloud.connect();
  EXPECT_TRUE((*connected)->create_snapshot({VolumeId("v1"), "n", "", {}}, cloud.soon()));
  EXPECT_EQ(cloud.tokens, 2);
}

TEST(Tokens, RefusedASecondTimeAreAnError) {
  ScriptedCloud cloud([](const http::Request&) { return json_answer(401, "{}"); });
  const auto listed = (*cloud.connect())->list_volumes(cloud.soon());
  ASSERT_FALSE(listed);
  EXPECT_EQ(listed.error().kind(), ErrorKind::Unauthorized);
  EXPECT_EQ(cloud.tokens, 2);
  EXPECT_EQ(cloud.log->to("/volumes").size(), 2U);
}

TEST(Tokens, AreRenewedBeforeTheyExpire) {
  ScriptedCloud cloud([](const http::Request&) { return ok(R"({"volumes": []})"); });
  const auto connected = cloud.connect();
  ASSERT_TRUE((*connected)->list_volumes(cloud.soon()));
  EXPECT_EQ(cloud.tokens, 1);
  cloud.clock.advance(seconds(3590));
  ASSERT_TRUE((*connected)->list_volumes(cloud.soon()));
  EXPECT_EQ(cloud.tokens, 2);
}

TEST(Tokens, LiveByTheirOwnTimesWhateverTheClocksSay) {
  ScriptedCloud cloud([](const http::Request&) { return ok(R"({"volumes": []})"); });
  cloud.keystone_ahead = -seconds(7200);  // By our clock every token has expired long ago.
  const auto connected = cloud.connect();
  ASSERT_TRUE((*connected)->list_volumes(cloud.soon()));
  ASSERT_TRUE((*connected)->list_volumes(cloud.soon()));
  EXPECT_EQ(cloud.tokens, 1);
}

TEST(Tokens, AreRenewedByOneOfManyThreads) {
  ScriptedCloud cloud([](const http::Request& request) {
    return request.headers.at("X-Auth-Token") == "token-1" ? json_answer(401, "{}") : ok(R"({"volumes": []})");
  });
  const auto connected = cloud.connect();
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { good += (*connected)->list_volumes(cloud.soon()) ? 1 : 0; });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(good, 8);
  EXPECT_EQ(cloud.tokens, 2);
}

TEST(WarmUp, RenewsATokenThatWouldNotLast) {
  ScriptedCloud cloud([](const http::Request&) { return ok("{}"); });
  const auto connected = cloud.connect();
  ASSERT_TRUE((*connected)->warm_up(seconds(600), 4, cloud.soon()));
  EXPECT_EQ(cloud.tokens, 1);
  EXPECT_EQ(cloud.log->requests().back().service, "warm 4");
  cloud.clock.advance(seconds(3100));
  ASSERT_TRUE((*connected)->warm_up(seconds(600), 4, cloud.soon()));
  EXPECT_EQ(cloud.tokens, 2);
}

TEST(WarmUp, SaysThatNoTokenLivesLongEnough) {
  ScriptedCloud cloud([](const http::Request&) { return ok("{}"); });
  cloud.token_lifetime = seconds(5);
  const auto status = (*cloud.connect())->warm_up(seconds(60), 1, cloud.soon());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind(), ErrorKind::Unavailable);
  EXPECT_THAT(status.error().message(), AllOf(HasSubstr("1m"), HasSubstr("5s")));
}

}  // namespace
}  // namespace stillpoint::openstack
