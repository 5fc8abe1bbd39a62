#include "quiesce/protocol.hpp"

#include <gtest/gtest.h>

#include <random>

namespace stillpoint::quiesce {
namespace {

using std::chrono::milliseconds;
using support::ErrorKind;

template <class T>
T parsed(const std::string& line) {
  auto reply = parse_reply(line);
  EXPECT_TRUE(reply) << line;
  EXPECT_TRUE(reply && std::holds_alternative<T>(*reply)) << line;
  return reply && std::holds_alternative<T>(*reply) ? std::get<T>(*reply) : T{};
}

TEST(ParseReply, ReadsEachKindOfLine) {
  EXPECT_EQ(parsed<reply::Greeting>("STILLPOINT 1 0.3.0").protocol, 1);
  EXPECT_EQ(parsed<reply::Greeting>("STILLPOINT 1 0.3.0").version, "0.3.0");
  EXPECT_EQ(parsed<reply::Fact>("FACT engine mariadb 10.11.6").key, "engine");
  EXPECT_EQ(parsed<reply::Fact>("FACT engine mariadb 10.11.6").value, "mariadb 10.11.6");
  EXPECT_EQ(parsed<reply::Fact>("FACT log_bin").value, "");
  EXPECT_EQ(parsed<reply::Mount>("MOUNT /var/lib/my sql").path, "/var/lib/my sql");
  EXPECT_EQ(parsed<reply::Provable>("PROVABLE application").level, policy::Consistency::Application);
  EXPECT_EQ(parsed<reply::Provable>("PROVABLE crash").level, policy::Consistency::Crash);
  parsed<reply::Ok>("OK");
  parsed<reply::Locked>("LOCKED");
  parsed<reply::Ready>("READY");
  parsed<reply::Armed>("ARMED");
  EXPECT_EQ(parsed<reply::Refused>("REFUSED no-space only 3 MiB left").code, "no-space");
  EXPECT_EQ(parsed<reply::Refused>("REFUSED no-space only 3 MiB left").message, "only 3 MiB left");
  EXPECT_EQ(parsed<reply::Position>("POSITION gtid 0-1-42").value, "0-1-42");
  EXPECT_EQ(parsed<reply::Held>("HELD deadbeef 17").used, milliseconds(17));
  EXPECT_EQ(parsed<reply::Released>("RELEASED intact 1234").held, milliseconds(1234));
  EXPECT_EQ(parsed<reply::Released>("RELEASED intact 1234").problem, "");
  EXPECT_EQ(parsed<reply::Released>("RELEASED broken 5 lock session gone").problem, "lock session gone");
  EXPECT_EQ(parsed<reply::Service>("SERVICE up 900").problem, "");
  EXPECT_EQ(parsed<reply::Service>("SERVICE down failed to start").problem, "failed to start");
  EXPECT_EQ(parsed<reply::Aborted>("ABORTED 12").held, milliseconds(12));
}

TEST(ParseReply, ReadsVerdicts) {
  EXPECT_EQ(parsed<VerdictReport>("VERDICT intact 77").verdict, Verdict::Intact);
  EXPECT_EQ(parsed<VerdictReport>("VERDICT intact 77").held, milliseconds(77));
  EXPECT_EQ(parsed<VerdictReport>("VERDICT broken 77 thawed by somebody").reason, "thawed by somebody");
  EXPECT_EQ(parsed<VerdictReport>("VERDICT broken 77 x").verdict, Verdict::NotIntact);
  EXPECT_EQ(parsed<VerdictReport>("VERDICT held").verdict, Verdict::Held);
  EXPECT_EQ(parsed<VerdictReport>("VERDICT unknown").verdict, Verdict::Unknown);
}

// P2: nothing but the exact words may be taken for a proof, and a broken hold never loses its problem.
TEST(ParseReply, TakesNothingElseForAProof) {
  EXPECT_FALSE(parsed<reply::Released>("RELEASED broken 5").problem.empty());
  EXPECT_FALSE(parsed<reply::Service>("SERVICE down").problem.empty());
  for (const std::string line : {"RELEASED",
                                 "RELEASED intact",
                                 "RELEASED intact ",
                                 "RELEASED intact x",
                                 "RELEASED intact 12 but",
                                 "RELEASED intact 12 ",
                                 "RELEASED  intact 12",
                                 " RELEASED intact 12",
                                 "released intact 12",
                                 "RELEASED Intact 12",
                                 "RELEASED intact -1",
                                 "RELEASED intact +1",
                                 "RELEASED intact 0x1",
                                 "RELEASED intact 1.5",
                                 "RELEASED intact 99999999999",
                                 "RELEASED intact\t12",
                                 "RELEASED intact 12\r",
                                 "RELEASED broken",
                                 "RELEASED ok 12",
                                 "VERDICT",
                                 "VERDICT intact",
                                 "VERDICT held 3",
                                 "VERDICT unknown x",
                                 "VERDICT intact 1 2",
                                 "VERDICT broken"}) {
    auto reply = parse_reply(line);
    ASSERT_FALSE(reply) << line;
    EXPECT_EQ(reply.error().kind(), ErrorKind::Protocol) << line;
  }
}

TEST(ParseReply, RefusesHostileLines) {
  const std::string nul("OK\0", 3);
  for (const std::string& line : std::vector<std::string>{"",
                                                          " ",
                                                          "OK ",
                                                          "OK fine",
                                                          "ok",
                                                          "LOCKED 1",
                                                          "ARMED now",
                                                          "FACT",
                                                          "FACT  x",
                                                          "FACT k\x1b[31m v",
                                                          "FACT " + std::string(65, 'k') + " v",
                                                          "FACT k \x1b]0;owned\x07",
                                                          "FACT ../k v",
                                                          "MOUNT",
                                                          "MOUNT relative",
                                                          "MOUNT /a\tb",
                                                          "PROVABLE",
                                                          "PROVABLE unproven",
                                                          "PROVABLE best",
                                                          "HELD",
                                                          "HELD deadbeef",
                                                          "HELD ../../etc 1",
                                                          "HELD DEADBEEF 1",
                                                          "HELD abc 1",
                                                          "STILLPOINT",
                                                          "STILLPOINT one 0.2.0",
                                                          "STILLPOINT 1 0.3.0 extra",
                                                          "SERVICE",
                                                          "SERVICE up",
                                                          "SERVICE up 1 2",
                                                          "SERVICE sideways 1",
                                                          "ABORTED",
                                                          "POSITION",
                                                          "REFUSED",
                                                          "REFUSED busy\nOK",
                                                          nul,
                                                          "FACT k " + std::string(kMaxReplyBytes, 'v')}) {
    auto reply = parse_reply(line);
    ASSERT_FALSE(reply) << line.substr(0, 40);
    EXPECT_EQ(reply.error().kind(), ErrorKind::Protocol);
    EXPECT_LT(reply.error().message().size(), 200U);
    EXPECT_EQ(reply.error().message().find_first_of("\x1b\x07\t\n"), std::string::npos);
  }
}

TEST(ParseReply, MakesForeignTextPrintable) {
  EXPECT_EQ(parsed<reply::Refused>("REFUSED database caf\xc3\xa9").message, "caf??");
  EXPECT_EQ(parsed<reply::Mount>("MOUNT /caf\xc3\xa9").path, "/caf\xc3\xa9");
}

TEST(ParseReply, SurvivesRandomChangesOfRealLines) {
  const std::vector<std::string> lines{
      "STILLPOINT 1 0.3.0",     "FACT engine mariadb 10.11", "MOUNT /srv",     "PROVABLE crash", "HELD deadbeef 17",
      "RELEASED broken 5 gone", "VERDICT intact 77",         "REFUSED busy x", "SERVICE down x", "POSITION gtid 0-1-2"};
  std::mt19937 random(7);
  for (int round = 0; round < 20000; ++round) {
    std::string line = lines[random() % lines.size()];
    for (unsigned change = random() % 4; change > 0 && !line.empty(); --change) {
      const size_t at = random() % line.size();
      switch (random() % 3) {
        case 0:
          line[at] = static_cast<char>(random());
          break;
        case 1:
          line.erase(at, 1 + random() % 4);
          break;
        default:
          line.insert(at, 1, " 0-\t"[random() % 4]);
      }
    }
    auto reply = parse_reply(line);
    if (reply && std::holds_alternative<reply::Released>(*reply) && !line.starts_with("RELEASED intact ")) {
      EXPECT_FALSE(std::get<reply::Released>(*reply).problem.empty()) << line;
    }
  }
}

TEST(Refusal, IsBusyOrRemoteAndSaysWhatToDo) {
  const auto busy = refusal({"busy", "attempt deadbeef has the host lock"}, "backend-2");
  EXPECT_EQ(busy.kind(), ErrorKind::Busy);
  EXPECT_NE(busy.to_string().find("next pass"), std::string::npos);
  for (const std::string code : {"bad-request", "missing-command", "no-space", "volume-mismatch", "unsafe-mount",
                                 "database", "long-query", "privileges", "cluster", "writer", "service", "unsupported",
                                 "frozen", "lock-timeout", "internal", "new-code"}) {
    const auto error = refusal({code, "because"}, "backend-2");
    EXPECT_EQ(error.kind(), ErrorKind::Remote) << code;
    EXPECT_TRUE(error.message().starts_with("backend-2 refused (" + code + "): because")) << error.message();
  }
}

HoldRequest request() {
  HoldRequest request;
  request.attempt = "0123456789abcdef";
  request.server_name = "backend-2";
  request.hold.driver = policy::Driver::Mariadb;
  request.hold.method = policy::Method::BackupStage;
  request.hold.freeze = true;
  request.volumes = {cloud::VolumeId("vol-1"), cloud::VolumeId("vol-2")};
  return request;
}

std::vector<std::string> lines_of(const HoldRequest& request) {
  auto lines = request_lines(request);
  EXPECT_TRUE(lines) << (lines ? "" : lines.error().to_string());
  return lines ? *lines : std::vector<std::string>();
}

TEST(RequestLines, TellEverythingOnce) {
  EXPECT_EQ(lines_of(request()),
            (std::vector<std::string>{"SET attempt 0123456789abcdef", "SET driver mariadb", "SET method backupStage",
                                      "SET freeze yes", "SET max-hold-ms 20000", "SET start-timeout-ms 60000",
                                      "SET volume vol-1", "SET volume vol-2"}));
}

TEST(RequestLines, TellThePointIfThereIsOne) {
  auto wanted = request();
  wanted.point = "00112233445566aa";
  EXPECT_EQ(lines_of(wanted)[1], "SET point 00112233445566aa");
}

TEST(RequestLines, TellTheClusterOnlyToMembers) {
  auto member = request();
  member.cluster.name = "edx-galera";
  member.cluster.min_healthy_members = 2;
  member.writer = WriterRole::Writer;
  const auto lines = lines_of(member);
  const std::vector<std::string> tail(lines.end() - 4, lines.end());
  EXPECT_EQ(tail, (std::vector<std::string>{"SET cluster edx-galera", "SET min-healthy 2", "SET allow-writer no",
                                            "SET writer yes"}));
}

TEST(RequestLines, RefuseWhatWouldBreakTheLine) {
  auto newline = request();
  newline.hold.socket = "/run/x\nHOLD";
  auto volume = request();
  volume.volumes = {cloud::VolumeId("")};
  auto attempt = request();
  attempt.attempt = "../../x";
  auto point = request();
  point.point = "$(reboot)";
  auto method = request();
  method.hold.method = policy::Method::Filesystem;
  auto endless = request();
  endless.hold.defaults_file = std::string(2000, 'x');
  for (const auto& bad : {newline, volume, attempt, point, method, endless}) {
    auto lines = request_lines(bad);
    ASSERT_FALSE(lines);
    EXPECT_EQ(lines.error().kind(), ErrorKind::InvalidInput);
  }
}

}  // namespace
}  // namespace stillpoint::quiesce
