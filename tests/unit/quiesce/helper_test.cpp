#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/scripted_shell.hpp"
#include "quiesce/hold.hpp"
#include "quiesce/hold_script.hpp"
#include "quiesce/install.hpp"
#include "support/ids.hpp"

namespace stillpoint::quiesce {
namespace {

using fakes::End;
using fakes::Event;
using fakes::Lost;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto kAttempt = "0123456789abcdef";

class HelperTest : public testing::Test {
 protected:
  HelperTest() {
    request_.attempt = kAttempt;
    request_.server_name = "backend-2";
    request_.hold.driver = policy::Driver::Mariadb;
    request_.hold.method = policy::Method::BackupStage;
    request_.volumes = {cloud::VolumeId("vol-1")};
    shell_.results.push_back(ssh::CommandResult{0, "present\n", ""});
  }

  support::Deadline deadline() const { return support::Deadline::after(clock_, seconds(5)); }

  /// A conversation that has come to `LOCKED`, and what `HOLD` brings about.
  std::shared_ptr<fakes::Talk> locked_talk(std::vector<Event> after_hold) {
    auto talk = shell_.add_talk({"STILLPOINT 1 0.5.0", "LOCKED"});
    talk->answers["HOLD"] = std::move(after_hold);
    return talk;
  }

  std::unique_ptr<Hold> held(const std::shared_ptr<fakes::Talk>& talk) {
    auto session = helper_->lock(request_, deadline());
    EXPECT_TRUE(session) << session.error().to_string();
    auto hold = (*session)->hold(deadline());
    EXPECT_TRUE(hold) << hold.error().to_string();
    EXPECT_TRUE(talk->open);
    return std::move(*hold);
  }

  support::Error lock_error() {
    auto session = helper_->lock(request_, deadline());
    EXPECT_FALSE(session);
    return session ? support::Error(ErrorKind::Interrupted, "") : session.error();
  }

  support::SystemClock clock_;
  fakes::ScriptedShell shell_;
  HoldRequest request_;
  std::unique_ptr<Helper> helper_ = make_helper(shell_, "root", policy::HelperPlacement::Sent, clock_);
};

const std::vector<Event> kHeld{"ARMED", "POSITION gtid 0-1-42", "POSITION binlog mysql-bin.3 77",
                               "HELD 0123456789abcdef 12"};

TEST_F(HelperTest, AMemberOfAClusterIsHeardOutUntilItIsBack) {
  request_.cluster.name = "edx-galera";
  const auto talk = locked_talk({"ARMED", "HELD 0123456789abcdef 40"});
  talk->answers["RELEASE 0123456789abcdef"] = {"RELEASED intact 300", "SERVICE down no answer within 60000 ms"};
  const auto hold = held(talk);
  const auto report = hold->release(deadline());
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->service_problem, "the service on backend-2 does not answer: no answer within 60000 ms");
}

TEST_F(HelperTest, AnInstalledHelperIsRunFromItsPlaceAndNothingIsSent) {
  shell_.results.clear();
  helper_ = make_helper(shell_, "stillpoint", policy::HelperPlacement::Installed, clock_);
  const auto talk = shell_.add_talk({"STILLPOINT 1 0.5.0", "LOCKED"});
  ASSERT_TRUE(helper_->lock(request_, deadline()));
  EXPECT_EQ(shell_.started.back(), "sudo -n -- /usr/local/sbin/stillpoint-hold hold");
}

TEST_F(HelperTest, HoldsAndProvesTheRelease) {
  auto talk = locked_talk(kHeld);
  talk->answers[std::string("RELEASE ") + kAttempt] = {"RELEASED intact 850"};
  auto hold = held(talk);
  EXPECT_EQ(hold->position().at("gtid"), "0-1-42");
  EXPECT_EQ(hold->position().at("binlog"), "mysql-bin.3 77");
  auto report = hold->release(deadline());
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->held, milliseconds(850));
  EXPECT_FALSE(report->service_problem);
  EXPECT_FALSE(talk->open);
  EXPECT_THAT(talk->heard, ElementsAre("SET attempt 0123456789abcdef", "SET driver mariadb", "SET method backupStage",
                                       "SET freeze no", "SET max-hold-ms 20000", "SET start-timeout-ms 60000",
                                       "SET volume vol-1", "GO", "HOLD", "RELEASE 0123456789abcdef"));
}

TEST_F(HelperTest, InAWindowItIsReadyBeforeItHolds) {
  request_.window = "aaaabbbbccccdddd";
  const auto talk = shell_.add_talk({"STILLPOINT 1 0.5.0", "LOCKED"});
  talk->answers["PREPARE"] = {"ARMED", "READY"};
  talk->answers["HOLD"] = {"HELD 0123456789abcdef 12"};
  auto session = helper_->lock(request_, deadline());
  ASSERT_TRUE(session);
  ASSERT_TRUE((*session)->make_ready(deadline()));
  EXPECT_EQ(talk->heard.back(), "PREPARE");
  EXPECT_TRUE((*session)->hold(deadline()));
  EXPECT_THAT(talk->heard, ::testing::Contains("SET window aaaabbbbccccdddd"));
}

TEST_F(HelperTest, AMemberOfAWindowThatCannotGetReadyEnds) {
  request_.window = "aaaabbbbccccdddd";
  const auto talk = shell_.add_talk({"STILLPOINT 1 0.5.0", "LOCKED"});
  talk->answers["PREPARE"] = {"ARMED", "REFUSED database it is down"};
  auto session = helper_->lock(request_, deadline());
  ASSERT_TRUE(session);
  EXPECT_THAT((*session)->make_ready(deadline()).error().to_string(), ::testing::HasSubstr("it is down"));
  EXPECT_FALSE(talk->open);
  EXPECT_FALSE((*session)->hold(deadline())) << "it was refused";
}

TEST_F(HelperTest, NothingIsHeldBeforeHoldIsCalled) {
  auto talk = locked_talk(kHeld);
  auto session = helper_->lock(request_, deadline());
  ASSERT_TRUE(session);
  EXPECT_EQ(talk->heard.back(), "GO");
  session->reset();
  EXPECT_FALSE(talk->open);
}

// P1: whoever forgets a hold lets go of it, since the end of its input is an abort to the helper.
TEST_F(HelperTest, ForgettingAHoldEndsItsInput) {
  auto talk = locked_talk(kHeld);
  held(talk).reset();
  EXPECT_FALSE(talk->open);
}

TEST_F(HelperTest, TheDeadlineCountsFromWhatTheServerUsed) {
  request_.hold.max_hold = seconds(10);
  auto talk = locked_talk({"ARMED", "HELD 0123456789abcdef 4000"});
  const auto before = clock_.steady_now();
  auto hold = held(talk);
  EXPECT_LE(hold->deadline().when(), clock_.steady_now() + seconds(6));
  EXPECT_GE(hold->deadline().when(), before + seconds(5));
}

TEST_F(HelperTest, TheDeadlineOfALateHoldHasPassed) {
  request_.hold.max_hold = seconds(1);
  auto hold = held(locked_talk({"ARMED", "HELD 0123456789abcdef 4000"}));
  EXPECT_TRUE(hold->deadline().passed(clock_));
}

// P2: only `RELEASED intact` is a proof.
TEST_F(HelperTest, ABrokenHoldIsAnError) {
  auto talk = locked_talk(kHeld);
  talk->answers[std::string("RELEASE ") + kAttempt] = {"RELEASED broken 20100 deadline passed"};
  auto report = held(talk)->release(deadline());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Remote);
  EXPECT_THAT(report.error().to_string(), HasSubstr("deadline passed"));
}

TEST_F(HelperTest, AHoldThatBrokeByItselfSaysWhy) {
  auto events = kHeld;
  events.insert(events.end(), {"RELEASED broken 900 the lock session ended", End{}});
  auto report = held(locked_talk(events))->release(deadline());
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Remote);
  EXPECT_THAT(report.error().to_string(), HasSubstr("the lock session ended"));
}

TEST_F(HelperTest, NoProofWithoutAnAnswer) {
  const std::vector<std::pair<std::vector<Event>, ErrorKind>> cases{{{}, ErrorKind::Timeout},
                                                                    {{Lost{}}, ErrorKind::Unavailable},
                                                                    {{End{}}, ErrorKind::Remote},
                                                                    {{"OK"}, ErrorKind::Protocol},
                                                                    {{"RELEASED"}, ErrorKind::Protocol},
                                                                    {{"ABORTED 5"}, ErrorKind::Protocol},
                                                                    {{"SERVICE up 1"}, ErrorKind::Protocol},
                                                                    {{"REFUSED internal x"}, ErrorKind::Remote}};
  for (const auto& [events, kind] : cases) {
    auto talk = locked_talk(kHeld);
    talk->answers[std::string("RELEASE ") + kAttempt] = events;
    auto report = held(talk)->release(deadline());
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().kind(), kind);
    EXPECT_FALSE(talk->open);
  }
}

TEST_F(HelperTest, AHoldIsLetGoOnce) {
  auto talk = locked_talk(kHeld);
  talk->answers[std::string("RELEASE ") + kAttempt] = {"RELEASED intact 1"};
  auto hold = held(talk);
  EXPECT_TRUE(hold->release(deadline()));
  EXPECT_FALSE(hold->release(deadline()));
  EXPECT_TRUE(hold->abort(deadline()));
}

TEST_F(HelperTest, AServiceThatStaysDownDoesNotUndoTheProof) {
  request_.hold.method = policy::Method::StopService;
  const std::vector<std::pair<std::vector<Event>, std::string>> cases{
      {{"RELEASED intact 3000", "SERVICE up 1200"}, ""},
      {{"RELEASED intact 3000", "SERVICE down unit failed"}, "unit failed"},
      {{"RELEASED intact 3000"}, "nobody heard"},
      {{"RELEASED intact 3000", Lost{}}, "nobody heard"}};
  for (const auto& [events, problem] : cases) {
    auto talk = locked_talk(kHeld);
    talk->answers[std::string("RELEASE ") + kAttempt] = events;
    auto report = held(talk)->release(deadline());
    ASSERT_TRUE(report) << report.error().to_string();
    EXPECT_EQ(report->held, milliseconds(3000));
    EXPECT_EQ(report->service_problem.has_value(), !problem.empty());
    EXPECT_THAT(report->service_problem.value_or(""), HasSubstr(problem));
  }
}

TEST_F(HelperTest, AbortIsConfirmed) {
  auto talk = locked_talk(kHeld);
  talk->answers[std::string("ABORT ") + kAttempt] = {"ABORTED 30"};
  EXPECT_TRUE(held(talk)->abort(deadline()));
  auto late = locked_talk(kHeld);
  late->answers[std::string("ABORT ") + kAttempt] = {"RELEASED broken 20000 deadline passed"};
  EXPECT_TRUE(held(late)->abort(deadline()));
  auto lost = locked_talk(kHeld);
  lost->answers[std::string("ABORT ") + kAttempt] = {Lost{}};
  EXPECT_FALSE(held(lost)->abort(deadline()));
}

TEST_F(HelperTest, WhoAbortsHearsOfTheService) {
  request_.hold.method = policy::Method::StopService;
  const std::vector<std::pair<std::vector<Event>, std::string>> cases{
      {{"ABORTED 3000", "SERVICE up 1200"}, ""},
      {{"RELEASED broken 3000 deadline", "SERVICE up 1200"}, ""},
      {{"ABORTED 3000", "SERVICE down unit failed"}, "does not answer: unit failed"},
      {{"ABORTED 3000"}, "nobody heard"}};
  for (const auto& [events, problem] : cases) {
    auto talk = locked_talk(kHeld);
    talk->answers[std::string("ABORT ") + kAttempt] = events;
    auto aborted = held(talk)->abort(deadline());
    EXPECT_EQ(aborted.has_value(), problem.empty());
    EXPECT_THAT(aborted ? "" : aborted.error().to_string(), HasSubstr(problem));
  }
}

TEST_F(HelperTest, ARefusalAfterTheStopSaysWhetherTheServiceIsBack) {
  request_.hold.method = policy::Method::StopService;
  const std::vector<std::pair<std::vector<Event>, std::string>> cases{
      {{"ARMED", "REFUSED service it did not stop", "SERVICE up 12"}, ""},
      {{"ARMED", "REFUSED service it did not stop", End{}}, ""},
      {{"ARMED", "REFUSED service it did not stop", "SERVICE down unit failed"}, "does not answer: unit failed"}};
  for (const auto& [events, word] : cases) {
    locked_talk(events);
    auto session = helper_->lock(request_, deadline());
    ASSERT_TRUE(session);
    auto hold = (*session)->hold(deadline());
    ASSERT_FALSE(hold);
    EXPECT_EQ(hold.error().kind(), ErrorKind::Remote);
    EXPECT_THAT(hold.error().to_string(), HasSubstr("it did not stop"));
    EXPECT_THAT(hold.error().to_string(), word.empty()
                                              ? testing::Matcher<std::string>(Not(HasSubstr("does not answer")))
                                              : testing::Matcher<std::string>(HasSubstr(word)));
    shell_.results.push_back(ssh::CommandResult{0, "present\n", ""});
  }
}

TEST_F(HelperTest, AFailedHoldEndsTheInput) {
  const std::vector<std::pair<std::vector<Event>, ErrorKind>> cases{
      {{"REFUSED lock-timeout a query holds the tables"}, ErrorKind::Remote},
      {{"ARMED", "REFUSED frozen /srv"}, ErrorKind::Remote},
      {{"ARMED"}, ErrorKind::Timeout},
      {{"ARMED", Lost{}}, ErrorKind::Unavailable},
      {{"HELD 0123456789abcdef 1"}, ErrorKind::Protocol},
      {{"ARMED", "HELD aaaaaaaaaaaaaaaa 1"}, ErrorKind::Protocol},
      {{"ARMED", "OK"}, ErrorKind::Protocol}};
  for (const auto& [events, kind] : cases) {
    auto talk = locked_talk(events);
    auto session = helper_->lock(request_, deadline());
    ASSERT_TRUE(session);
    auto hold = (*session)->hold(deadline());
    ASSERT_FALSE(hold);
    EXPECT_EQ(hold.error().kind(), kind) << hold.error().to_string();
    EXPECT_FALSE(talk->open);
    EXPECT_FALSE((*session)->hold(deadline()));
    shell_.results.push_back(ssh::CommandResult{0, "present\n", ""});
  }
}

TEST_F(HelperTest, EndlessPositionsAreCutOff) {
  std::vector<Event> events{"ARMED"};
  for (int i = 0; i < 100; ++i) {
    events.emplace_back("POSITION key" + std::to_string(i) + " x");
  }
  auto talk = locked_talk(events);
  auto session = helper_->lock(request_, deadline());
  auto hold = (*session)->hold(deadline());
  ASSERT_FALSE(hold);
  EXPECT_EQ(hold.error().kind(), ErrorKind::Protocol);
}

TEST_F(HelperTest, ABusyServerIsBusy) {
  shell_.add_talk({"STILLPOINT 1 0.5.0", "REFUSED busy attempt aaaaaaaa"});
  EXPECT_EQ(lock_error().kind(), ErrorKind::Busy);
}

TEST_F(HelperTest, AnotherVersionIsRefused) {
  auto talk = shell_.add_talk({"STILLPOINT 1 0.1.0", "LOCKED"});
  const auto error = lock_error();
  EXPECT_EQ(error.kind(), ErrorKind::Protocol);
  EXPECT_THAT(error.to_string(), HasSubstr("0.1.0"));
  EXPECT_TRUE(talk->heard.empty());
}

TEST_F(HelperTest, AChattyLoginShellIsExplained) {
  shell_.add_talk({"Welcome to backend-2!"});
  EXPECT_THAT(lock_error().to_string(), HasSubstr("must print nothing"));
}

TEST_F(HelperTest, TheHelpersLastWordsAreShown) {
  auto talk = shell_.add_talk({End{}});
  talk->error_output = "sh: 1: syntax error\x1b[0m\n";
  const auto error = lock_error();
  EXPECT_THAT(error.to_string(), HasSubstr("syntax error?[0m"));
}

TEST_F(HelperTest, ProbesAndReports) {
  shell_.add_talk({"STILLPOINT 1 0.5.0", "FACT engine mariadb 10.11.6", "FACT disk a 8:0", "FACT disk b 8:16",
                   "MOUNT /var/lib/mysql", "MOUNT /srv/log", "PROVABLE application", "OK"});
  auto report = helper_->probe(request_, deadline());
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->helper_version, "0.5.0");
  EXPECT_EQ(report->engine, "mariadb 10.11.6");
  EXPECT_THAT(report->mounts, ElementsAre("/var/lib/mysql", "/srv/log"));
  EXPECT_EQ(report->provable, policy::Consistency::Application);
  EXPECT_EQ(report->facts.at("disk"), "a 8:0, b 8:16");
}

TEST_F(HelperTest, AProbeThatIsRefusedOrStraysIsAnError) {
  shell_.add_talk({"STILLPOINT 1 0.5.0", "FACT engine mariadb", "REFUSED volume-mismatch /srv is on vol-9"});
  auto refused = helper_->probe(request_, deadline());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind(), ErrorKind::Remote);
  EXPECT_THAT(refused.error().to_string(), HasSubstr("select exactly the volumes"));
  shell_.add_talk({"STILLPOINT 1 0.5.0", "LOCKED"});
  auto strayed = helper_->probe(request_, deadline());
  ASSERT_FALSE(strayed);
  EXPECT_EQ(strayed.error().kind(), ErrorKind::Protocol);
}

TEST_F(HelperTest, AsksForAVerdict) {
  auto talk = shell_.add_talk({"STILLPOINT 1 0.5.0"});
  talk->answers["GO"] = {"VERDICT intact 812"};
  auto report = helper_->verdict(kAttempt, deadline());
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->verdict, Verdict::Intact);
  EXPECT_EQ(report->held, milliseconds(812));
  EXPECT_THAT(talk->heard, ElementsAre("SET attempt 0123456789abcdef", "GO"));
  EXPECT_FALSE(helper_->verdict("x; reboot", deadline()));
}

TEST_F(HelperTest, StartsTheInstalledFileAndUploadsNothingThatIsThere) {
  locked_talk(kHeld);
  ASSERT_TRUE(helper_->lock(request_, deadline()));
  locked_talk(kHeld);
  ASSERT_TRUE(helper_->lock(request_, deadline()));
  EXPECT_EQ(shell_.ran.size(), 1U);
  EXPECT_EQ(shell_.started.front(), "/bin/sh " + helper_path() + " hold");
}

TEST_F(HelperTest, UploadsThroughStandardInputOnly) {
  shell_.results = {ssh::CommandResult{0, "missing\n", ""}, ssh::CommandResult{0, "", ""}};
  locked_talk(kHeld);
  ASSERT_TRUE(helper_->lock(request_, deadline()));
  ASSERT_EQ(shell_.ran.size(), 2U);
  EXPECT_EQ(shell_.ran[0].input, "");
  EXPECT_EQ(shell_.ran[1].input, kHoldScript);
  EXPECT_THAT(shell_.ran[1].command, HasSubstr(support::sha256_hex(kHoldScript)));
  EXPECT_LT(shell_.ran[1].command.size(), 600U);
}

TEST_F(HelperTest, UsesSudoUnlessRoot) {
  helper_ = make_helper(shell_, "ubuntu", policy::HelperPlacement::Sent, clock_);
  locked_talk(kHeld);
  ASSERT_TRUE(helper_->lock(request_, deadline()));
  EXPECT_THAT(shell_.ran[0].command, testing::StartsWith("sudo -n -- /bin/sh -c '"));
  EXPECT_EQ(shell_.started[0], "sudo -n -- /bin/sh " + helper_path() + " hold");
}

TEST_F(HelperTest, ExplainsSudosRefusal) {
  helper_ = make_helper(shell_, "ubuntu", policy::HelperPlacement::Sent, clock_);
  shell_.results = {ssh::CommandResult{1, "", "sudo: a password is required\n"}};
  const auto error = lock_error();
  EXPECT_EQ(error.kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(error.to_string(), HasSubstr("ubuntu ALL=(root) NOPASSWD"));
  EXPECT_THAT(error.to_string(), HasSubstr("a password is required"));
}

TEST_F(HelperTest, RefusesAFolderOfSomebodyElse) {
  shell_.results = {ssh::CommandResult{0, "unsafe /run/stillpoint\n", ""}};
  EXPECT_THAT(lock_error().to_string(), HasSubstr("/run/stillpoint on backend-2 is not a folder that belongs to root"));
  EXPECT_TRUE(shell_.started.empty());
}

TEST_F(HelperTest, AFailedUploadStartsNothing) {
  shell_.results = {ssh::CommandResult{0, "missing\n", ""},
                    ssh::CommandResult{1, "", "cat: write error: No space left on device\n"}};
  EXPECT_THAT(lock_error().to_string(), HasSubstr("No space left"));
  EXPECT_TRUE(shell_.started.empty());
}

TEST_F(HelperTest, NothingOfARequestReachesACommand) {
  request_.server_name = "$(reboot)";
  request_.hold.socket = "/tmp/'; reboot; '";
  locked_talk(kHeld);
  ASSERT_TRUE(helper_->lock(request_, deadline()));
  EXPECT_THAT(shell_.ran[0].command, Not(HasSubstr("reboot")));
  EXPECT_THAT(shell_.started[0], Not(HasSubstr("reboot")));
}

}  // namespace
}  // namespace stillpoint::quiesce
