#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "client_fixture.hpp"
#include "http/transport.hpp"

// Which connections a client makes, keeps and makes ready, and by which proxy.
namespace stillpoint::http {
namespace {

using fakes::answer;
using fakes::SeenRequest;
using fakes::TinyServer;
using fakes::Wire;
using std::chrono::seconds;
using support::ErrorKind;
using testing::HasSubstr;
using testing::Not;

class ClientConnectionsTest : public ClientTest {};

TEST_F(ClientConnectionsTest, SafeCallsShareConnectionsAndOthersGetOneOfTheirOwn) {
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

TEST_F(ClientConnectionsTest, AConnectionThatTheServerHasClosedHurtsNobody) {
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

TEST_F(ClientConnectionsTest, ACallThatWentOutWithoutAnAnswerHasAnUnknownOutcomeAndIsSentOnce) {
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

TEST_F(ClientConnectionsTest, ABrokenConnectionIsTriedAgainIfThatIsSafe) {
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

TEST_F(ClientConnectionsTest, WarmingOpensTheConnectionsThatFollow) {
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

TEST_F(ClientConnectionsTest, WarmingWhatIsNotThereHurtsNobody) {
  TinyServer server(TinyServer::responding([](const SeenRequest&) { return answer("200 OK", "{}"); }));
  client_->warm("http://127.0.0.1:" + std::to_string(fakes::free_port()) + "/", 2, in(seconds(5)));
  client_->warm("nonsense", 2, in(seconds(5)));
  EXPECT_TRUE(get(server.url()));
}

TEST_F(ClientConnectionsTest, GoesThroughTheProxy) {
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

TEST_F(ClientConnectionsTest, TellsTheProxyWhoWeAre) {
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

TEST_F(ClientConnectionsTest, P11ABadProxyIsSaidWithoutWhatItHolds) {
  Transport transport({}, proxies_of({{"http_proxy", "http://user:p^ss%@proxy:3128"}}));
  const Request request{Method::Post, "http://cloud.invalid/v3", {}, "{}", Repeat::Never, ""};
  const auto response = transport.exchange(request, *parse_url(request.url), seconds(10));
  ASSERT_FALSE(response);
  EXPECT_FALSE(response.error().may_pass);
  EXPECT_EQ(response.error().error.kind(), ErrorKind::InvalidInput);
  EXPECT_THAT(response.error().error.to_string(), testing::AllOf(HasSubstr("http_proxy"), Not(HasSubstr("p^ss"))));
  transport.exchange_many(request, *parse_url(request.url), 2, seconds(1));
}

TEST_F(ClientConnectionsTest, SaysThatTheProxyIsDown) {
  Transport transport({}, proxies_of({{"http_proxy", "127.0.0.1:" + std::to_string(fakes::free_port())}}));
  const Request request{Method::Get, "http://cloud.invalid/v3", {}, "", Repeat::Safe, ""};
  const auto response = transport.exchange(request, *parse_url(request.url), seconds(10));
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().error.message(), HasSubstr("the proxy 127.0.0.1"));
}

}  // namespace
}  // namespace stillpoint::http
