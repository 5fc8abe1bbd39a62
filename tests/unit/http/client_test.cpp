#include "http/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "fakes/skipping_clock.hpp"
#include "fakes/tiny_server.hpp"
#include "http/transport.hpp"

namespace stillpoint::http {
namespace {

using fakes::answer;
using fakes::SeenRequest;
using fakes::SkippingClock;
using fakes::TinyServer;
using fakes::Wire;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Deadline;
using support::ErrorKind;
using testing::HasSubstr;
using testing::Not;

class ClientTest : public testing::Test {
 protected:
  Deadline in(milliseconds time) { return Deadline::after(clock_, time); }
  support::Result<Response> get(const std::string& url) { return send({Method::Get, url, {}, "", Repeat::Safe, ""}); }
  support::Result<Response> post(const std::string& url, Repeat repeat) {
    return send({Method::Post, url, {}, R"({"a":1})", repeat, ""});
  }
  support::Result<Response> send(const Request& request) { return client_->send(request, in(seconds(20))); }

  static Options capped(size_t bytes) {
    Options options;
    options.max_response_bytes = bytes;
    return options;
  }

  /// Answers in turn; the last answer is given ever after.
  static TinyServer::Serve in_turn(std::vector<std::string> answers, std::atomic<int>& count) {
    return TinyServer::responding([answers = std::move(answers), &count](const SeenRequest&) {
      const auto turn = static_cast<size_t>(count++);
      return answers[std::min(turn, answers.size() - 1)];
    });
  }

  SkippingClock clock_;
  std::unique_ptr<Client> client_ = make_client({}, clock_);
};

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

TEST_F(ClientTest, RefusesAnAnswerAboveTheCap) {
  client_ = make_client(capped(100'000), clock_);
  std::atomic<int> count = 0;
  TinyServer small(in_turn({answer("200 OK", std::string(100'000, 'x'))}, count));
  ASSERT_TRUE(get(small.url()));
  count = 0;
  TinyServer large(in_turn({answer("200 OK", std::string(5'000'000, 'x'))}, count));
  const auto response = get(large.url());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Protocol);
  EXPECT_THAT(response.error().message(), HasSubstr("larger than 100000 bytes"));
  EXPECT_EQ(count, 1);
}

TEST_F(ClientTest, StopsReadingAnEndlessAnswerAtTheCap) {
  client_ = make_client(capped(1'000'000), clock_);
  TinyServer server([](Wire& wire) {
    wire.read();
    wire.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    while (wire.write(chunk)) {
    }
  });
  const auto response = get(server.url());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Protocol);
}

TEST_F(ClientTest, ACutAnswerIsNoAnswer) {
  for (const std::string start : {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nten bytes.",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\nten bytes.\r\n",
                                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nten bytes."}) {
    std::atomic<int> count = 0;
    TinyServer server([&](Wire& wire) {
      wire.read();
      ++count;
      wire.write(start);
    });
    const auto safe = get(server.url());
    ASSERT_FALSE(safe) << start << " gave " << safe->body;
    EXPECT_EQ(safe.error().kind(), ErrorKind::Protocol) << safe.error().to_string();
    EXPECT_THAT(safe.error().message(), HasSubstr("cut off"));
    EXPECT_EQ(count, Options().max_tries);
    const auto never = post(server.url(), Repeat::Never);
    ASSERT_FALSE(never);
    EXPECT_EQ(never.error().kind(), ErrorKind::UnknownOutcome) << never.error().to_string();
  }
}

TEST_F(ClientTest, TheDeadlineIsForTheWholeAnswer) {
  TinyServer server([](Wire& wire) {
    wire.read();
    wire.write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    while (!wire.is_closed_within(milliseconds(20)) && wire.write("x")) {
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto response = client_->send({Method::Get, server.url(), {}, "", Repeat::Safe, ""}, in(milliseconds(300)));
  const auto took = std::chrono::steady_clock::now() - begun;
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Timeout) << response.error().to_string();
  EXPECT_GE(took, milliseconds(290));
  EXPECT_LT(took, seconds(15));  // The bytes would take half an hour.
}

TEST_F(ClientTest, ATryMayTakeNoLongerThanItsOwnLimit) {
  Options options;
  options.request_timeout = milliseconds(100);
  options.max_tries = 2;
  client_ = make_client(options, clock_);
  std::atomic<int> count = 0;
  TinyServer server([&](Wire& wire) {
    wire.read();
    if (++count == 2) {
      wire.write(answer("200 OK", "late but there"));
    }
    wire.is_closed_within(seconds(10));
  });
  const auto response = get(server.url());
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->body, "late but there");
}

TEST_F(ClientTest, AStopEndsARequestThatIsWaitedForAndTheWaitForAnotherTry) {
  const auto interrupted = [this](const std::string& url, Repeat repeat, std::stop_source& stop) {
    const auto begun = std::chrono::steady_clock::now();
    const Request request{Method::Post, url, {}, R"({"a":1})", repeat, ""};
    const auto ended = client_->send(request, in(seconds(20)).unless_stopped(stop.get_token()));
    EXPECT_FALSE(ended);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(10)) << "long before its deadline";
    return ended ? ErrorKind::Protocol : ended.error().kind();
  };
  for (const auto repeat : {Repeat::Safe, Repeat::Never}) {
    std::stop_source stop;
    TinyServer silent([&](Wire& wire) {
      if (wire.read()) {
        stop.request_stop();
        wire.is_closed_within(seconds(20));
      }
    });
    EXPECT_EQ(interrupted(silent.url(), repeat, stop),
              repeat == Repeat::Safe ? ErrorKind::Interrupted : ErrorKind::UnknownOutcome);
  }
  std::stop_source stop;
  TinyServer busy(TinyServer::responding([&](const SeenRequest&) {
    stop.request_stop();
    return answer("503 Service Unavailable", "");
  }));
  EXPECT_EQ(interrupted(busy.url(), Repeat::Safe, stop), ErrorKind::Interrupted);
  EXPECT_EQ(interrupted(busy.url(), Repeat::Never, stop), ErrorKind::Interrupted) << "it is not sent at all";
}

TEST_F(ClientTest, SilenceIsATimeoutOrAnUnknownOutcome) {
  TinyServer server([](Wire& wire) {
    wire.read();
    wire.is_closed_within(seconds(10));
  });
  Request request{Method::Post, server.url("/snapshots"), {}, "{}", Repeat::Never, ""};
  const auto never = client_->send(request, in(milliseconds(150)));
  ASSERT_FALSE(never);
  EXPECT_EQ(never.error().kind(), ErrorKind::UnknownOutcome);
  EXPECT_THAT(never.error().message(), HasSubstr("/snapshots"));
  request.repeat = Repeat::Safe;
  const auto safe = client_->send(request, in(milliseconds(150)));
  ASSERT_FALSE(safe);
  EXPECT_EQ(safe.error().kind(), ErrorKind::Timeout);
}

TEST_F(ClientTest, SendsNothingOnceTheDeadlineHasPassed) {
  TinyServer server([](Wire&) {});
  const auto response =
      client_->send({Method::Post, server.url(), {}, "{}", Repeat::Never, ""}, Deadline::at(clock_.steady_now()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Timeout);
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

TEST_F(ClientTest, SafeCallsShareConnectionsAndOthersGetOneOfTheirOwn) {
  std::mutex mutex;
  std::map<std::string, std::multiset<int>> used;
  TinyServer server(TinyServer::responding([&](const SeenRequest& request) {
    const std::lock_guard lock(mutex);
    used[request.line.substr(0, request.line.find(' '))].insert(request.connection);
    return answer("200 OK", "{}");
  }));
  constexpr int kRounds = 20;
  for (int round = 0; round < kRounds; ++round) {
    ASSERT_TRUE(get(server.url()));
    ASSERT_TRUE(post(server.url(), Repeat::Never));
  }
  for (const int connection : used["POST"]) {
    EXPECT_EQ(used["POST"].count(connection), 1U);
    EXPECT_EQ(used["GET"].count(connection), 0U);
  }
  // A connection is given back a moment after its answer, so that now and then the next call finds none.
  EXPECT_LT(server.connections(), 2 * kRounds);
}

TEST_F(ClientTest, AConnectionThatTheServerHasClosedHurtsNobody) {
  std::atomic<int> posts = 0;
  TinyServer server([&](Wire& wire) {  // One answer a connection, though it promises to stay.
    if (const auto request = wire.read()) {
      posts += request->line.starts_with("POST") ? 1 : 0;
      wire.write(answer("200 OK", "{}"));
    }
  });
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(get(server.url()));
    const auto created = post(server.url(), Repeat::Never);
    ASSERT_TRUE(created) << created.error().to_string();
    const auto merged = post(server.url(), Repeat::Safe);
    ASSERT_TRUE(merged) << merged.error().to_string();
  }
  EXPECT_EQ(posts, 6);
}

TEST_F(ClientTest, ACallThatWentOutWithoutAnAnswerHasAnUnknownOutcomeAndIsSentOnce) {
  std::atomic<int> count = 0;
  TinyServer server([&](Wire& wire) {
    wire.read();
    ++count;
  });
  const auto response = post(server.url("/snapshots"), Repeat::Never);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::UnknownOutcome) << response.error().to_string();
  EXPECT_EQ(count, 1);
}

TEST_F(ClientTest, ABrokenConnectionIsTriedAgainIfThatIsSafe) {
  std::atomic<int> count = 0;
  TinyServer server([&](Wire& wire) {
    wire.read();
    if (++count == 3) {
      wire.write(answer("200 OK", "{}"));
    }
  });
  EXPECT_TRUE(post(server.url(), Repeat::Safe));
  EXPECT_EQ(count, 3);
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

TEST_F(ClientTest, WarmingOpensTheConnectionsThatFollow) {
  std::mutex mutex;
  std::condition_variable changed;
  int waiting = 0;
  TinyServer server(TinyServer::responding([&](const SeenRequest& request) {
    std::unique_lock lock(mutex);
    if (request.connection <= 3) {  // The first three answer together, so that none is used twice.
      ++waiting;
      changed.notify_all();
      changed.wait_for(lock, seconds(10), [&] { return waiting >= 3; });
    }
    return answer("200 OK", "{}");
  }));
  client_->warm(server.url(), 3, in(seconds(10)));
  EXPECT_EQ(server.connections(), 3);
  ASSERT_TRUE(get(server.url()));
  EXPECT_EQ(server.connections(), 3);
}

TEST_F(ClientTest, WarmingWhatIsNotThereHurtsNobody) {
  client_->warm("http://127.0.0.1:" + std::to_string(fakes::free_port()) + "/", 2, in(seconds(5)));
  client_->warm("nonsense", 2, in(seconds(5)));
}

TEST_F(ClientTest, GoesThroughTheProxy) {
  SeenRequest seen;
  TinyServer proxy(TinyServer::responding([&](const SeenRequest& request) {
    seen = request;
    return answer("200 OK", "by proxy");
  }));
  Transport transport({}, proxies_of({{"http_proxy", proxy.url("")}}));
  const Request request{Method::Get, "http://cloud.invalid/v3?x=1", {}, "", Repeat::Safe, ""};
  const auto response = transport.exchange(request, *parse_url(request.url), seconds(10));
  ASSERT_TRUE(response) << response.error().error.to_string();
  EXPECT_EQ(response->body, "by proxy");
  EXPECT_THAT(seen.line, HasSubstr("http://cloud.invalid:80/v3?x=1"));
  EXPECT_EQ(seen.header("Proxy-Authorization"), "");
}

TEST_F(ClientTest, TellsTheProxyWhoWeAre) {
  SeenRequest seen;
  TinyServer proxy(TinyServer::responding([&](const SeenRequest& request) {
    seen = request;
    return answer("407 Proxy Authentication Required", "");
  }));
  const std::string host = proxy.url("").substr(std::string("http://").size());
  const std::string by = "http://us%20er:p^ss@" + host;
  Transport transport({}, proxies_of({{"http_proxy", by}, {"https_proxy", by}}));
  for (const char* url : {"http://cloud.invalid/v3", "https://cloud.invalid/v3"}) {
    const Request request{Method::Get, url, {}, "", Repeat::Safe, ""};
    const auto response = transport.exchange(request, *parse_url(request.url), seconds(10));
    EXPECT_EQ(seen.header("Proxy-Authorization"), "Basic dXMgZXI6cF5zcw==") << seen.head;
    if (!response) {
      EXPECT_THAT(response.error().error.to_string(), Not(HasSubstr("p^ss")));
    }
  }
}

TEST_F(ClientTest, P11ABadProxyIsSaidWithoutWhatItHolds) {
  Transport transport({}, proxies_of({{"http_proxy", "http://user:p^ss%@proxy:3128"}}));
  const Request request{Method::Post, "http://cloud.invalid/v3", {}, "{}", Repeat::Never, ""};
  const auto response = transport.exchange(request, *parse_url(request.url), seconds(10));
  ASSERT_FALSE(response);
  EXPECT_FALSE(response.error().may_pass);
  EXPECT_EQ(response.error().error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(response.error().error.to_string(), testing::AllOf(HasSubstr("http_proxy"), Not(HasSubstr("p^ss"))));
  transport.exchange_many(request, *parse_url(request.url), 2, seconds(1));
}

TEST_F(ClientTest, AUrlThatTheLibraryRefusesIsAnError) {
  const auto response = get("http://127.0.0.1:1/v3/^");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::InvalidInput);
  client_->warm("http://127.0.0.1:1/v3/^", 2, in(seconds(1)));
}

TEST_F(ClientTest, SaysThatTheProxyIsDown) {
  Transport transport({}, proxies_of({{"http_proxy", "127.0.0.1:" + std::to_string(fakes::free_port())}}));
  const Request request{Method::Get, "http://cloud.invalid/v3", {}, "", Repeat::Safe, ""};
  const auto response = transport.exchange(request, *parse_url(request.url), seconds(10));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().error.message(), HasSubstr("the proxy 127.0.0.1"));
}

}  // namespace
}  // namespace stillpoint::http
