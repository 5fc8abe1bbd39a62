// An application credential with the rules that `access-rules` prints: whole commands work with it, every rule is
// needed, and the services refuse anything else. The embedded cloud checks rules as keystonemiddleware does;
// tests/e2e/cases has the same with the real one.

#include <algorithm>
#include <regex>

#include "http/client.hpp"
#include "support/text.hpp"
#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

/// Raw requests with one token.
class Caller {
 public:
  Caller(support::SystemClock& clock, const std::string& auth_url, const json& identity, const json& scope)
      : clock_(clock), client_(http::make_client({}, clock)) {
    json auth{{"identity", identity}};
    if (!scope.is_null()) {
      auth["scope"] = scope;
    }
    const auto answer = send(http::Method::Post, auth_url + "/auth/tokens", {{"auth", auth}});
    token_ = answer.header("x-subject-token");
    document_ = json::parse(answer.body).at("token");
  }

  http::Response send(http::Method method, const std::string& url, const json& body = nullptr) {
    http::Request request;
    request.method = method;
    request.url = url;
    request.body = body.is_null() ? "" : body.dump();
    request.service = "test";
    if (!token_.empty()) {
      request.headers["X-Auth-Token"] = token_;
    }
    auto response = client_->send(request, support::Deadline::after(clock_, std::chrono::minutes(1)));
    EXPECT_TRUE(response) << url;
    return response ? *response : http::Response();
  }
  const json& document() const { return document_; }

 private:
  support::SystemClock& clock_;
  std::unique_ptr<http::Client> client_;
  std::string token_;
  json document_;
};

class AccessRulesTest : public CommandsTest {
 protected:
  AccessRulesTest() {
    site_.furnish("backend-1", "mysql_data");
    write_clouds(site_.entry("site"));
    write_policy("main", "site");
  }

  json print_rules(std::vector<std::string> more = {}) {
    more.insert(more.begin(), "access-rules");
    EXPECT_EQ(run(std::move(more)), 0) << err_;
    return json::parse(out_);
  }

  /// From now on the commands have a credential with these rules and nothing else.
  void log_in_with(const json& rules, const std::string& expires_at = "") {
    const json user{{"name", "sim"}, {"domain", {{"name", "Default"}}}, {"password", site_.sim.password()}};
    Caller owner(site_.clock, site_.config.auth_url, {{"methods", {"password"}}, {"password", {{"user", user}}}},
                 {{"project", {{"name", "sim"}, {"domain", {{"name", "Default"}}}}}});
    json wanted{{"name", "stillpoint"}, {"access_rules", rules}};
    if (!expires_at.empty()) {
      wanted["expires_at"] = expires_at;
    }
    const auto made = owner.send(http::Method::Post,
                                 site_.config.auth_url + "/users/" + owner.document()["user"]["id"].get<std::string>() +
                                     "/application_credentials",
                                 {{"application_credential", wanted}});
    ASSERT_EQ(made.code, 201) << made.body;
    credential_ = json::parse(made.body).at("application_credential");
    write_clouds(
        "  site:\n    auth_type: v3applicationcredential\n    region_name: RegionOne\n    auth: {auth_url: \"" +
        site_.config.auth_url + "\", application_credential_id: " + credential_["id"].get<std::string>() +
        ", application_credential_secret: " + credential_["secret"].get<std::string>() + "}\n");
    site_.forget_requests();
  }

  /// What was asked of the cloud since the last login, as the cloud has seen it, without logins.
  json asked() {
    json found = json::array();
    const json all = json::parse(site_.sim.control("GET", "/sim/requests")).at("requests");
    std::copy_if(all.begin(), all.end(), std::back_inserter(found), [](const json& request) {
      return request["path"] != "/identity/v3/auth/tokens" && !request["path"].get<std::string>().starts_with("/sim/");
    });
    return found;
  }

  /// The policy has a slot that is due, two minutes ago: `--now` makes another point, of this minute.
  void make_due() {
    const auto text = support::format_utc(site_.clock.wall_now() - std::chrono::minutes(2));  // 2026-11-26T13:27:05Z
    const std::string cron = text.substr(14, 2) + " " + text.substr(11, 2) + " * * *";
    write("policies/main.yaml", std::regex_replace(read("policies/main.yaml"), std::regex("5 1 1 1 [*]"), cron));
  }

  static bool fits(const json& rule, const json& request) {
    const std::string path = std::regex_replace(rule["path"].get<std::string>(), std::regex("\\{[^}]*\\}"), "[^/]+");
    return rule["method"] == request["method"] &&
           std::regex_match(request["path"].get<std::string>(), std::regex(path));
  }

  Site site_;
  json credential_;
};

TEST_F(AccessRulesTest, AreEnoughForAllCommandsAndEachOfThemIsNeeded) {
  const json rules = print_rules();
  ASSERT_NO_FATAL_FAILURE(log_in_with(rules, "2126-01-01T00:00:00"));

  EXPECT_EQ(run({"doctor"}), 0) << out_ << err_;
  make_due();
  EXPECT_EQ(run({"reconcile"}), 0) << err_;
  EXPECT_EQ(run_files({"get", "points", "-f", path("policies"), "-o", "name"}), 0) << err_;
  const std::string point = out_.substr(0, out_.find('\n'));
  EXPECT_EQ(run_files({"pin", point.substr(point.find('/') + 1), "-f", path("policies")}), 0) << err_;
  site_.sim.control("POST", "/sim/volumes/" + site_.last_volume.str(), R"({"snapshots_fail": true})");
  EXPECT_EQ(run({"reconcile", "--now"}), 4) << out_;  // why it failed is asked for
  EXPECT_THAT(out_ + err_, Not(HasSubstr(": 401")));
  site_.fault({{"method", "GET"}, {"path_regex", "/os-quota-sets/"}, {"status", 403}, {"count", -1}});
  EXPECT_LE(run({"diff"}), 1) << out_ << err_;  // limits are asked for instead

  json unused = rules;
  for (const auto& request : asked()) {
    const auto fitting = [&](const json& rule) { return fits(rule, request); };
    EXPECT_TRUE(std::any_of(rules.begin(), rules.end(), fitting)) << request << " is in no rule";
    unused.erase(std::remove_if(unused.begin(), unused.end(), fitting), unused.end());
  }
  // Whether something was deleted already is a matter of time; the next test prunes.
  unused.erase(
      std::remove_if(unused.begin(), unused.end(), [](const json& rule) { return rule["method"] == "DELETE"; }),
      unused.end());
  EXPECT_EQ(unused, json::array()) << "nothing has asked for these";
}

TEST_F(AccessRulesTest, AreEnoughToPrune) {
  ASSERT_NO_FATAL_FAILURE(log_in_with(print_rules()));
  write("policies/main.yaml", std::regex_replace(read("policies/main.yaml"), std::regex("keepLast: 3"), "keepLast: 1"));
  make_due();
  EXPECT_EQ(run({"reconcile"}), 0) << err_;
  EXPECT_EQ(run({"reconcile", "--now"}), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("prune"));
  const json requests = asked();
  EXPECT_TRUE(std::any_of(requests.begin(), requests.end(), [](const json& r) { return r["method"] == "DELETE"; }));
}

TEST_F(AccessRulesTest, AllowNothingElse) {
  ASSERT_NO_FATAL_FAILURE(log_in_with(print_rules()));
  Caller holder(site_.clock, site_.config.auth_url,
                {{"methods", {"application_credential"}},
                 {"application_credential", {{"id", credential_["id"]}, {"secret", credential_["secret"]}}}},
                nullptr);
  const std::string project = holder.document()["project"]["id"];
  const std::string volumes = site_.sim.url() + "/volume/v3/" + project + "/volumes/";
  EXPECT_EQ(holder.send(http::Method::Get, volumes + site_.last_volume.str()).code, 200);
  EXPECT_EQ(holder.send(http::Method::Delete, volumes + site_.last_volume.str()).code, 401);
  EXPECT_EQ(holder.send(http::Method::Post, site_.sim.url() + "/compute/v2.1/servers", {{"server", {}}}).code, 401);
  EXPECT_EQ(holder.send(http::Method::Get, site_.sim.url() + "/compute/v2.1/servers").code, 401);
  EXPECT_EQ(holder.send(http::Method::Post, site_.sim.url() + "/volume/v3/" + project + "/volumes").code, 401);
}

TEST_F(AccessRulesTest, ForReadingAloneMakeNothing) {
  const json rules = print_rules({"--read-only"});
  EXPECT_TRUE(std::all_of(rules.begin(), rules.end(), [](const json& rule) { return rule["method"] == "GET"; }));
  ASSERT_NO_FATAL_FAILURE(log_in_with(rules));
  EXPECT_EQ(run({"diff", "--now"}), 1) << err_;
  EXPECT_EQ(run({"doctor"}), 0) << out_ << err_;
  EXPECT_EQ(run({"reconcile", "--now"}), 4) << out_;
  EXPECT_THAT(out_ + err_, HasSubstr("401"));
}

TEST_F(AccessRulesTest, AsYamlTheySayTheSame) {
  const json rules = print_rules();
  EXPECT_EQ(run({"access-rules", "-o", "yaml"}), 0);
  std::string lines = std::regex_replace(out_, std::regex("- (.*)\n"), "$1,");
  lines.pop_back();
  EXPECT_EQ(json::parse("[" + lines + "]"), rules);
}

TEST_F(AccessRulesTest, AreForOneCloud) {
  write_clouds(site_.entry("site") + site_.entry("other"));
  write_policy("trial", "other");
  EXPECT_EQ(run({"access-rules"}), 2);
  EXPECT_THAT(err_, HasSubstr("several clouds (other, site)"));
  EXPECT_EQ(out_, "");
}

TEST_F(AccessRulesTest, AWrongPasswordIsNoRules) {
  site_.fault(kRefuseLogins);
  EXPECT_EQ(run({"access-rules"}), 3);
  EXPECT_EQ(out_, "");
}

TEST_F(AccessRulesTest, P11WhatTheCatalogEchoesIsNotSaid) {
  const json endpoint{{"interface", "public"}, {"region_id", site_.sim.password()}, {"url", "http://127.0.0.1/v3"}};
  const json token{{"issued_at", "2126-01-01T00:00:00Z"},
                   {"expires_at", "2126-01-01T01:00:00Z"},
                   {"project", {{"id", "p"}}},
                   {"user", {{"id", "u"}}},
                   {"catalog", json::array({json{{"type", "volumev3"}, {"endpoints", json::array({endpoint})}}})}};
  site_.fault({{"method", "POST"},
               {"path_regex", "/auth/tokens$"},
               {"status", 201},
               {"headers", {{"X-Subject-Token", "t"}}},
               {"body", {{"token", token}}},
               {"count", -1}});
  EXPECT_NE(run({"access-rules"}), 0);
  EXPECT_THAT(err_, AllOf(HasSubstr("[secret]"), Not(HasSubstr(site_.sim.password()))));
}

}  // namespace
}  // namespace stillpoint::app
