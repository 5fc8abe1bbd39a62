// What `doctor` makes of a server that cannot be reached or held.

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "app/doctor_checks.hpp"
#include "fakes/fake_clock.hpp"
#include "fakes/fake_cloud.hpp"
#include "fakes/fake_servers.hpp"
#include "fakes/objects.hpp"
#include "quiesce/protocol.hpp"

namespace stillpoint::app {
namespace {

using nlohmann::json;
using support::Error;
using support::ErrorKind;
using testing::HasSubstr;

/// The way to a server, or its helper, fails.
class FailingServers final : public executor::Servers {
 public:
  std::optional<Error> reaching, probing;

  support::Result<std::unique_ptr<quiesce::Helper>> reach(const policy::Policy&, const cloud::Server&,
                                                          support::Deadline) override {
    if (reaching) {
      return support::fail(*reaching);
    }
    return std::make_unique<Helper>(*probing);
  }

 private:
  class Helper final : public quiesce::Helper {
   public:
    explicit Helper(Error error) : error_(std::move(error)) {}
    support::Result<quiesce::ProbeReport> probe(const quiesce::HoldRequest&, support::Deadline) override {
      return support::fail(error_);
    }
    support::Result<std::unique_ptr<quiesce::Session>> lock(const quiesce::HoldRequest&, support::Deadline) override {
      return support::fail(error_);
    }
    support::Result<quiesce::VerdictReport> verdict(const std::string&, support::Deadline) override {
      return support::fail(error_);
    }

   private:
    Error error_;
  };
};

class DoctorHoldTest : public ::testing::Test {
 protected:
  json found(executor::Servers& servers) {
    executor::HoldGate gate({}, clock_);
    const executor::Context context{cloud_, servers,  clock_, support::null_log(), executor::null_observer(),
                                    gate,   "default"};
    DoctorReport report(Output::Json);
    testing::internal::CaptureStdout();
    check_hold(context, {policy_, policy_.datasets.front(), fakes::server(), {}}, "here", report);
    report.end();
    return json::parse(testing::internal::GetCapturedStdout()).at("findings");
  }
  std::string word_of_reaching(ErrorKind kind) {
    servers_.reaching = Error(kind, "it is so");
    return found(servers_).at(0).at("word");
  }
  std::string word_of_probing(const Error& error) {
    servers_.reaching.reset();
    servers_.probing = error;
    return found(servers_).at(0).at("word");
  }

  fakes::FakeClock clock_{fakes::at("2026-11-26T00:00:00Z")};
  fakes::FakeCloud cloud_{clock_};
  policy::Policy policy_ = fakes::policy();
  FailingServers servers_;
};

TEST_F(DoctorHoldTest, TellsAServerThatIsAwayFromOneThatRefuses) {
  EXPECT_EQ(word_of_reaching(ErrorKind::Unavailable), "ssh-unreachable");
  EXPECT_EQ(word_of_reaching(ErrorKind::Timeout), "ssh-unreachable");
  EXPECT_EQ(word_of_reaching(ErrorKind::Unauthorized), "ssh-refused");
}

TEST_F(DoctorHoldTest, TellsSudoFromAnotherVersionAndFromADatabaseThatIsNotWell) {
  EXPECT_EQ(word_of_probing(Error(ErrorKind::Unauthorized, "sudo: a password is required")), "no-root");
  EXPECT_EQ(word_of_probing(Error(ErrorKind::Protocol, "version 0.1.0")), "helper-version");
  EXPECT_EQ(word_of_probing(quiesce::refusal({"database", "no answer"}, "db")), "not-ready");
  EXPECT_EQ(word_of_probing(quiesce::refusal({"busy", "held"}, "db")), "busy");
}

TEST_F(DoctorHoldTest, ARefusalHasTheCureOfItsCode) {
  servers_.probing = quiesce::refusal({"volume-mismatch", "/srv is on vol-9"}, "db");
  const json finding = found(servers_).at(0);
  EXPECT_EQ(finding["what"], "db refused (volume-mismatch): /srv is on vol-9");
  EXPECT_THAT(finding["cure"], HasSubstr("select exactly the volumes"));
}

TEST_F(DoctorHoldTest, OfAMemberOfGaleraItRemarksOnTheBalancer) {
  policy_.cluster.name = "shop";
  policy_.datasets.front().hold.driver = policy::Driver::Mariadb;
  policy_.datasets.front().hold.method = policy::Method::BackupStage;
  fakes::ServerScript script;
  fakes::FakeServers well(script, clock_);
  const json finding = found(well).at(0);
  EXPECT_EQ(finding["word"], "load-balancer");
  EXPECT_EQ(finding["weight"], "note");
}

}  // namespace
}  // namespace stillpoint::app
