#include "http/url.hpp"

#include <gtest/gtest.h>

#include "http/proxy.hpp"

namespace stillpoint::http {
namespace {

using support::ErrorKind;

TEST(ParseUrl, KnowsTheOrigin) {
  EXPECT_EQ(parse_url("https://Cloud.Example.org/v3/x?y=z")->origin(), "https://cloud.example.org:443");
  EXPECT_EQ(parse_url("http://127.0.0.1:8776")->origin(), "http://127.0.0.1:8776");
  EXPECT_EQ(parse_url("http://host?limit=1")->origin(), "http://host:80");
}

TEST(ParseUrl, RefusesWhatMustNotBeSent) {
  for (const char* text : {"", "host", "ftp://host/", "http://", "http:///path", "http://host:0/", "http://host:65536/",
                           "http://host:80x/", "http://host:/", "http://user:secret@host/", "http://host/a b",
                           "http://host/a\r\nX: y", "http://host/#part", "http://ho\\st/", "http://host\x7f/"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().kind(), ErrorKind::InvalidInput);
    EXPECT_EQ(url.error().to_string().find("secret"), std::string::npos);
  }
}

TEST(ParseUrl, SaysWhatToDoAboutIpv6Literals) {
  const auto url = parse_url("http://[::1]:5000/v3");
  ASSERT_FALSE(url);
  EXPECT_NE(url.error().message().find("IPv6"), std::string::npos);
  EXPECT_NE(url.error().message().find("host name"), std::string::npos);
}

TEST(CheckHeaders, RefusesLineBreaksWithoutShowingTheValue) {
  const std::vector<std::string> values{"token\r\nX-Evil: 1", "token\n", std::string("to\0ken", 6), "\x01"};
  for (const std::string& value : values) {
    Request request;
    request.headers["X-Auth-Token"] = value;
    const auto status = check_headers(request);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind(), ErrorKind::InvalidInput);
    EXPECT_NE(status.error().message().find("X-Auth-Token"), std::string::npos);
    EXPECT_EQ(status.error().message().find("Evil"), std::string::npos);
  }
}

TEST(CheckHeaders, RefusesNamesThatAreNoTokens) {
  for (const char* name : {"", "X Y", "X:Y", "X\r\n", "\xc3\xa4"}) {
    Request request;
    request.headers[name] = "value";
    EXPECT_FALSE(check_headers(request)) << name;
  }
}

TEST(Encode, LeavesOnlyWhatIsUnreserved) {
  EXPECT_EQ(encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(encode("a b/c?d&e=f%\r\n"), "a%20b%2Fc%3Fd%26e%3Df%25%0D%0A");
  EXPECT_EQ(encode("\xc3\xbc"), "%C3%BC");
}

struct ProxyCase {
  const char* name;
  std::map<std::string, std::string> environment;
  const char* url;
  const char* expected;
};

class ProxyFor : public testing::TestWithParam<ProxyCase> {};

TEST_P(ProxyFor, FollowsTheVariables) {
  const ProxyCase& given = GetParam();
  EXPECT_EQ(proxies_of(given.environment).proxy_for(*parse_url(given.url)), given.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ProxyFor,
    testing::Values(
        ProxyCase{"NoneByDefault", {}, "http://a.org/", ""},
        ProxyCase{"Http", {{"http_proxy", "http://p:3128"}}, "http://a.org/", "http://p:3128"},
        ProxyCase{"HttpIsNotForHttps", {{"http_proxy", "http://p:3128"}}, "https://a.org/", ""},
        ProxyCase{"HttpsUpperCase", {{"HTTPS_PROXY", "http://p:3128"}}, "https://a.org/", "http://p:3128"},
        ProxyCase{"HttpUpperCaseIsIgnored", {{"HTTP_PROXY", "http://p:3128"}}, "http://a.org/", ""},
        ProxyCase{
            "LowerCaseWins", {{"https_proxy", "http://l"}, {"HTTPS_PROXY", "http://u"}}, "https://a/", "http://l"},
        ProxyCase{"WithoutScheme", {{"http_proxy", "p:3128"}}, "http://a.org/", "http://p:3128"},
        ProxyCase{"AllProxy", {{"all_proxy", "http://p"}}, "https://a.org/", "http://p"},
        ProxyCase{"Excepted", {{"http_proxy", "p"}, {"no_proxy", "b.org, a.org"}}, "http://a.org/", ""},
        ProxyCase{"SubdomainExcepted", {{"http_proxy", "p"}, {"no_proxy", ".a.org"}}, "http://x.a.org/", ""},
        ProxyCase{"OtherDomainIsNot", {{"http_proxy", "p"}, {"no_proxy", "a.org"}}, "http://ba.org/", "http://p"},
        ProxyCase{"PortMatters", {{"http_proxy", "p"}, {"no_proxy", "a.org:81"}}, "http://a.org/", "http://p"},
        ProxyCase{"EverythingExcepted", {{"http_proxy", "p"}, {"NO_PROXY", "*"}}, "http://a.org/", ""}),
    [](const auto& given) { return std::string(given.param.name); });

}  // namespace
}  // namespace stillpoint::http
