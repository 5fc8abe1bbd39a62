#include "http/url.hpp"

#include <gtest/gtest.h>

#include <array>

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
  const auto proxy = proxies_of(given.environment).proxy_for(*parse_url(given.url));
  ASSERT_TRUE(proxy) << proxy.error().to_string();
  EXPECT_EQ(*proxy ? (*proxy)->origin() : "", given.expected);
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
            "LowerCaseWins", {{"https_proxy", "http://l"}, {"HTTPS_PROXY", "http://u"}}, "https://a/", "http://l:80"},
        ProxyCase{"WithoutScheme", {{"http_proxy", "p:3128"}}, "http://a.org/", "http://p:3128"},
        ProxyCase{"AllProxy", {{"all_proxy", "http://p"}}, "https://a.org/", "http://p:80"},
        ProxyCase{"Excepted", {{"http_proxy", "p"}, {"no_proxy", "b.org, a.org"}}, "http://a.org/", ""},
        ProxyCase{"SubdomainExcepted", {{"http_proxy", "p"}, {"no_proxy", ".a.org"}}, "http://x.a.org/", ""},
        ProxyCase{"OtherDomainIsNot", {{"http_proxy", "p"}, {"no_proxy", "a.org"}}, "http://ba.org/", "http://p:80"},
        ProxyCase{"PortMatters", {{"http_proxy", "p"}, {"no_proxy", "a.org:81"}}, "http://a.org/", "http://p:80"},
        ProxyCase{"LoopbackIsNobodyElses", {{"http_proxy", "p"}}, "http://127.0.0.1:9464/", ""},
        ProxyCase{"Localhost", {{"https_proxy", "p"}}, "https://localhost/", ""},
        ProxyCase{"EverythingExcepted", {{"http_proxy", "p"}, {"NO_PROXY", "*"}}, "http://a.org/", ""}),
    [](const auto& given) { return std::string(given.param.name); });

TEST(ProxiesOf, ReadsTheUserAndThePassword) {
  const std::map<std::string, std::array<std::string, 3>> expected{
      {"http://user:p^ss@Proxy:3128", {"user", "p^ss", "http://proxy:3128"}},
      {"user:p%40s%3As%25@proxy/", {"user", "p@s:s%", "http://proxy:80"}},
      {"http://user:p@ss@proxy:3128", {"user", "p@ss", "http://proxy:3128"}},
      {"user:p://ss@proxy", {}},  // cannot be told from a path
      {"us%20er@proxy:1", {"us er", "", "http://proxy:1"}},
  };
  for (const auto& [text, parts] : expected) {
    const auto proxies = proxies_of({{"https_proxy", text}});
    ASSERT_EQ(proxies.https.has_value(), !parts[2].empty()) << text;
    if (proxies.https) {
      EXPECT_EQ((*proxies.https)->user, parts[0]);
      EXPECT_EQ((*proxies.https)->password.reveal(), parts[1]);
      EXPECT_EQ((*proxies.https)->origin(), parts[2]);
    }
  }
}

TEST(ProxiesOf, P11AnErrorNamesTheVariableAndNothingOfItsValue) {
  for (const char* value :
       {"http://hidden:secret@proxy:port", "http://hidden:secret@[::1]:3128", "http://hidden:sec/secret@proxy:3128",
        "hidden:sec#secret@proxy", "https://hidden:secret@proxy", "socks5://hidden:secret@proxy", "hidden:secret@",
        "http://hidden:secret%@proxy", "http://hidden:secret%zz@proxy", "http://hidden:secret%0a@proxy",
        ":secret@proxy", "http://hid%3Aden:secret@proxy", "hidden:secret@pro xy", "http://hidden:secret\n@proxy",
        "hidden:secret"}) {
    const auto proxies = proxies_of({{"HTTPS_PROXY", value}});
    ASSERT_FALSE(proxies.https) << value;
    const std::string text = proxies.https.error().to_string();
    EXPECT_EQ(proxies.https.error().kind(), ErrorKind::InvalidInput);
    EXPECT_NE(text.find("HTTPS_PROXY"), std::string::npos) << text;
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    EXPECT_EQ(text.find("hidden"), std::string::npos) << text;
  }
}

TEST(ProxiesOf, ABadVariableConcernsOnlyRequestsThatGoByIt) {
  const auto proxies = proxies_of({{"https_proxy", "socks5://p"}, {"http_proxy", "p"}, {"no_proxy", "near.org"}});
  EXPECT_FALSE(proxies.proxy_for(*parse_url("https://far.org/")));
  EXPECT_TRUE(proxies.proxy_for(*parse_url("https://near.org/")));
  EXPECT_TRUE(proxies.proxy_for(*parse_url("http://far.org/")));
}

}  // namespace
}  // namespace stillpoint::http
