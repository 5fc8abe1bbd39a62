// What `enroll` refuses before it reaches for a server. tests/fault/enroll has the rest, on a real sshd.

#include <regex>

#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

class EnrollTest : public CommandsTest {
 protected:
  EnrollTest() {
    site_.furnish("backend-1", "mysql_data");
    server_ = site_.last_server;
    write_clouds(site_.entry("site"));
    write_policy("main", "site");
  }
  void add_ssh(const std::string& block) {
    write("policies/main.yaml", std::regex_replace(read("policies/main.yaml"), std::regex("  schedule:"),
                                                   "  ssh: " + block + "\n  schedule:"));
  }

  Site site_;
  cloud::ServerId server_;
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

TEST_F(EnrollTest, NobodyLocksHimselfOut) {
  EXPECT_EQ(run_files({"enroll", "127.0.0.1", "--user", "ubuntu", "--admin-user", "ubuntu"}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("the administrator would be locked out"), HasSubstr("--create-user makes it")));
  site_.sim.control("POST", "/sim/servers/" + server_.str(),
                    R"({"addresses": [{"network": "lab", "address": "127.0.0.1"}]})");
  add_ssh("{user: ubuntu, keyFile: key, helper: installed}");
  EXPECT_EQ(run({"enroll", "--admin-user", "ubuntu"}), 2);
  EXPECT_THAT(err_, HasSubstr("the administrator would be locked out"));
  EXPECT_FALSE(std::filesystem::exists(path("policies/key")));
}

TEST_F(EnrollTest, AFingerprintIsOfOneServer) {
  const std::string fingerprint = "SHA256:" + std::string(43, 'A');
  EXPECT_EQ(run_files({"enroll", "127.0.0.1", "127.0.0.2", "--fingerprint", fingerprint}), 2);
  EXPECT_THAT(err_, AllOf(HasSubstr("these are 2 servers"), HasSubstr("enrol them one by one")));
}

TEST_F(EnrollTest, NamesAndAddressesReachTheTerminalAsText) {
  site_.furnish("backend-\x1b[2Jx", "mysql_data");
  server_ = site_.last_server;
  site_.sim.control("POST", "/sim/servers/" + server_.str(),
                    R"({"addresses": [{"network": "lab", "address": "127.0.0.1\u001b[2J"}]})");
  add_ssh("{user: stillpoint, keyFile: " + path("key") + ", knownHostsFile: " + path("known_hosts") +
          ", helper: installed}");
  write("policies/main.yaml", std::regex_replace(read("policies/main.yaml"), std::regex("namePattern: [^}]*"),
                                                 "ids: [" + server_.str() + "]"));
  EXPECT_EQ(run({"enroll"}), 4);
  EXPECT_THAT(err_, AllOf(HasSubstr("backend-"), HasSubstr("(127.0.0.1")));
  EXPECT_THAT(out_ + err_, Not(HasSubstr("\x1b")));
}

class EnrollTwoCloudsTest : public TwoCloudsTest {};

TEST_F(EnrollTwoCloudsTest, OneThatCannotBeReadIsAFailureAndNotNoCloud) {
  for (const std::string name : {"main", "trial"}) {
    write("policies/" + name + ".yaml",
          std::regex_replace(read("policies/" + name + ".yaml"), std::regex("  schedule:"),
                             "  ssh: {user: stillpoint, keyFile: key, helper: installed}\n  schedule:"));
  }
  prod_.sim.control("POST", "/sim/servers/" + prod_.last_server.str(),
                    R"({"addresses": [{"network": "lab", "address": "127.0.0.1"}]})");
  lab_.fault(kRefuseLogins);
  EXPECT_EQ(run({"enroll"}), 4);
  EXPECT_THAT(err_, HasSubstr("nothing was enrolled"));
  prod_.fault(kRefuseLogins);
  EXPECT_EQ(run({"enroll"}), 3);
}

}  // namespace
}  // namespace stillpoint::app
