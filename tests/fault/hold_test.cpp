#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/real_sshd.hpp"
#include "quiesce/hold.hpp"
#include "ssh/session.hpp"
#include "support/ids.hpp"

// The helper of this program against its own script, over a real sshd whose sessions have a /run, a disk and (where it
// says so) a MariaDB of their own.
namespace stillpoint::quiesce {
namespace {

using fakes::RealSshd;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::ErrorKind;
using testing::ElementsAre;
using testing::HasSubstr;

const support::SystemClock kClock;
constexpr auto kVolume = "5f0c1a2e-7b3d-4c55-9e01-2d3c4b5a6978";

support::Deadline in(milliseconds time) {
  return support::Deadline::after(kClock, time);
}

/// An ext4 file system on a loop device that is known as the volume, mounted at `data`.
const std::vector<std::string> kDisk{
    "truncate -s 512M disk.img", "mkfs.ext4 -q -F disk.img", "mkdir data /dev/disk/by-id",
    "mount -o loop disk.img data",
    std::string("ln -s \"$(losetup -nO NAME -j disk.img)\" /dev/disk/by-id/virtio-") + std::string(kVolume, 20)};

class HoldTest : public testing::Test {
 protected:
  void SetUp() override { start(kDisk); }

  void start(std::vector<std::string> prepare) {
    if (!RealSshd::available(RealSshd::RunFolder::Own) ||
        fakes::run_program({"sh", "-c", "losetup -f >/dev/null"}) != 0) {
      GTEST_SKIP() << "no sshd, no mount namespace or no loop device here";
    }
    RealSshd::Options options;
    options.run = RealSshd::RunFolder::Own;
    options.prepare = std::move(prepare);
    sshd_ = std::make_unique<RealSshd>(options);
    connect();
    request_.attempt = support::random_hex(16);
    request_.server_name = "backend-2";
    request_.hold.driver = policy::Driver::Filesystem;
    request_.hold.method = policy::Method::Filesystem;
    request_.hold.freeze = true;
    request_.volumes = {cloud::VolumeId(kVolume)};
  }

  void connect(const std::string& user = "root") {
    auto target = sshd_->target();
    target.user = user;
    auto shell = ssh::connect(target, kClock, in(seconds(20)));
    ASSERT_TRUE(shell) << shell.error().to_string();
    helper_.reset();
    shell_ = std::move(*shell);
    helper_ = make_helper(*shell_, user, policy::HelperPlacement::Sent, kClock);
  }

  std::unique_ptr<Hold> held() {
    auto session = helper_->lock(request_, in(seconds(30)));
    EXPECT_TRUE(session) << session.error().to_string();
    auto hold = session ? (*session)->hold(in(seconds(30))) : support::fail(session.error());
    EXPECT_TRUE(hold) << hold.error().to_string();
    return hold ? std::move(*hold) : nullptr;
  }

  /// Waits, if need be, until a write to the file system goes through.
  int write() {
    auto result = shell_->run("touch " + sshd_->path("data") + "/written", "", in(seconds(30)));
    EXPECT_TRUE(result) << result.error().to_string();
    return result ? result->exit_code : -1;
  }

  /// A second freeze of a frozen file system is refused.
  bool frozen() {
    const std::string mount = sshd_->path("data");
    auto result = shell_->run("fsfreeze -f " + mount + " && fsfreeze -u " + mount, "", in(seconds(30)));
    return result && result->exit_code != 0 && result->err.find("busy") != std::string::npos;
  }

  VerdictReport verdict() {
    auto report = helper_->verdict(request_.attempt, in(seconds(30)));
    EXPECT_TRUE(report) << report.error().to_string();
    return report ? *report : VerdictReport{};
  }

  std::unique_ptr<RealSshd> sshd_;
  std::unique_ptr<ssh::Shell> shell_;
  std::unique_ptr<Helper> helper_;
  HoldRequest request_;
};

TEST_F(HoldTest, ProbesAFileSystem) {
  auto report = helper_->probe(request_, in(seconds(30)));
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(report->provable, policy::Consistency::Filesystem);
  EXPECT_THAT(report->mounts, ElementsAre(sshd_->path("data")));
  EXPECT_EQ(verdict().verdict, Verdict::Unknown);
}

TEST_F(HoldTest, FreezesAndProves) {
  auto hold = held();
  ASSERT_TRUE(hold);
  EXPECT_TRUE(frozen());
  EXPECT_EQ(verdict().verdict, Verdict::Held);
  auto report = hold->release(in(seconds(30)));
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_GT(report->held, milliseconds(0));
  EXPECT_LT(report->held, seconds(20));
  EXPECT_FALSE(frozen());
  const auto after = verdict();
  EXPECT_EQ(after.verdict, Verdict::Intact);
  EXPECT_EQ(after.held, report->held);
}

TEST_F(HoldTest, HoldsNothingWithMethodNone) {
  request_.hold.driver = policy::Driver::None;
  request_.hold.method = policy::Method::None;
  request_.hold.freeze = false;
  auto hold = held();
  ASSERT_TRUE(hold);
  EXPECT_FALSE(frozen());
  EXPECT_TRUE(hold->release(in(seconds(30))));
}

TEST_F(HoldTest, OneHoldAServer) {
  auto hold = held();
  ASSERT_TRUE(hold);
  auto other = request_;
  other.attempt = support::random_hex(16);
  auto second = helper_->lock(other, in(seconds(30)));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind(), ErrorKind::Busy);
  EXPECT_THAT(second.error().to_string(), HasSubstr(request_.attempt));
  EXPECT_TRUE(hold->abort(in(seconds(30))));
  EXPECT_EQ(write(), 0);
  EXPECT_EQ(verdict().verdict, Verdict::NotIntact);
}

// P1: nobody says anything any more, and the server lets go.
TEST_F(HoldTest, AForgottenHoldIsLetGo) {
  held().reset();
  EXPECT_EQ(write(), 0);
  EXPECT_FALSE(frozen());
}

TEST_F(HoldTest, AHoldIsLetGoWhenSshdDies) {
  auto hold = held();
  ASSERT_TRUE(hold);
  sshd_->kill_sessions();
  auto report = hold->release(in(seconds(30)));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Unavailable) << report.error().to_string();
  connect();
  EXPECT_EQ(write(), 0);
  EXPECT_FALSE(frozen());
}

TEST_F(HoldTest, AHoldThatLastsTooLongIsLetGoAndNotProven) {
  request_.hold.max_hold = seconds(2);
  auto hold = held();
  ASSERT_TRUE(hold);
  EXPECT_EQ(write(), 0);  // the server's own timer thaws
  EXPECT_TRUE(hold->deadline().passed(kClock));
  auto report = hold->release(in(seconds(30)));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Remote) << report.error().to_string();
  EXPECT_EQ(verdict().verdict, Verdict::NotIntact);
}

TEST_F(HoldTest, AVolumeThatIsNotThereIsRefused) {
  request_.volumes = {cloud::VolumeId("00000000-0000-4000-8000-000000000000")};
  auto report = helper_->probe(request_, in(seconds(30)));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Remote);
  EXPECT_THAT(report.error().to_string(), HasSubstr("volume-mismatch"));
}

TEST_F(HoldTest, AFolderOfSomebodyElseIsRefused) {
  for (const std::string bad : {"ln -s /tmp /run/stillpoint", "mkdir -m 777 /run/stillpoint",
                                "mkdir -m 700 /run/stillpoint && chown 1234 /run/stillpoint"}) {
    ASSERT_EQ(shell_->run("rm -rf /run/stillpoint; " + bad, "", in(seconds(30)))->exit_code, 0);
    auto report = helper_->probe(request_, in(seconds(30)));
    ASSERT_FALSE(report) << bad;
    EXPECT_EQ(report.error().kind(), ErrorKind::Remote);
    EXPECT_THAT(report.error().to_string(), HasSubstr("/run/stillpoint on backend-2 is not a folder that belongs"));
  }
}

TEST_F(HoldTest, AChangedScriptIsReplaced) {
  ASSERT_TRUE(helper_->probe(request_, in(seconds(30))));
  ASSERT_EQ(
      shell_->run("for f in /run/stillpoint/bin/*; do echo 'echo changed' >$f; done", "", in(seconds(30)))->exit_code,
      0);
  auto another = make_helper(*shell_, "root", policy::HelperPlacement::Sent, kClock);
  auto report = another->probe(request_, in(seconds(30)));
  EXPECT_TRUE(report) << report.error().to_string();
}

/// A login that is not root, in files of /etc that only the namespace sees.
class SudoHoldTest : public HoldTest {
 protected:
  static constexpr auto kLogin = "stillpoint-test";

  void SetUp() override {
    if (fakes::run_program({"sh", "-c", "command -v sudo >/dev/null"}) != 0) {
      GTEST_SKIP() << "no sudo here";
    }
  }

  void start_with(const std::string& sudo_rule) {
    auto prepare = kDisk;
    const std::string login(kLogin);
    prepare.insert(prepare.end(), {"chmod 711 .", "chmod 644 authorized_keys", "cp /etc/passwd passwd",
                                   "cp /etc/shadow shadow", "echo '" + login + ":x:4242:4242::/:/bin/sh' >>passwd",
                                   "echo '" + login + ":*:19000:0:99999:7:::' >>shadow",
                                   "printf 'Defaults use_pty\\n" + sudo_rule + "\\n' >sudoers", "chmod 440 sudoers",
                                   "for f in passwd shadow sudoers; do mount --bind $f /etc/$f; done"});
    start(prepare);
    if (sshd_) {
      connect(login);
    }
  }
};

TEST_F(SudoHoldTest, HoldsAndProvesThroughSudo) {
  start_with("stillpoint-test ALL=(root) NOPASSWD: ALL");
  auto probe = helper_->probe(request_, in(seconds(30)));
  ASSERT_TRUE(probe) << probe.error().to_string();
  auto hold = held();
  ASSERT_TRUE(hold);
  auto report = hold->release(in(seconds(30)));
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(verdict().verdict, Verdict::Intact);
}

TEST_F(SudoHoldTest, AForgottenHoldIsLetGoThroughSudo) {
  start_with("stillpoint-test ALL=(root) NOPASSWD: ALL");
  request_.hold.max_hold = seconds(300);  // so that it is the end of the input that lets go
  held().reset();
  ASSERT_EQ(shell_->run("sudo -n touch " + sshd_->path("data") + "/written", "", in(seconds(30)))->exit_code, 0);
}

TEST_F(SudoHoldTest, SudosRefusalIsExplained) {
  start_with("stillpoint-test ALL=(root) ALL");
  auto probe = helper_->probe(request_, in(seconds(30)));
  ASSERT_FALSE(probe);
  EXPECT_EQ(probe.error().kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(probe.error().to_string(), HasSubstr("stillpoint-test ALL=(root) NOPASSWD: ALL"));
}

class MariadbHoldTest : public HoldTest {
 protected:
  void SetUp() override {
    auto prepare = kDisk;
    prepare.insert(prepare.end(),
                   {"mkdir data/mysql tmp", "export TMPDIR=\"$PWD/tmp\"",
                    "mariadb-install-db --no-defaults --user=root --datadir=\"$PWD/data/mysql\" >/dev/null 2>&1",
                    "mariadbd --no-defaults --user=root --datadir=\"$PWD/data/mysql\" --socket=\"$PWD/db.sock\" "
                    "--pid-file=\"$PWD/db.pid\" --skip-networking --log-bin --innodb-log-file-size=8M >db.log 2>&1 &",
                    "until mariadb-admin --no-defaults --socket=\"$PWD/db.sock\" ping >/dev/null 2>&1; do "
                    "kill -0 $! || { cat db.log; exit 1; }; sleep 0.1; done"});
    if (fakes::run_program({"sh", "-c", "command -v mariadbd >/dev/null"}) != 0) {
      GTEST_SKIP() << "no MariaDB here";
    }
    start(prepare);
    request_.hold.driver = policy::Driver::Mariadb;
    request_.hold.method = policy::Method::BackupStage;
    request_.hold.socket = sshd_->path("db.sock");
  }

  std::string sql(const std::string& statement) {
    auto result =
        shell_->run("mariadb --no-defaults -N --socket=" + request_.hold.socket + " -e " + ssh::quote_word(statement),
                    "", in(seconds(30)));
    EXPECT_TRUE(result && result->exit_code == 0) << (result ? result->err : result.error().to_string());
    return result ? result->out : "";
  }
};

TEST_F(MariadbHoldTest, HoldsAtAPositionAndProves) {
  sql("CREATE TABLE test.t (n INT); INSERT INTO test.t VALUES (1)");
  auto probe = helper_->probe(request_, in(seconds(30)));
  ASSERT_TRUE(probe) << probe.error().to_string();
  EXPECT_THAT(probe->engine, HasSubstr("mariadb 10."));
  EXPECT_EQ(probe->provable, policy::Consistency::Application);
  auto hold = held();
  ASSERT_TRUE(hold);
  EXPECT_TRUE(hold->position().contains("binlog-file"));
  EXPECT_TRUE(frozen());
  auto report = hold->release(in(seconds(30)));
  ASSERT_TRUE(report) << report.error().to_string();
  EXPECT_EQ(verdict().verdict, Verdict::Intact);
  sql("INSERT INTO test.t VALUES (2)");
  EXPECT_EQ(sql("SELECT COUNT(*) FROM test.t"), "2\n");
}

// P2: a lock session that was lost is no proof, whatever else went well.
TEST_F(MariadbHoldTest, ALostLockSessionIsNoProof) {
  request_.hold.freeze = false;
  auto hold = held();
  ASSERT_TRUE(hold);
  sql("SELECT id INTO @lock FROM information_schema.processlist WHERE id <> CONNECTION_ID() AND command = 'Sleep' "
      "ORDER BY id DESC LIMIT 1; EXECUTE IMMEDIATE CONCAT('KILL CONNECTION ', @lock)");
  auto report = hold->release(in(seconds(30)));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind(), ErrorKind::Remote) << report.error().to_string();
  EXPECT_EQ(verdict().verdict, Verdict::NotIntact);
  sql("CREATE TABLE test.t (n INT)");
}

}  // namespace
}  // namespace stillpoint::quiesce
