#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "client_fixture.hpp"

namespace stillpoint::http {
namespace {

using fakes::answer;
using fakes::SeenRequest;
using fakes::TinyServer;
using fakes::Wire;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::ErrorKind;
using testing::HasSubstr;

TEST_F(ClientTest, SendsTheRequestAsItStandsAndGivesTheWholeAnswer) {
  SeenRequest seen;
  TinyServer server(TinyServer::responding([&](const SeenRequest& request) {
    seen = request;
    return answer("202 Accepted", "{\"x\":2}", "X-Openstack-Request-Id: req-1\r\n");
  }));
  const auto response = send({Method::Post,
                              server.url("/v3/p%2F1?limit=2&marker=a%3Db"),
                              {{"X-Auth-Token", "t"}},
                              R"({"a":1})",
                              Repeat::Never,
                              "block-storage"});
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->code, 202);
  EXPECT_EQ(response->body, "{\"x\":2}");
  EXPECT_EQ(response->header("x-openstack-request-id"), "req-1");
  EXPECT_EQ(response->header("absent"), "");
  EXPECT_EQ(seen.line, "POST /v3/p%2F1?limit=2&marker=a%3Db HTTP/1.1");
  EXPECT_EQ(seen.body, R"({"a":1})");
  EXPECT_EQ(seen.header("X-Auth-Token"), "t");
  EXPECT_EQ(seen.header("Content-Type"), "application/json");
}

TEST_F(ClientTest, GivesEveryWholeAnswerWhateverItsCode) {
  for (const char* status : {"200 OK", "204 No Content", "300 Multiple Choices", "401 No", "404 No", "413 Too much"}) {
    TinyServer server(TinyServer::responding([&](const SeenRequest&) { return answer(status, "{}"); }));
    const auto response = get(server.url());
    ASSERT_TRUE(response) << status << ": " << response.error().to_string();
    EXPECT_EQ(response->code, std::stoi(status));
  }
}

TEST_F(ClientTest, KnowsThatNoContentHasNone) {
  for (const char* head : {"HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"}) {
    TinyServer server(TinyServer::responding([&](const SeenRequest&) { return head; }));
    for (int round = 0; round < 3; ++round) {
      const auto response = get(server.url());
      ASSERT_TRUE(response) << response.error().to_string();
      EXPECT_EQ(response->code, 204);
    }
  }
}

TEST_F(ClientTest, TriesAgainWhatMayPass) {
  std::atomic<int> count = 0;
  TinyServer server(in_turn({answer("503 Busy", ""), answer("500 Oops", ""), answer("200 OK", "x")}, count));
  const auto response = get(server.url());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->body, "x");
  EXPECT_EQ(count, 3);
  EXPECT_EQ(clock_.sleeps().size(), 2U);
}

TEST_F(ClientTest, GivesTheLastAnswerWhenNoTryIsLeft) {
  std::atomic<int> count = 0;
  TinyServer server(in_turn({answer("502 Bad Gateway", "")}, count));
  const auto response = get(server.url());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->code, 502);
  EXPECT_EQ(count, Options().max_tries);
}

TEST_F(ClientTest, WaitsAsLongAsItIsAskedTo) {
  std::atomic<int> count = 0;
  TinyServer server(in_turn({answer("429 Slow down", "", "Retry-After: 7\r\n"), answer("200 OK", "")}, count));
  ASSERT_TRUE(get(server.url()));
  EXPECT_GE(clock_.sleeps().at(0), seconds(7) - milliseconds(1));
}

TEST_F(ClientTest, DoesNotWaitBeyondTheDeadline) {
  std::atomic<int> count = 0;
  TinyServer server(in_turn({answer("503 Busy", "", "Retry-After: 60\r\n")}, count));
  const auto response = get(server.url());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->code, 503);
  EXPECT_EQ(response->header("retry-after"), "60");
  EXPECT_EQ(count, 1);
  EXPECT_TRUE(clock_.sleeps().empty());
}

TEST_F(ClientTest, IgnoresRetryAfterWhereItDoesNotMeanThrottling) {
  std::atomic<int> count = 0;
  TinyServer server(in_turn({answer("500 Oops", "", "Retry-After: 60\r\n"), answer("200 OK", "")}, count));
  const auto response = get(server.url());
  ASSERT_TRUE(response);
  EXPECT_EQ(response->code, 200);
}

TEST_F(ClientTest, A413ThatAsksToComeBackIsThrottlingAndOneThatSaysZeroIsNot) {
  std::atomic<int> count = 0;
  TinyServer throttled(in_turn({answer("413 Too much", "", "Retry-After: 7\r\n"), answer("200 OK", "")}, count));
  EXPECT_EQ(get(throttled.url())->code, 200);
  EXPECT_GT(clock_.sleeps().back(), std::chrono::seconds(6));
  count = 0;
  TinyServer quota(in_turn({answer("413 Too much", "", "Retry-After: 0\r\n"), answer("200 OK", "")}, count));
  EXPECT_EQ(get(quota.url())->code, 413);
}

TEST_F(ClientTest, NeverRepeatsWhatMustNotBeRepeated) {
  for (const char* status : {"429 Slow down", "500 Oops", "503 Busy"}) {
    std::atomic<int> count = 0;
    TinyServer server(in_turn({answer(status, "")}, count));
    const auto response = post(server.url(), Repeat::Never);
    ASSERT_TRUE(response);
    EXPECT_EQ(response->code, std::stoi(status));
    EXPECT_EQ(count, 1);
  }
}

TEST_F(ClientTest, DoesNotSendHeadersThatWouldBecomeTwo) {
  TinyServer server([](Wire&) {});
  const auto response = send({Method::Get, server.url(), {{"X-Auth-Token", "t\r\nX-Evil: 1"}}, "", Repeat::Safe, ""});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::InvalidInput);
  EXPECT_EQ(server.connections(), 0);
}

TEST_F(ClientTest, DoesNotFollowRedirectsNorTakeTheTokenThere) {
  TinyServer elsewhere(TinyServer::responding([](const SeenRequest&) { return answer("200 OK", "stolen"); }));
  for (const char* status : {"301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"}) {
    TinyServer server(TinyServer::responding(
        [&](const SeenRequest&) { return answer(status, "", "Location: " + elsewhere.url("/take") + "\r\n"); }));
    const auto response =
        send({Method::Get, server.url(), {{"X-Auth-Token", "t"}, {"Authorization", "a"}}, "", Repeat::Safe, ""});
    ASSERT_TRUE(response);
    EXPECT_EQ(response->code, std::stoi(status));
  }
  EXPECT_EQ(elsewhere.connections(), 0);
}

TEST_F(ClientTest, ARefusedConnectionIsUnavailableEvenForWhatMustNotBeRepeated) {
  const std::string url = "http://127.0.0.1:" + std::to_string(fakes::free_port()) + "/v3";
  for (const Repeat repeat : {Repeat::Never, Repeat::Safe}) {
    const auto response = post(url, repeat);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind(), ErrorKind::Unavailable) << response.error().to_string();
    EXPECT_THAT(response.error().message(), HasSubstr("cannot connect to 127.0.0.1:"));
  }
}

TEST_F(ClientTest, AnUnknownHostIsUnavailable) {
  const auto response = post("http://no-such-host.invalid:1/", Repeat::Never);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Unavailable) << response.error().to_string();
  EXPECT_THAT(response.error().message(), HasSubstr("no-such-host.invalid cannot be resolved"));
}

TEST_F(ClientTest, WhatIsNoHttpIsSaidToBeNone) {
  TinyServer server([](Wire& wire) { wire.write("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n\r\n"); });
  const auto response = get(server.url());
  ASSERT_FALSE(response);
  EXPECT_THAT(std::string(to_string(response.error().kind())), testing::AnyOf("protocol", "unavailable"));
}

TEST_F(ClientTest, RefusesIpv6LiteralsByName) {
  const auto response = get("http://[::1]:5000/v3");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::InvalidInput);
}

TEST_F(ClientTest, TellsTheObserverOfEachTry) {
  std::vector<int> codes;
  client_ = make_client({}, clock_, [&](const Tried& tried) {
    EXPECT_EQ(tried.request.service, "compute");
    EXPECT_GE(tried.took.count(), 0);
    codes.push_back(tried.response == nullptr ? 0 : tried.response->code);
  });
  std::atomic<int> count = 0;
  TinyServer server([&](Wire& wire) {
    wire.read();
    const int turn = ++count;
    if (turn > 1) {
      wire.write(answer(turn == 2 ? "503 Busy" : "200 OK", "", "Connection: close\r\n"));
    }
  });
  ASSERT_TRUE(send({Method::Get, server.url(), {}, "", Repeat::Safe, "compute"}));
  EXPECT_THAT(codes, testing::ElementsAre(0, 503, 200));
}

TEST_F(ClientTest, ServesManyThreadsAtOnce) {
  TinyServer server(TinyServer::responding(
      [](const SeenRequest& request) { return answer("200 OK", request.line + "|" + request.body); }));
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < 20; ++round) {
        const std::string path = "/" + std::to_string(i) + "-" + std::to_string(round);
        const auto response = round % 2 == 0 ? get(server.url(path)) : post(server.url(path), Repeat::Never);
        good += response && response->body.find(path + " ") != std::string::npos ? 1 : 0;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(good, 160);
}

TEST_F(ClientTest, AUrlThatTheLibraryRefusesIsAnError) {
  const auto response = get("http://127.0.0.1:1/v3/^");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::InvalidInput);
  client_->warm("http://127.0.0.1:1/v3/^", 2, in(seconds(1)));
}

}  // namespace
}  // namespace stillpoint::http
