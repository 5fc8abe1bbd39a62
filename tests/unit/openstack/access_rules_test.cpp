#include "openstack/access_rules.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace stillpoint::openstack {
namespace {

using testing::Contains;
using testing::Not;

class AccessRulesTest : public ::testing::Test {
 protected:
  AccessRulesTest() {
    config_.auth_url = "https://cloud.example/identity/v3";
    session_.project_id = "0123abcd";
    session_.holder.user_id = "77";
    offer("volumev3", "https://cloud.example:8776/v3/0123abcd");
    offer("compute", "https://cloud.example/compute/v2.1");
  }
  void offer(const std::string& type, const std::string& url) {
    session_.catalog.push_back({type, "public", "RegionOne", url});
  }
  std::vector<AccessRule> rules(Access access = Access::Full) const {
    auto made = access_rules_of(session_, config_, access);
    EXPECT_TRUE(made) << made.error().to_string();
    return made.value_or(std::vector<AccessRule>());
  }

  CloudConfig config_;
  Session session_;
};

TEST_F(AccessRulesTest, HavePathsAsTheServicesSeeThem) {
  EXPECT_THAT(rules(), Contains(AccessRule{"volumev3", "GET", "/v3/"}));
  EXPECT_THAT(rules(), Contains(AccessRule{"volumev3", "POST", "/v3/0123abcd/snapshots"}));
  EXPECT_THAT(rules(), Contains(AccessRule{"volumev3", "GET", "/v3/0123abcd/os-quota-sets/0123abcd"}));
  EXPECT_THAT(rules(), Contains(AccessRule{"compute", "GET", "/compute/v2.1/servers/detail"}));
  EXPECT_THAT(rules(),
              Contains(AccessRule{"identity", "GET", "/identity/v3/users/77/application_credentials/{credential_id}"}));
}

TEST_F(AccessRulesTest, FollowAnEndpointWithoutAProject) {
  session_.catalog.front().url = "https://cloud.example/volume/v3";
  EXPECT_THAT(rules(), Contains(AccessRule{"volumev3", "DELETE", "/volume/v3/snapshots/{snapshot_id}"}));
}

TEST_F(AccessRulesTest, ComeUnderEveryTypeOfTheCatalogSinceOnlyTheServiceKnowsWhichItChecks) {
  offer("block-storage", "https://cloud.example:8776/v3/0123abcd");
  EXPECT_THAT(rules(), Contains(AccessRule{"volumev3", "POST", "/v3/0123abcd/snapshots"}));
  EXPECT_THAT(rules(), Contains(AccessRule{"block-storage", "POST", "/v3/0123abcd/snapshots"}));
  EXPECT_THAT(rules(), Not(Contains(AccessRule{"volume", "POST", "/v3/0123abcd/snapshots"})));
}

TEST_F(AccessRulesTest, LetNovaAskNeutronWhereThereIsOne) {
  offer("network", "https://cloud.example:9696");
  EXPECT_THAT(rules(), Contains(AccessRule{"network", "GET", "/v2.0/ports"}));
  EXPECT_THAT(rules(), Contains(AccessRule{"network", "GET", "/v2.0/security-groups"}));
}

TEST_F(AccessRulesTest, LetNovaAskNeutronByAnyInterfaceOfTheRegion) {
  config_.region_name = "RegionOne";
  offer("network", "https://cloud.example/networking");
  session_.catalog.push_back({"network", "internal", "RegionOne", "http://10.0.0.5:9696"});
  session_.catalog.push_back({"network", "admin", "RegionOne", "http://10.0.0.5:9696"});
  session_.catalog.push_back({"network", "internal", "RegionTwo", "http://10.0.0.6/other"});
  EXPECT_THAT(rules(), Contains(AccessRule{"network", "GET", "/networking/v2.0/ports"}));
  EXPECT_THAT(rules(), Contains(AccessRule{"network", "GET", "/v2.0/ports"}).Times(1));
  EXPECT_THAT(rules(), Not(Contains(AccessRule{"network", "GET", "/other/v2.0/ports"})));
}

TEST_F(AccessRulesTest, ForReadingHaveNothingThatChanges) {
  const auto some = rules(Access::ReadOnly);
  EXPECT_TRUE(std::all_of(some.begin(), some.end(), [](const AccessRule& rule) { return rule.method == "GET"; }));
  EXPECT_LT(some.size(), rules().size());
}

TEST_F(AccessRulesTest, WantTheServicesInTheCatalog) {
  session_.catalog.pop_back();
  const auto made = access_rules_of(session_, config_, Access::Full);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), support::ErrorKind::InvalidInput);
  EXPECT_THAT(made.error().to_string(), testing::HasSubstr("compute"));
}

}  // namespace
}  // namespace stillpoint::openstack
