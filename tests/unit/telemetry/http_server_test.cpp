#include "telemetry/http_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <semaphore>
#include <stdexcept>

#include "fakes/fake_clock.hpp"
#include "fakes/raw_client.hpp"
#include "telemetry/page.hpp"

namespace stillpoint::telemetry {
namespace {

using fakes::RawClient;
using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class HttpServerTest : public ::testing::Test {
 protected:
  void start(HttpLimits limits = {}, HttpAccess access = {}) {
    HttpHandlers handlers;
    handlers.why_unhealthy = [this] { return unhealthy_.load() ? std::string("no progress") : std::string(); };
    handlers.why_unready = [] { return std::string("no cloud was read yet"); };
    handlers.metrics = [] { return std::string("stillpoint_up 1\n"); };
    handlers.policies = [this] { return policies_(); };
    handlers.points = [](const Query& query) { return "[" + std::to_string(query.size()) + "]"; };
    HttpServer::Options options{{"127.0.0.1", 0, ""}, std::move(access), limits};
    auto started = HttpServer::start(std::move(options), handlers, clock_, support::null_log());
    ASSERT_TRUE(started) << started.error().to_string();
    server_ = std::move(*started);
  }

  std::string ask(const std::string& path, const std::string& more = "", const std::string& method = "GET") {
    RawClient client(server_->port());
    client.say(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n");
    return client.read_all();
  }

  fakes::FakeClock clock_{support::WallTime()};
  std::atomic<bool> unhealthy_ = false;
  std::function<std::string()> policies_ = [] { return std::string("{}"); };
  std::unique_ptr<HttpServer> server_;
};

TEST_F(HttpServerTest, HealthSaysWhyNot) {
  start();
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  unhealthy_ = true;
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(ask("/healthz"), EndsWith("\r\n\r\nno progress\n"));
  EXPECT_THAT(ask("/readyz"), EndsWith("no cloud was read yet\n"));
}

TEST_F(HttpServerTest, AnswersHaveTheirTypesAndNothingIsTrustedBeyondThePage) {
  start();
  const auto metrics = ask("/metrics");
  EXPECT_THAT(metrics, HasSubstr("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"));
  EXPECT_THAT(metrics, HasSubstr("Cache-Control: no-store\r\n"));
  EXPECT_THAT(metrics, EndsWith("\r\n\r\nstillpoint_up 1\n"));
  const auto points = ask("/api/v1/points?server=a&server=b");
  EXPECT_THAT(points, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(points, HasSubstr("Content-Security-Policy: default-src 'none';"));
  EXPECT_THAT(points, HasSubstr("X-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(points, Not(HasSubstr("unsafe")));
  EXPECT_THAT(points, EndsWith("[2]"));
  EXPECT_THAT(ask("/nowhere"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(ask("/%2e%2e/etc/passwd"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(HttpServerTest, ThePageAndAllThatItAsksForIsServed) {
  start();
  const auto index = ask("/");
  EXPECT_THAT(index, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  for (const auto& file : page_files()) {
    EXPECT_THAT(ask(std::string(file.path)), EndsWith("\r\n\r\n" + std::string(file.content)));
  }
  EXPECT_THAT(index, Not(HasSubstr("style=")));
  EXPECT_THAT(index, Not(HasSubstr("<script>")));
}

TEST_F(HttpServerTest, OnlyGetAndHeadAreAnswered) {
  start();
  const auto head = ask("/metrics", "", "HEAD");
  EXPECT_THAT(head, HasSubstr("Content-Length: 16\r\n"));
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_THAT(ask("/metrics", "", "DELETE"), HasSubstr("Allow: GET, HEAD\r\n"));
}

TEST_F(HttpServerTest, WhatABrowserHasIsNotSentAgain) {
  start();
  const auto first = ask("/api/v1/policies");
  const auto from = first.find("ETag: ") + 6;
  const auto tag = first.substr(from, first.find("\r\n", from) - from);
  const auto again = ask("/api/v1/policies", "If-None-Match: " + tag + "\r\n");
  EXPECT_THAT(again, StartsWith("HTTP/1.1 304 "));
  EXPECT_THAT(again, EndsWith("\r\n\r\n"));
  policies_ = [] { return std::string("{\"changed\":1}"); };
  EXPECT_THAT(ask("/api/v1/policies", "If-None-Match: " + tag + "\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, SlowClientsDoNotKeepOthersFromHealth) {
  start({.connections = 8});
  std::vector<RawClient> slow;
  for (int i = 0; i < 100; ++i) {
    slow.emplace_back(server_->port());
    ASSERT_TRUE(slow.back().connected());
    slow.back().say("GET / HTTP/1.1\r\nX-Slow: ");
  }
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(ask("/metrics"), EndsWith("stillpoint_up 1\n"));
  EXPECT_TRUE(slow.front().is_ended()) << "the oldest makes room";
}

TEST_F(HttpServerTest, ARequestThatDoesNotEndIsDroppedInTime) {
  start({.head_time = 100ms});
  RawClient silent(server_->port());
  RawClient slow(server_->port());
  slow.say("GET /metrics HTTP/1.1\r\n");
  EXPECT_TRUE(silent.is_ended());
  EXPECT_TRUE(slow.is_ended());
}

TEST_F(HttpServerTest, AnOversizedHeadIsRefusedAndHeard) {
  start();
  RawClient client(server_->port());
  client.say("GET / HTTP/1.1\r\nX: " + std::string(100'000, 'x'));
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 431 "));
}

TEST_F(HttpServerTest, HandlersAtWorkDoNotKeepOthersFromHealth) {
  std::promise<void> released;
  const auto release = released.get_future().share();
  policies_ = [release] {
    release.wait();
    return std::string("{}");
  };
  start({.answers = 3});
  std::vector<RawClient> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back(server_->port());
    waiting.back().say("GET /api/v1/policies HTTP/1.1\r\n\r\n");
  }
  // The next one's refusal shows that the three were taken up.
  std::string refused;
  while (!refused.starts_with("HTTP/1.1 503 ")) {
    refused = ask("/metrics");
  }
  EXPECT_THAT(refused, HasSubstr("Retry-After: 1\r\n"));
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
  released.set_value();
  for (auto& client : waiting) {
    EXPECT_THAT(client.read_all(), EndsWith("\r\n\r\n{}"));
  }
}

TEST_F(HttpServerTest, NothingIsMadeForThoseWhoHaveGone) {
  constexpr int kWorkers = 2;
  std::counting_semaphore<> begun(0);
  std::counting_semaphore<> may_end(0);
  std::atomic<int> made = 0;
  policies_ = [&] {
    ++made;
    begun.release();
    may_end.acquire();
    return std::string("{}");
  };
  start();
  const std::string request = "GET /api/v1/policies HTTP/1.1\r\nHost: localhost\r\n\r\n";
  std::vector<RawClient> clients;
  for (int i = 0; i < 12; ++i) {
    clients.emplace_back(server_->port());
    clients.back().say(request);
  }
  for (int i = 0; i < kWorkers; ++i) {
    begun.acquire();
  }
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 200 ")) << "whoever came before was heard, too";
  for (auto& client : clients) {
    client.reset();
  }
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 200 "));
  may_end.release(100);
  EXPECT_THAT(ask("/api/v1/policies"), StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(made, kWorkers + 1);
}

TEST_F(HttpServerTest, WhoDoesNotTakeItsAnswerIsDroppedInTime) {
  policies_ = [] { return std::string(12 << 20, 'x'); };  // more than the kernel takes of it
  start({.answer_time = 2s});
  RawClient client(server_->port());
  client.read_slowly();
  client.say("GET /api/v1/policies HTTP/1.1\r\n\r\n");
  ASSERT_TRUE(client.has_begun());
  // Nothing more is read for as long as the server keeps the connection: its state shows in the next write.
  while (client.say("x")) {
    std::this_thread::yield();
  }
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(HttpServerTest, AHandlerThatThrowsCostsOneAnswer) {
  policies_ = []() -> std::string { throw std::runtime_error("secret detail"); };
  start();
  const auto answer = ask("/api/v1/policies");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("secret detail")));
  EXPECT_THAT(ask("/metrics"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, P11OnlyWhoHasThePasswordIsLetIn) {
  start({}, {support::Secret("ops:hunter2"), {}});
  const auto refused = ask("/metrics");
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(refused, HasSubstr("WWW-Authenticate: Basic "));
  EXPECT_THAT(ask("/metrics", "Authorization: Basic b3BzOndyb25n\r\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(ask("/metrics", "Authorization: Basic b3BzOmh1bnRlcjI=\r\n"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(ask("/healthz"), StartsWith("HTTP/1.1 200 ")) << "a probe has no password";
}

TEST_F(HttpServerTest, AForeignNameIsNotAnswered) {
  start({}, {{}, own_names({"127.0.0.1", 0, ""})});
  RawClient rebound(server_->port());
  rebound.say("GET /api/v1/policies HTTP/1.1\r\nHost: evil.example:9464\r\n\r\n");
  EXPECT_THAT(rebound.read_all(), StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(ask("/api/v1/policies"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, APortThatIsTakenIsAnError) {
  start();
  HttpServer::Options options{server_->address()};
  const auto second = HttpServer::start(std::move(options), {}, clock_, support::null_log());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), support::ErrorKind::Unavailable);
  EXPECT_THAT(second.error().message(), HasSubstr("127.0.0.1:" + std::to_string(server_->port())));
}

TEST_F(HttpServerTest, AUnixSocketIsServedAndALeftOverOneReplaced) {
  const auto folder = std::filesystem::path(::testing::TempDir()) / ("http-" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const std::string path = folder / "s";
  {
    HttpAddress left_over{"", 0, path};
    ASSERT_TRUE(listen_on(left_over));  // closed, and its file stays
  }
  HttpHandlers handlers;
  handlers.why_unhealthy = [] { return std::string(); };
  {
    auto server = HttpServer::start({{"", 0, path}}, handlers, clock_, support::null_log());
    ASSERT_TRUE(server) << server.error().to_string();
    RawClient client(path);
    client.say("GET /healthz HTTP/1.1\r\n\r\n");
    EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 200 "));
    struct stat status {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0660U);
    EXPECT_FALSE(HttpServer::start({{"", 0, path}}, handlers, clock_, support::null_log())) << "it is in use";
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  std::filesystem::remove_all(folder);
}

TEST(HttpAddress, IsReadAsItIsWritten) {
  for (const auto* text : {"127.0.0.1:9464", "[::1]:0", "0.0.0.0:80", "unix:/run/stillpoint/http.sock"}) {
    const auto address = parse_http_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
  EXPECT_EQ(parse_http_address("localhost:1")->host, "127.0.0.1");
  EXPECT_TRUE(parse_http_address("127.0.0.2:1")->is_local());
  EXPECT_TRUE(parse_http_address("[::1]:1")->is_local());
  EXPECT_TRUE(parse_http_address("unix:/x")->is_local());
  EXPECT_FALSE(parse_http_address("0.0.0.0:1")->is_local());
  EXPECT_THAT(own_names(*parse_http_address("0.0.0.0:1")), testing::IsEmpty()) << "it may be asked for by any name";
  for (const auto* text : {"", "9464", ":9464", "host:1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000", "::1:80",
                           "[127.0.0.1]:1", "unix:run", "127.0.0.1:-1"}) {
    EXPECT_FALSE(parse_http_address(text)) << text;
  }
  EXPECT_FALSE(parse_http_address("unix:/" + std::string(200, 'x')));
}

TEST(HttpCredentials, AreOneLineThatOthersCannotRead) {
  const std::string file = ::testing::TempDir() + "/credentials-" + std::to_string(getpid());
  const auto write = [&](const std::string& text, mode_t mode) {
    std::ofstream(file) << text;
    chmod(file.c_str(), mode);
  };
  write("ops:hunter2\n", 0640);
  const auto read = read_http_credentials(file);
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->reveal(), "ops:hunter2");
  write("ops:hunter2\n", 0644);
  EXPECT_THAT(read_http_credentials(file).error().to_string(), HasSubstr("chmod 0640"));
  for (const auto* wrong : {"", "ops", ":x", "ops:", "a:b\nc:d\n"}) {
    write(wrong, 0600);
    const auto refused = read_http_credentials(file);
    ASSERT_FALSE(refused) << wrong;
    EXPECT_THAT(refused.error().to_string(), Not(HasSubstr("hunter2")));
  }
  std::filesystem::remove(file);
  EXPECT_FALSE(read_http_credentials(file));
}

}  // namespace
}  // namespace stillpoint::telemetry
