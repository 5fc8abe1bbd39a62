#include "telemetry/http_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

namespace stillpoint::telemetry {
namespace {

using testing::ElementsAre;
using testing::Pair;

HttpRequest read(const std::string& head) {
  const auto parsed = parse_request(head);
  EXPECT_TRUE(std::holds_alternative<HttpRequest>(parsed)) << std::get<HttpRefusal>(parsed).why;
  return std::holds_alternative<HttpRequest>(parsed) ? std::get<HttpRequest>(parsed) : HttpRequest{};
}

int refusal_of(const std::string& head) {
  const auto parsed = parse_request(head);
  return std::holds_alternative<HttpRefusal>(parsed) ? std::get<HttpRefusal>(parsed).status : 0;
}

TEST(HttpRequest, IsReadWithItsQueryDecoded) {
  const auto request = read(
      "GET /api/v1/points?policy=edx&server=a%20b&server=c+d&&x HTTP/1.1\r\nHost: h:9464\r\nIF-none-Match: \"e\" "
      "\r\n\r\n");
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/api/v1/points");
  EXPECT_THAT(request.query,
              ElementsAre(Pair("policy", "edx"), Pair("server", "a b"), Pair("server", "c d"), Pair("x", "")));
  EXPECT_THAT(values_of(request.query, "server"), ElementsAre("a b", "c d"));
  EXPECT_EQ(request.header("if-none-match"), "\"e\"");
  EXPECT_EQ(request.header("cookie"), "");
}

TEST(HttpRequest, ThatTwoProgramsCouldReadDifferentlyIsRefused) {
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\nHost: h\n\n"), 400) << "bare line feeds";
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost : h\r\n\r\n"), 400) << "a blank before the colon";
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n"), 400) << "a folded line";
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nAuthorization: a\r\nauthorization: b\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"), 413);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n"), 413);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"), 0);
  EXPECT_EQ(refusal_of("GET /\x01 HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nA: b\x7f\r\n\r\n"), 400);
}

TEST(HttpRequest, OnlyGetAndHeadOfAPathAreAnswered) {
  EXPECT_EQ(refusal_of("POST / HTTP/1.1\r\n\r\n"), 405);
  EXPECT_EQ(refusal_of("HEAD / HTTP/1.0\r\n\r\n"), 0);
  EXPECT_EQ(refusal_of("GET http://h/ HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET / HTTP/2\r\n\r\n"), 505);
  EXPECT_EQ(refusal_of("GET\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of(""), 400);
  EXPECT_EQ(refusal_of("GET /?a=%2 HTTP/1.1\r\n\r\n"), 400);
  EXPECT_EQ(refusal_of("GET /?a=%zz HTTP/1.1\r\n\r\n"), 400);
}

TEST(HttpRequest, ALongHeadIsRefused) {
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\nA: " + std::string(kMaxRequestHead, 'a') + "\r\n\r\n"), 431);
  std::string many = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 101; ++i) {
    many += "A: b\r\n";
  }
  EXPECT_EQ(refusal_of(many + "\r\n"), 431);
}

TEST(HttpRequest, TheHostHasNoPort) {
  EXPECT_EQ(host_of("LocalHost:9464"), "localhost");
  EXPECT_EQ(host_of("[::1]:9464"), "::1");
  EXPECT_EQ(host_of("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(host_of("[::1"), "");
  EXPECT_EQ(host_of(""), "");
}

RC_GTEST_PROP(HttpRequest, AnythingIsReadOrRefused, (const std::string& text)) {
  const auto parsed = parse_request("GET /" + text + "\r\n\r\n");
  if (const auto* request = std::get_if<HttpRequest>(&parsed)) {
    RC_ASSERT(request->path.find_first_of("\r\n ?") == std::string::npos);
  }
}

}  // namespace
}  // namespace stillpoint::telemetry
