// What `enroll` refuses before it reaches for a server. tests/fault/enroll has the rest, on a real sshd.

#include <regex>

#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

class EnrollTest : public CommandsTest {
 protected:
  EnrollTest() {
    site_.furnish("backend-1", "mysql_data");
    write_clouds(site_.entry("site"));
    write_policy("main", "site");
  }
  void add_ssh(const std::string& block) {
    write("policies/main.yaml", std::regex_replace(read("policies/main.yaml"), std::regex("  schedule:"),
                                                   "  ssh: " + block + "\n  schedule:"));
  }

  Site site_;
};

TEST_F(EnrollTest, WantsHostsOrPoliciesAndNotBoth) {
  EXPECT_EQ(run_files({"enroll"}), 2);
  EXPECT_THAT(err_, HasSubstr("no server is named"));
  EXPECT_EQ(run({"enroll", "backend-1"}), 2);
  EXPECT_THAT(err_, HasSubstr("hosts and -f are given"));
}

TEST_F(EnrollTest, WantsASshBlockWithTheInstalledHelper) {
  EXPECT_EQ(run({"enroll"}), 2);
  EXPECT_THAT(err_, HasSubstr("it has no `ssh` block"));
  add_ssh("{user: ubuntu, keyFile: key}");
  EXPECT_EQ(run({"enroll"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("main.yaml:"), HasSubstr("spec.ssh.helper: sent"), HasSubstr("--host-keys-only")));
}

TEST_F(EnrollTest, WantsAFingerprintAsSshKeygenSaysIt) {
  EXPECT_EQ(run_files({"enroll", "127.0.0.1", "--fingerprint", "aa:bb:cc"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("expected SHA256:..."), HasSubstr("ssh-keygen -lf")));
}

TEST_F(EnrollTest, ACloudThatCannotBeReadEnrolsNobody) {
  add_ssh("{user: stillpoint, keyFile: key, helper: installed}");
  site_.fault(kRefuseLogins);
  EXPECT_EQ(run({"enroll"}), 3);
  EXPECT_THAT(err_, HasSubstr("nothing was enrolled"));
  EXPECT_FALSE(std::filesystem::exists(path("policies/key")));
}

}  // namespace
}  // namespace stillpoint::app
