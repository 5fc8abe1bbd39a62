#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <stop_token>

#include "client_fixture.hpp"

// How much and how long a client reads.
namespace stillpoint::http {
namespace {

using fakes::answer;
using fakes::SeenRequest;
using fakes::TinyServer;
using fakes::Wire;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Deadline;
using support::ErrorKind;
using testing::HasSubstr;

class ClientLimitsTest : public ClientTest {};

TEST_F(ClientLimitsTest, RefusesAnAnswerAboveTheCap) {
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

TEST_F(ClientLimitsTest, StopsReadingAnEndlessAnswerAtTheCap) {
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

TEST_F(ClientLimitsTest, ACutAnswerIsNoAnswer) {
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

TEST_F(ClientLimitsTest, TheDeadlineIsForTheWholeAnswer) {
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

TEST_F(ClientLimitsTest, ATryMayTakeNoLongerThanItsOwnLimit) {
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

TEST_F(ClientLimitsTest, AStopEndsARequestThatIsWaitedForAndTheWaitForAnotherTry) {
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

TEST_F(ClientLimitsTest, SilenceIsATimeoutOrAnUnknownOutcome) {
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

TEST_F(ClientLimitsTest, SendsNothingOnceTheDeadlineHasPassed) {
  TinyServer server([](Wire&) {});
  const auto response =
      client_->send({Method::Post, server.url(), {}, "{}", Repeat::Never, ""}, Deadline::at(clock_.steady_now()));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Timeout);
  EXPECT_EQ(server.connections(), 0);
}

}  // namespace
}  // namespace stillpoint::http
