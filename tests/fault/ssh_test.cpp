#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "fakes/real_sshd.hpp"
#include "ssh/session.hpp"

namespace stillpoint::ssh {
namespace {

using fakes::RealSshd;
using std::chrono::milliseconds;
using std::chrono::seconds;
using support::ErrorKind;
using testing::HasSubstr;

const support::SystemClock kClock;

support::Deadline in(milliseconds time) {
  return support::Deadline::after(kClock, time);
}

size_t open_descriptors() {
  const auto list = std::filesystem::directory_iterator("/proc/self/fd");
  return static_cast<size_t>(std::distance(begin(list), end(list)));
}

void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class SshTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (RealSshd::available()) {
      sshd_ = std::make_unique<RealSshd>();
    }
  }
  static void TearDownTestSuite() { sshd_.reset(); }
  void SetUp() override {
    if (!sshd_) {
      GTEST_SKIP() << "no sshd here";
    }
  }

  static std::unique_ptr<Shell> shell(const Target& target = sshd_->target()) {
    auto made = connect(target, kClock, in(seconds(20)));
    EXPECT_TRUE(made) << made.error().to_string();
    return made ? std::move(*made) : nullptr;
  }

  static support::Error refusal(const Target& target) {
    auto made = connect(target, kClock, in(seconds(20)));
    EXPECT_FALSE(made);
    return made ? support::Error(ErrorKind::Interrupted, "") : made.error();
  }

  static CommandResult run(Shell& shell, const std::string& command, const std::string& input = "") {
    auto result = shell.run(command, input, in(seconds(20)));
    EXPECT_TRUE(result) << result.error().to_string();
    return result ? *result : CommandResult{};
  }

  static std::unique_ptr<Conversation> talk(Shell& shell, const std::string& command) {
    auto started = shell.start(command, in(seconds(20)));
    EXPECT_TRUE(started) << started.error().to_string();
    return started ? std::move(*started) : nullptr;
  }

  static std::unique_ptr<RealSshd> sshd_;
};

std::unique_ptr<RealSshd> SshTest::sshd_;

TEST_F(SshTest, RunsCommandsWithTheRightKeys) {
  auto server = shell();
  const auto result = run(*server, "echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
  EXPECT_EQ(run(*server, "true").exit_code, 0);
  EXPECT_EQ(run(*server, "no-such-command-here").exit_code, 127);
  EXPECT_EQ(run(*server, "kill -9 $$").exit_code, -1);
}

TEST_F(SshTest, CarriesInputToTheCommand) {
  auto server = shell();
  EXPECT_EQ(run(*server, "tr a-z A-Z", "some words").out, "SOME WORDS");
  const std::string much(900'000, 'x');
  EXPECT_EQ(run(*server, "cat", much).out, much);
  EXPECT_EQ(run(*server, "exit 5", std::string(4'000'000, 'x')).exit_code, 5);
}

TEST_F(SshTest, OutputIsCapped) {
  auto server = shell();
  for (const std::string command : {"yes", "yes >&2"}) {
    auto result = server->run(command, "", in(seconds(20)));
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), ErrorKind::Protocol);
  }
  EXPECT_EQ(run(*server, "echo fine").out, "fine\n");
}

TEST_F(SshTest, ATimeoutComesInTimeAndLeavesTheSessionUsable) {
  auto server = shell();
  const auto before = kClock.steady_now();
  auto result = server->run("sleep 5", "", in(milliseconds(300)));
  const auto took = kClock.steady_now() - before;
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Timeout);
  EXPECT_GE(took, milliseconds(300));
  EXPECT_LT(took, milliseconds(1500));
  EXPECT_EQ(run(*server, "echo fine").out, "fine\n");
}

// P11: nothing is learnt on first use, and no other key is taken.
TEST_F(SshTest, AnUnknownHostIsRefused) {
  auto target = sshd_->target();
  target.known_hosts_file = sshd_->path("empty_hosts");
  write_file(target.known_hosts_file, "");
  const auto error = refusal(target);
  EXPECT_EQ(error.kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(error.message(), HasSubstr("ssh-keyscan -p " + std::to_string(target.port) + " 127.0.0.1"));
  EXPECT_THAT(error.message(), HasSubstr("SHA256:"));
  EXPECT_EQ(read_file(target.known_hosts_file), "");
}

TEST_F(SshTest, AMissingKnownHostsFileIsRefused) {
  auto target = sshd_->target();
  target.known_hosts_file = sshd_->path("no_such_file");
  EXPECT_THAT(refusal(target).message(), HasSubstr("no_such_file cannot be read"));
  EXPECT_FALSE(std::filesystem::exists(target.known_hosts_file));
}

TEST_F(SshTest, AChangedHostKeyIsRefused) {
  auto target = sshd_->target();
  sshd_->make_key("other_host_key");
  target.known_hosts_file = sshd_->path("changed_hosts");
  write_file(target.known_hosts_file,
             "[127.0.0.1]:" + std::to_string(target.port) + " " + read_file(sshd_->path("other_host_key.pub")));
  const auto error = refusal(target);
  EXPECT_EQ(error.kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(error.message(), HasSubstr("ssh-keygen -R '[127.0.0.1]:"));
}

TEST_F(SshTest, AHostWithAKeyOfAnotherTypeIsRefused) {
  auto target = sshd_->target();
  ASSERT_EQ(fakes::run_program({"ssh-keygen", "-q", "-t", "rsa", "-N", "", "-f", sshd_->path("rsa_host_key")}), 0);
  target.known_hosts_file = sshd_->path("rsa_hosts");
  write_file(target.known_hosts_file,
             "[127.0.0.1]:" + std::to_string(target.port) + " " + read_file(sshd_->path("rsa_host_key.pub")));
  const auto error = refusal(target);
  EXPECT_TRUE(error.kind() == ErrorKind::Unauthorized || error.kind() == ErrorKind::Unavailable) << error.message();
}

TEST_F(SshTest, ARevokedHostKeyIsRefused) {
  auto target = sshd_->target();
  const std::string good = read_file(target.known_hosts_file);
  target.known_hosts_file = sshd_->path("revoked_hosts");
  write_file(target.known_hosts_file, good + "@revoked * " + read_file(sshd_->path("host_key.pub")));
  const auto error = refusal(target);
  EXPECT_EQ(error.kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(error.message(), HasSubstr("@revoked"));
}

TEST_F(SshTest, AnotherNameCanBeLookedUp) {
  auto target = sshd_->target();
  target.known_as = "backend-2";
  EXPECT_THAT(refusal(target).message(), HasSubstr("[backend-2]:"));
  target.known_hosts_file = sshd_->path("named_hosts");
  write_file(target.known_hosts_file,
             "[backend-2]:" + std::to_string(target.port) + " " + read_file(sshd_->path("host_key.pub")));
  EXPECT_EQ(run(*shell(target), "echo fine").out, "fine\n");
}

TEST_F(SshTest, AWrongUserKeyIsRefused) {
  auto target = sshd_->target();
  target.key_file = sshd_->make_key("stranger_key");
  const auto error = refusal(target);
  EXPECT_EQ(error.kind(), ErrorKind::Unauthorized);
  EXPECT_THAT(error.message(), HasSubstr("authorized_keys"));
}

TEST_F(SshTest, AnUnusableKeyFileIsExplained) {
  auto target = sshd_->target();
  target.key_file = sshd_->path("no_key");
  EXPECT_THAT(refusal(target).message(), HasSubstr("no_key cannot be read"));
  target.key_file = sshd_->make_key("locked_key", "a passphrase");
  EXPECT_THAT(refusal(target).message(), HasSubstr("without a passphrase"));
  target.key_file = sshd_->path("known_hosts");
  EXPECT_EQ(refusal(target).kind(), ErrorKind::Unauthorized);
}

TEST_F(SshTest, AnAgentsKeyLogsIn) {
  auto target = sshd_->target();
  const std::string socket = sshd_->path("agent");
  const std::string environment = sshd_->path("agent.sh");
  const std::string start = "ssh-agent -s -a " + socket + " >" + environment + " && SSH_AUTH_SOCK=" + socket +
                            " ssh-add -q " + target.key_file;
  ASSERT_EQ(fakes::run_program({"sh", "-c", start}), 0);
  target.key_file = "";
  ::setenv("SSH_AUTH_SOCK", socket.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): no other thread runs
  EXPECT_EQ(run(*shell(target), "echo fine").out, "fine\n");
  ::unsetenv("SSH_AUTH_SOCK");  // NOLINT(concurrency-mt-unsafe)
  EXPECT_THAT(refusal(target).message(), HasSubstr("no SSH agent"));
  EXPECT_EQ(fakes::run_program({"sh", "-c", ". " + environment + " >/dev/null; kill $SSH_AGENT_PID"}), 0);
}

TEST_F(SshTest, AClosedPortIsUnavailable) {
  RealSshd stopped;
  const auto target = stopped.target();
  stopped.kill_listener();
  const auto error = refusal(target);
  EXPECT_EQ(error.kind(), ErrorKind::Unavailable);
  EXPECT_THAT(error.message(), HasSubstr("refused"));
}

TEST_F(SshTest, ASilentServerIsATimeout) {
  RealSshd stopped;
  const auto children = fakes::children_of(::getpid());
  ::kill(children.back(), SIGSTOP);  // the kernel goes on accepting for it
  auto made = connect(stopped.target(), kClock, in(milliseconds(500)));
  ::kill(children.back(), SIGCONT);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().kind(), ErrorKind::Timeout);
}

TEST_F(SshTest, SpeaksToAnIpv6Literal) {
  RealSshd::Options options;
  options.address = "::1";
  if (!std::filesystem::exists("/proc/net/if_inet6")) {
    GTEST_SKIP() << "no IPv6 here";
  }
  RealSshd six(options);
  EXPECT_EQ(run(*shell(six.target()), "echo fine").out, "fine\n");
}

TEST_F(SshTest, LinesArriveAtOnce) {
  auto server = shell();
  auto echo = talk(*server, "cat");
  std::vector<std::chrono::nanoseconds> times;
  for (int i = 0; i < 50; ++i) {
    const auto before = kClock.steady_now();
    const std::string line = "line " + std::to_string(i);
    ASSERT_TRUE(echo->send_line(line, in(seconds(5))));
    auto back = echo->read_line(in(seconds(5)));
    ASSERT_TRUE(back) << back.error().to_string();
    EXPECT_EQ(*back, line);
    times.push_back(kClock.steady_now() - before);
  }
  std::nth_element(times.begin(), times.begin() + 25, times.end());
  EXPECT_LT(times[25], milliseconds(20));
  RecordProperty("median_us", std::to_string(times[25].count() / 1000));
}

TEST_F(SshTest, AConversationHasAnEnd) {
  auto server = shell();
  auto words = talk(*server, "while read -r line; do echo \"<$line>\"; done; echo over; echo last words >&2");
  ASSERT_TRUE(words->send_line("a", in(seconds(5))));
  EXPECT_EQ(*words->read_line(in(seconds(5))), "<a>");
  words->close_input();
  EXPECT_EQ(*words->read_line(in(seconds(5))), "over");
  auto end = words->read_line(in(seconds(5)));
  ASSERT_TRUE(end) << end.error().to_string();
  EXPECT_FALSE(*end);
  EXPECT_EQ(words->error_output(), "last words\n");
  EXPECT_FALSE(words->send_line("b", in(seconds(5))));
}

TEST_F(SshTest, ReadingTimesOutAndCanGoOn) {
  auto server = shell();
  auto echo = talk(*server, "cat");
  auto none = echo->read_line(in(milliseconds(100)));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind(), ErrorKind::Timeout);
  ASSERT_TRUE(echo->send_line("still there", in(seconds(5))));
  EXPECT_EQ(*echo->read_line(in(seconds(5))), "still there");
}

TEST_F(SshTest, EndlessAndHalfLinesAreRefused) {
  auto server = shell();
  for (const std::string command : {"yes | tr -d '\\n'", "printf 'RELEASED intact 12'", "yes"}) {
    auto words = talk(*server, command);
    support::Result<std::optional<std::string>> line;
    do {
      line = words->read_line(in(seconds(20)));
    } while (line && *line == "y" && command != "yes");
    if (command == "yes") {
      EXPECT_EQ(*line, "y");
      continue;
    }
    ASSERT_FALSE(line) << command;
    EXPECT_EQ(line.error().kind(), ErrorKind::Protocol) << command;
  }
}

TEST_F(SshTest, EndingAConversationEndsTheCommandsInput) {
  auto server = shell();
  const std::string fifo = sshd_->path("fifo");
  ASSERT_EQ(fakes::run_program({"mkfifo", fifo}), 0);
  auto words = talk(*server, "echo ready; cat; echo ended > " + fifo);
  EXPECT_EQ(*words->read_line(in(seconds(5))), "ready");
  words.reset();
  EXPECT_EQ(read_file(fifo), "ended\n");
}

TEST_F(SshTest, AKilledSshdIsUnavailable) {
  RealSshd mortal;
  auto server = shell(mortal.target());
  auto words = talk(*server, "cat");
  ASSERT_TRUE(words->send_line("a", in(seconds(5))));
  EXPECT_EQ(*words->read_line(in(seconds(5))), "a");
  mortal.kill_sessions();
  const auto before = kClock.steady_now();
  auto line = words->read_line(in(seconds(20)));
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().kind(), ErrorKind::Unavailable) << line.error().to_string();
  EXPECT_LT(kClock.steady_now() - before, seconds(2));
  auto sent = words->send_line("b", in(seconds(5)));
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind(), ErrorKind::Unavailable);
  auto result = server->run("true", "", in(seconds(5)));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind(), ErrorKind::Unavailable);
}

// An idle hold must outlive a server that asks its clients whether they are alive.
TEST_F(SshTest, AnIdleConversationAnswersTheServer) {
  RealSshd::Options options;
  options.config = {"ClientAliveInterval 1", "ClientAliveCountMax 2"};
  RealSshd strict(options);
  auto server = shell(strict.target());
  auto words = talk(*server, "cat");
  support::SystemClock().sleep_for(seconds(5));
  ASSERT_TRUE(words->send_line("still there", in(seconds(5))));
  EXPECT_EQ(*words->read_line(in(seconds(5))), "still there");
}

TEST_F(SshTest, CommandsRunBesideAConversation) {
  auto server = shell();
  auto words = talk(*server, "cat");
  EXPECT_EQ(run(*server, "echo fine").out, "fine\n");
  ASSERT_TRUE(words->send_line("a", in(seconds(5))));
  EXPECT_EQ(*words->read_line(in(seconds(5))), "a");
}

TEST_F(SshTest, AThreadThatCannotBeMadeIsUnavailable) {
  auto server = shell();
  const size_t before = open_descriptors();
  // A stack that fits into no address space.
  pthread_attr_t usual;
  pthread_attr_t huge;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_getattr_default_np(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, size_t{1} << 52U), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  const auto started = server->start("cat", in(seconds(20)));
  ASSERT_EQ(pthread_setattr_default_np(&usual), 0);
  pthread_attr_destroy(&usual);
  pthread_attr_destroy(&huge);
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind(), ErrorKind::Unavailable);
  EXPECT_THAT(started.error().message(), HasSubstr("no thread"));
  EXPECT_EQ(run(*server, "echo well").out, "well\n");
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(SshTest, OneSessionAThread) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      auto server = shell();
      auto words = talk(*server, "cat");
      const std::string line = std::to_string(i);
      EXPECT_TRUE(words->send_line(line, in(seconds(10))));
      EXPECT_EQ(*words->read_line(in(seconds(10))), line);
      EXPECT_EQ(run(*server, "echo " + line).out, line + "\n");
    });
  }
}

TEST_F(SshTest, LeavesNoDescriptorOpen) {
  RealSshd mortal;
  run(*shell(mortal.target()), "true");
  const size_t before = open_descriptors();
  auto stranger = sshd_->target();
  stranger.key_file = sshd_->path("user_key.pub");
  auto nobody = sshd_->target();
  nobody.known_hosts_file = sshd_->path("missing");
  auto bad_user = sshd_->target();
  bad_user.user = "";
  for (int i = 0; i < 3; ++i) {
    run(*shell(), "true");
    refusal(stranger);
    refusal(nobody);
    refusal(bad_user);
    auto lost = shell(mortal.target());
    mortal.kill_sessions();
    EXPECT_FALSE(lost->run("true", "", in(seconds(20))));
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace stillpoint::ssh
