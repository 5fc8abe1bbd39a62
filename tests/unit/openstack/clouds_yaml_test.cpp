#include "openstack/clouds_yaml.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "openstack/auth_request.hpp"
#include "openstack/json_read.hpp"

namespace stillpoint::openstack {
namespace {

using support::ErrorKind;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* kPassword = "pass-word-1";

/// A folder of its own for each test, as the home of a user.
class CloudsYaml : public testing::Test {
 protected:
  CloudsYaml() {
    std::string pattern = (std::filesystem::temp_directory_path() / "clouds-XXXXXX").string();
    home_ = ::mkdtemp(pattern.data());
    env_["HOME"] = home_;
  }
  ~CloudsYaml() override { std::filesystem::remove_all(home_); }

  std::string write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = std::filesystem::path(home_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
    return path.string();
  }
  /// One entry `c` with the lines below `auth` and further lines beside it.
  void write_cloud(const std::string& auth, const std::string& beside = "") {
    write(".config/openstack/clouds.yaml", "clouds:\n  c:\n    auth:\n" + auth + beside);
  }
  static std::string password_auth() {
    return "      auth_url: https://cloud.example.org:5000/v3\n      username: backup\n      password: " +
           std::string(kPassword) + "\n      project_name: p\n";
  }
  std::string error_of(const std::string& name) {
    const auto config = load_cloud_config(name, env_);
    if (config) {
      ADD_FAILURE() << "accepted";
      return "";
    }
    EXPECT_EQ(config.error().kind(), ErrorKind::InvalidInput);
    EXPECT_THAT(config.error().to_string(), Not(HasSubstr(kPassword)));
    return config.error().to_string();
  }

  std::string home_;
  Environment env_;
};

TEST_F(CloudsYaml, P10WhatTwoNamesStandForIsKnownWithoutTheFile) {
  env_["OS_CLOUD"] = "c";
  EXPECT_EQ(cloud_name("", env_), "c");
  EXPECT_EQ(cloud_name("c", env_), "c");
  EXPECT_FALSE(load_cloud_config("", env_)) << "there is none yet";
  write_cloud(password_auth());
  EXPECT_EQ(load_cloud_config("", env_)->name, "c");
  env_.erase("OS_CLOUD");
  EXPECT_EQ(cloud_name("", env_), "");
}

TEST_F(CloudsYaml, ReadsAPassword) {
  write_cloud(password_auth() + "      user_domain_name: U\n      project_domain_id: pd\n",
              "    region_name: R1\n    interface: internal\n    cacert: /ca.pem\n");
  const auto config = load_cloud_config("c", env_);
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(config->type, AuthType::Password);
  EXPECT_EQ(config->auth_url, "https://cloud.example.org:5000/v3");
  EXPECT_EQ(config->password.reveal(), kPassword);
  EXPECT_EQ(config->region_name, "R1");
  EXPECT_EQ(config->interface, "internal");
  EXPECT_EQ(config->cacert, "/ca.pem");
  const Json body = Json::parse(auth_body(*config));
  EXPECT_EQ(body["auth"]["identity"]["password"]["user"],
            Json({{"name", "backup"}, {"domain", {{"name", "U"}}}, {"password", kPassword}}));
  EXPECT_EQ(body["auth"]["scope"]["project"], Json({{"name", "p"}, {"domain", {{"id", "pd"}}}}));
}

TEST_F(CloudsYaml, UsesTheDefaultDomainWhereNoneIsNamed) {
  write_cloud(password_auth());
  const Json body = Json::parse(auth_body(*load_cloud_config("c", env_)));
  EXPECT_EQ(body["auth"]["identity"]["password"]["user"]["domain"], Json({{"id", "default"}}));
  EXPECT_EQ(body["auth"]["scope"]["project"]["domain"], Json({{"id", "default"}}));
}

TEST_F(CloudsYaml, ReadsAnApplicationCredential) {
  for (const char* type : {"", "    auth_type: v3applicationcredential\n"}) {
    write_cloud(
        "      auth_url: http://k:5000\n      application_credential_id: ac\n"
        "      application_credential_secret: pass-word-1\n",
        type);
    const auto config = load_cloud_config("c", env_);
    ASSERT_TRUE(config) << config.error().to_string();
    EXPECT_EQ(config->type, AuthType::ApplicationCredential);
    EXPECT_EQ(config->auth_url, "http://k:5000/v3");
    const Json body = Json::parse(auth_body(*config));
    EXPECT_EQ(body["auth"]["identity"]["application_credential"], Json({{"id", "ac"}, {"secret", kPassword}}));
    EXPECT_FALSE(body["auth"].contains("scope"));
  }
}

TEST_F(CloudsYaml, ReadsAToken) {
  write_cloud("      auth_url: http://k/v3/\n      token: tok\n      project_id: pid\n", "    auth_type: v3token\n");
  const auto config = load_cloud_config("c", env_);
  ASSERT_TRUE(config) << config.error().to_string();
  const Json body = Json::parse(auth_body(*config));
  EXPECT_EQ(body["auth"]["identity"]["token"]["id"], "tok");
  EXPECT_EQ(body["auth"]["scope"]["project"], Json({{"id", "pid"}}));
}

TEST_F(CloudsYaml, LaysSecureYamlOverIt) {
  write_cloud("      auth_url: http://k/v3\n      username: u\n      password: overridden\n      project_name: p\n");
  write(".config/openstack/secure.yaml", "clouds:\n  c:\n    auth:\n      password: pass-word-1\n");
  const auto config = load_cloud_config("c", env_);
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(config->password.reveal(), kPassword);
  EXPECT_EQ(config->username, "u");
}

TEST_F(CloudsYaml, FindsTheFileWhereOpenstacksdkDoes) {
  write(".config/openstack/clouds.yml", "clouds: {c: {auth: {auth_url: http://home/v3, token: t, project_id: p}}}");
  EXPECT_EQ(load_cloud_config("c", env_)->auth_url, "http://home/v3");
  env_["XDG_CONFIG_HOME"] = home_ + "/xdg";
  write("xdg/openstack/clouds.yaml", "clouds: {c: {auth: {auth_url: http://xdg/v3, token: t, project_id: p}}}");
  EXPECT_EQ(load_cloud_config("c", env_)->auth_url, "http://xdg/v3");
  env_["OS_CLIENT_CONFIG_FILE"] =
      write("mine.yaml", "clouds: {c: {auth: {auth_url: http://named/v3, token: t, project_id: p}}}");
  EXPECT_EQ(load_cloud_config("c", env_)->auth_url, "http://named/v3");
  env_["OS_CLIENT_CONFIG_FILE"] = home_ + "/absent.yaml";
  EXPECT_THAT(error_of("c"), AllOf(HasSubstr("OS_CLIENT_CONFIG_FILE"), HasSubstr("absent.yaml")));
}

TEST_F(CloudsYaml, OsCloudNamesTheEntry) {
  write_cloud(password_auth());
  env_["OS_CLOUD"] = "c";
  EXPECT_EQ(load_cloud_config("", env_)->name, "c");
}

TEST_F(CloudsYaml, TheEnvironmentServesWhereNoCloudIsNamed) {
  env_ = {{"OS_AUTH_URL", "http://k:5000/v3"},
          {"OS_USERNAME", "u"},
          {"OS_PASSWORD", kPassword},
          {"OS_PROJECT_NAME", "p"},
          {"OS_USER_DOMAIN_NAME", "Default"},
          {"OS_PROJECT_DOMAIN_NAME", "Default"},
          {"OS_REGION_NAME", "R"},
          {"OS_INTERFACE", "internalURL"},
          {"OS_CACERT", "/ca"},
          {"OS_IDENTITY_API_VERSION", "3"}};
  const auto config = load_cloud_config("", env_);
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(config->username, "u");
  EXPECT_EQ(config->user_domain_name, "Default");
  EXPECT_EQ(config->region_name, "R");
  EXPECT_EQ(config->interface, "internal");
  EXPECT_EQ(config->cacert, "/ca");
  env_.erase("OS_PASSWORD");
  EXPECT_THAT(error_of(""), AllOf(HasSubstr("OS_* environment"), HasSubstr("auth.password")));
  env_["OS_INSECURE"] = "true";
  EXPECT_THAT(error_of(""), HasSubstr("cacert"));
}

TEST_F(CloudsYaml, SaysWhatToDoWithoutAnyCloud) {
  EXPECT_THAT(error_of(""), AllOf(HasSubstr("OS_CLOUD"), HasSubstr("OS_AUTH_URL")));
  if (!std::filesystem::exists("/etc/openstack/clouds.yaml")) {
    EXPECT_THAT(error_of("c"), AllOf(HasSubstr("clouds.yaml"), HasSubstr(home_)));
  }
}

TEST_F(CloudsYaml, SuggestsTheNameThatWasMeant) {
  write_cloud(password_auth());
  write(".config/openstack/clouds.yaml", "clouds:\n  production: {auth: {}}\n  lab: {auth: {}}\n");
  EXPECT_THAT(error_of("produktion"), AllOf(HasSubstr("did you mean `production`"), HasSubstr("`lab`")));
}

struct RefusedCase {
  const char* name;
  const char* auth;
  const char* beside;
  const char* expected;
};

class Refused : public CloudsYaml, public testing::WithParamInterface<RefusedCase> {};

TEST_P(Refused, ByName) {
  write_cloud("      auth_url: http://k/v3\n      username: u\n      password: pass-word-1\n      project_name: p\n" +
                  std::string(GetParam().auth),
              GetParam().beside);
  EXPECT_THAT(error_of("c"), AllOf(HasSubstr("clouds.yaml"), HasSubstr(GetParam().expected)));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Refused,
    testing::Values(RefusedCase{"VerifyOff", "", "    verify: false\n", "cacert"},
                    RefusedCase{"VerifyNo", "", "    verify: no\n", "cacert"},
                    RefusedCase{"Insecure", "", "    insecure: true\n", "cacert"},
                    RefusedCase{"Profile", "", "    profile: ovh\n", "`profile`"},
                    RefusedCase{"AuthType", "", "    auth_type: v3oidcpassword\n", "v3applicationcredential"},
                    RefusedCase{"Interface", "", "    interface: outside\n", "public, internal or admin"},
                    RefusedCase{"IdentityVersion", "", "    identity_api_version: 2.0\n", "only version 3"},
                    RefusedCase{"ClientCertificate", "", "    cert: /c.pem\n", "client certificates"},
                    RefusedCase{"KeyTwice", "      username: other\n", "", ":8:"},
                    RefusedCase{"NoToken", "", "    auth_type: token\n", "auth.token"},
                    RefusedCase{"BrokenYaml", "      x: [1\n", "", "not YAML"}),
    [](const auto& given) { return std::string(given.param.name); });

TEST_F(CloudsYaml, NamesWhatIsMissing) {
  write_cloud("      username: u\n");
  EXPECT_THAT(error_of("c"), HasSubstr("auth.auth_url"));
  write_cloud("      auth_url: http://k/v3\n");
  EXPECT_THAT(error_of("c"), HasSubstr("auth.username"));
  write_cloud("      auth_url: http://k/v3\n      username: u\n");
  EXPECT_THAT(error_of("c"), AllOf(HasSubstr("auth.password"), HasSubstr("secure.yaml")));
  write_cloud("      auth_url: http://k/v3\n      username: u\n      password: pass-word-1\n");
  EXPECT_THAT(error_of("c"), HasSubstr("auth.project_name"));
  write_cloud("      auth_url: http://k/v2.0\n      username: u\n");
  EXPECT_THAT(error_of("c"), HasSubstr("version 2.0"));
}

TEST_F(CloudsYaml, ResolvesAnchorsAndMergeKeys) {
  write(".config/openstack/clouds.yaml",
        "base: &base\n  region_name: R\n  auth: &auth {auth_url: http://k/v3, username: u, password: pass-word-1}\n"
        "clouds:\n  c:\n    <<: *base\n    auth:\n      <<: *auth\n      project_name: p\n");
  const auto config = load_cloud_config("c", env_);
  ASSERT_TRUE(config) << config.error().to_string();
  EXPECT_EQ(config->region_name, "R");
  EXPECT_EQ(config->username, "u");
  EXPECT_EQ(config->project_name, "p");
}

TEST_F(CloudsYaml, SurvivesHostileFiles) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias;
    for (int j = 0; j < 9; ++j) {
      bomb += ", " + alias;
    }
    bomb += "]\n";
  }
  const std::vector<std::string> files{
      bomb,      "&a [*a]",     "clouds: &c {c: *c}", std::string(2'000'000, 'x'), "\xff\xfe\x00", "",
      "clouds:", "clouds: [c]", "clouds: {c: }",      std::string(4000, '[')};
  for (const std::string& text : files) {
    write(".config/openstack/clouds.yaml", text);
    error_of("c");
  }
}

}  // namespace
}  // namespace stillpoint::openstack
