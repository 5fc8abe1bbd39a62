#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "fakes/skipping_clock.hpp"
#include "fakes/tiny_server.hpp"
#include "fakes/tls.hpp"
#include "http/client.hpp"

namespace stillpoint::http {
namespace {

using fakes::answer;
using fakes::SelfSigned;
using fakes::TinyServer;
using fakes::Wire;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Deadline;
using support::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;

class TlsTest : public testing::Test {
 protected:
  TlsTest() { std::signal(SIGPIPE, SIG_IGN); }  // The server's half of OpenSSL writes to sockets that are gone.

  support::Result<Response> post(const TinyServer& server, const std::string& ca_file,
                                 milliseconds time = seconds(20)) {
    Options options;
    options.ca_file = ca_file;
    const auto client = make_client(options, clock_);
    const std::string url = "https://127.0.0.1:" + std::to_string(server.port()) + "/v3";
    return client->send({Method::Post, url, {}, "{}", Repeat::Never, ""}, Deadline::after(clock_, time));
  }

  fakes::SkippingClock clock_;
};

TEST_F(TlsTest, TrustsTheAuthorityThatItIsGiven) {
  const SelfSigned certificate("IP:127.0.0.1");
  TinyServer server(certificate.answering(answer("200 OK", "secured", "Connection: close\r\n")));
  const auto response = post(server, certificate.file());
  ASSERT_TRUE(response) << response.error().to_string();
  EXPECT_EQ(response->body, "secured");
}

TEST_F(TlsTest, RefusesAnUnknownAuthorityAndSaysWhatToDo) {
  const SelfSigned certificate("IP:127.0.0.1");
  TinyServer server(certificate.answering(answer("200 OK", "")));
  const auto response = post(server, "");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Unavailable);
  EXPECT_THAT(response.error().message(), AllOf(HasSubstr("certificate verify failed"), HasSubstr("cacert")));
}

TEST_F(TlsTest, TrustsNobodyButTheAuthorityThatItIsGiven) {
  const SelfSigned certificate("IP:127.0.0.1");
  const SelfSigned other("IP:127.0.0.1");
  TinyServer server(certificate.answering(answer("200 OK", "")));
  const auto response = post(server, other.file());
  ASSERT_FALSE(response);
  EXPECT_THAT(response.error().message(), AllOf(HasSubstr("certificate verify failed"), HasSubstr(other.file())));
}

TEST_F(TlsTest, RefusesACertificateForAnotherHost) {
  const SelfSigned certificate("DNS:cloud.example.org");
  TinyServer server(certificate.answering(answer("200 OK", "")));
  const auto response = post(server, certificate.file());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Unavailable);
  EXPECT_THAT(response.error().message(), HasSubstr("another host name"));
}

TEST_F(TlsTest, SaysThatTheFileOfAuthoritiesCannotBeUsed) {
  TinyServer server([](Wire&) {});
  const std::string garbage = (std::filesystem::temp_directory_path() / "no-authority.pem").string();
  std::ofstream(garbage) << "hello";
  for (const std::string& file : {garbage, std::string("/does/not/exist.pem")}) {
    const auto response = post(server, file);
    ASSERT_FALSE(response);
    EXPECT_EQ(response.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(response.error().message(), HasSubstr(file));
  }
  EXPECT_EQ(server.connections(), 0);
  std::filesystem::remove(garbage);
}

TEST_F(TlsTest, WhatSpeaksNoTlsIsUnavailable) {
  TinyServer server([](Wire& wire) {
    wire.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    wire.is_closed_within(seconds(10));
  });
  const auto response = post(server, "");
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind(), ErrorKind::Unavailable) << response.error().to_string();
  EXPECT_THAT(response.error().message(), HasSubstr("TLS with 127.0.0.1:"));
}

TEST_F(TlsTest, AHandshakeThatNeverEndsIsLeftAtTheDeadline) {
  TinyServer server([](Wire& wire) { wire.is_closed_within(seconds(30)); });
  const auto begun = std::chrono::steady_clock::now();
  const auto response = post(server, "", milliseconds(200));
  ASSERT_FALSE(response);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(15));
}

}  // namespace
}  // namespace stillpoint::http
