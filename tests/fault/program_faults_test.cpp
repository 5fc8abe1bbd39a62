// What the program says and returns when the cloud goes wrong: exit codes 3 and 4, and no secret in any output.

#include "unit/app/command_fixture.hpp"

namespace stillpoint::app {
namespace {

constexpr int kNoCloud = 3;
constexpr int kFailed = 4;
constexpr int kOk = 0;

class ProgramFaults : public CommandsTest {
 protected:
  ProgramFaults() {
    site_.furnish("backend-1", "mysql_data");
    write_clouds(site_.entry("prod"));
    write_policy("main", "prod");
    site_.forget_requests();
  }
  void fault(json rule) {
    rule["count"] = -1;
    site_.fault(rule);
  }
  Site site_;
};

TEST_F(ProgramFaults, ExitCode3IfTheCloudCannotBeRead) {
  ASSERT_EQ(run({"reconcile", "--now"}), kOk) << err_;  // so that there is a row to lie about
  site_.forget_requests();
  for (const char* kind : {"unauthorized", "forbidden", "half-json", "wrong-type", "html", "looping-listing"}) {
    SCOPED_TRACE(kind);
    fault({{"kind", kind}, {"path_regex", "/snapshots/detail"}, {"method", "GET"}});
    EXPECT_EQ(run({"reconcile", "--now"}), kNoCloud) << err_;
    EXPECT_THAT(err_, HasSubstr("read the snapshots"));
    EXPECT_EQ(site_.writes(), 0);
    site_.sim.end_faults();
  }
}

TEST_F(ProgramFaults, ExitCode3IfKeystoneRefuses) {
  fault({{"kind", "login-refused"}});
  EXPECT_EQ(run({"reconcile", "--now"}), kNoCloud);
  EXPECT_THAT(err_, HasSubstr("the user name, the password or a domain is wrong"));
}

TEST_F(ProgramFaults, ExitCode3IfTlsFails) {
  auto entry = site_.entry("prod");
  entry.replace(entry.find("http:"), 5, "https:");
  write_clouds(entry);
  EXPECT_EQ(run({"reconcile", "--now"}), kNoCloud);
  EXPECT_THAT(err_, HasSubstr("TLS with 127.0.0.1"));
}

TEST_F(ProgramFaults, ExitCode3IfTheNameDoesNotResolve) {
  auto entry = site_.entry("prod");
  const auto at = entry.find("127.0.0.1");
  entry.replace(at, std::string("127.0.0.1").size(), "no-such-host.invalid");
  write_clouds(entry);
  EXPECT_EQ(run({"reconcile", "--now"}), kNoCloud);
  EXPECT_THAT(err_, HasSubstr("the name of no-such-host.invalid cannot be resolved"));
}

TEST_F(ProgramFaults, ExitCode4IfATargetFails) {
  for (const char* kind : {"forbidden", "quota", "conflict", "snapshot-error"}) {
    SCOPED_TRACE(kind);
    fault({{"kind", kind}, {"path_regex", "/snapshots$"}, {"method", "POST"}});
    EXPECT_EQ(run({"reconcile", "--now"}), kFailed) << err_;
    site_.sim.end_faults();
  }
}

TEST_F(ProgramFaults, ExitCode4IfTheCloudIsLostAfterSomethingWasDone) {
  site_.fault({{"kind", "conflict"}, {"path_regex", "/servers/detail"}, {"after", 1}, {"count", -1}});
  EXPECT_EQ(run({"reconcile", "--now"}), kFailed) << err_;
  EXPECT_THAT(err_, HasSubstr("after the last action: read the servers"));
  EXPECT_EQ(site_.writes(), 2) << "the snapshot and its label";
}

TEST_F(ProgramFaults, P11NoOutputHoldsASecretThatTheCloudRepeats) {
  for (const char* where : {"/auth/tokens$", "/volume/v3/$", "/snapshots/detail", "/snapshots$"}) {
    SCOPED_TRACE(where);
    fault({{"kind", "echo"}, {"path_regex", where}, {"status", 400}});
    for (const char* format : {"text", "json"}) {
      EXPECT_NE(run({"reconcile", "--now", "-vv", "--log-format", format}), kOk);
      EXPECT_THAT(out_ + err_, HasSubstr("[secret]"));
      EXPECT_THAT(out_ + err_, Not(HasSubstr(site_.sim.password())));
    }
    site_.sim.end_faults();
  }
}

}  // namespace
}  // namespace stillpoint::app
