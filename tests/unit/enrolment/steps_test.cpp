#include "enrolment/steps.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "enrolment/enrol.hpp"
#include "enrolment/files.hpp"
#include "fakes/fake_clock.hpp"
#include "fakes/scripted_shell.hpp"
#include "quiesce/hold_script.hpp"

namespace stillpoint::enrolment {
namespace {

using support::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;

std::string deployed(const std::string& name) {
  std::ostringstream text;
  text << std::ifstream(std::filesystem::path(__FILE__).parent_path() / "../../../deploy/server" / name).rdbuf();
  return text.str();
}

TEST(Files, AreThoseOfDeploy) {
  EXPECT_EQ(sudoers_for("stillpoint"), deployed("sudoers"));
  const std::string line = authorized_key_line("ssh-ed25519 AAAAkey");
  const std::string file = deployed("authorized_keys");
  EXPECT_EQ(line.substr(0, line.find("ssh-ed25519")), file.substr(file.find("restrict,"), line.find("ssh-ed25519")));
  EXPECT_THAT(line, testing::EndsWith("ssh-ed25519 AAAAkey stillpoint"));
}

TEST(Files, AnotherLoginGetsARuleAndAFileOfItsOwn) {
  EXPECT_THAT(sudoers_for("backup"), HasSubstr("\nbackup ALL=(root) NOPASSWD: /usr/local/sbin/stillpoint-hold probe,"));
  EXPECT_EQ(sudoers_path("backup"), "/etc/sudoers.d/stillpoint-backup");
  EXPECT_EQ(sudoers_path("stillpoint"), "/etc/sudoers.d/stillpoint");
}

// P11: a login stands in commands of root's.
TEST(Files, ALoginIsAPlainName) {
  EXPECT_TRUE(is_fit_login("stillpoint"));
  EXPECT_TRUE(is_fit_login("_backup-2"));
  for (const char* bad : {"", "root", "a b", "a;b", "$(x)", "-rf", "1st", "a.b", "A", "ALL", "%wheel", "x\ny"}) {
    EXPECT_FALSE(is_fit_login(bad)) << bad;
  }
  EXPECT_FALSE(is_fit_login(std::string(33, 'a')));
}

class StepsTest : public ::testing::Test {
 protected:
  support::Status take(const std::vector<Step>& steps) {
    return take_steps(
        shell_, "root", "backend-2", steps,
        [this](const Taken& taken) {
          told_.push_back(taken.what.substr(0, taken.what.find(' ', 4)) + "=" +
                          std::to_string(static_cast<int>(taken.outcome)));
        },
        support::Deadline::after(clock_, std::chrono::minutes(1)));
  }
  void answer(const std::string& word) { shell_.results.push_back(ssh::CommandResult{0, word + "\n", ""}); }

  fakes::FakeClock clock_{support::WallTime()};
  fakes::ScriptedShell shell_;
  std::vector<std::string> told_;
  std::vector<Step> steps_ = steps_for({"stillpoint", "ssh-ed25519 AAAA"}, Run::ForReal);
};

TEST_F(StepsTest, TheKeyComesLast) {
  ASSERT_EQ(steps_.size(), 4U);
  EXPECT_THAT(steps_.back().what, HasSubstr("authorized_keys"));
  EXPECT_EQ(steps_.front().input, std::string(quiesce::kHoldScript));
}

TEST_F(StepsTest, EachIsToldAsItWasTaken) {
  answer("unchanged");
  answer("done");
  answer("unchanged");
  answer("would");
  ASSERT_TRUE(take(steps_));
  EXPECT_THAT(told_, ElementsAre("the helper=0", "the login=1", "the sudo=0", "the key=2"));
}

TEST_F(StepsTest, TheFirstThatFailsIsTheLast) {
  answer("done");
  shell_.results.push_back(ssh::CommandResult{1, "", "there is no login stillpoint\n"});
  const auto taken = take(steps_);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind(), ErrorKind::Remote);
  EXPECT_THAT(taken.error().to_string(), HasSubstr("there is no login stillpoint"));
  EXPECT_EQ(told_.size(), 1U);
  EXPECT_EQ(shell_.ran.size(), 2U);
}

TEST_F(StepsTest, AShellThatTalksIsRefused) {
  answer("Welcome!\ndone");
  const auto taken = take(steps_);
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.error().to_string(), HasSubstr("must print nothing"));
}

TEST_F(StepsTest, DryNothingIsWritten) {
  for (const auto& step : steps_for({"stillpoint", "ssh-ed25519 AAAA", MissingLogin::Make}, Run::Dry)) {
    EXPECT_THAT(step.script, HasSubstr("dry=yes")) << step.what;
  }
}

TEST_F(StepsTest, ALoginIsMadeOnlyIfThatWasSaid) {
  EXPECT_THAT(steps_[1].script, testing::Not(HasSubstr("useradd")));
  const auto making = steps_for({"stillpoint", "ssh-ed25519 AAAA", MissingLogin::Make}, Run::ForReal);
  EXPECT_THAT(making[1].script, HasSubstr("useradd --system"));
}

TEST_F(StepsTest, ALoginIsMadeInOneCallSoThatNoneIsLeftLocked) {
  const auto making = steps_for({"stillpoint", "ssh-ed25519 AAAA", MissingLogin::Make}, Run::ForReal);
  EXPECT_THAT(making[1].script, testing::ContainsRegex("useradd [^\n]* --password '[*]' \"[$]u\"\nsay done"));
  EXPECT_THAT(making[1].script, testing::Not(HasSubstr("usermod")));
}

}  // namespace
}  // namespace stillpoint::enrolment
