// Passes over several datasets of one server, and over members of a cluster.

#include "executor/other_members.hpp"
#include "fault/pass_fixture.hpp"
#include "quiesce/protocol.hpp"

namespace stillpoint {
namespace {

class TwoDatasets : public PassTest {
 protected:
  TwoDatasets() {
    project_->attach(server_, project_->create_volume("mongodb_data", ""));
    policy_.datasets.push_back(policy_.datasets.front());
    policy_.datasets.back().name = "mongodb";
    policy_.datasets.back().volumes.name_contains = "mongodb_data";
  }
  void share() {
    for (auto& dataset : policy_.datasets) {
      dataset.hold.shared_window = true;
    }
  }
  /// Each of whose points says so.
  std::vector<std::string> windows() {
    std::vector<std::string> all;
    for (const auto& attempt : attempts()) {
      all.push_back(attempt.own().window);
    }
    return all;
  }
};

TEST_F(TwoDatasets, AreHeldOneAfterTheOther) {
  const auto result = pass(this_second());
  EXPECT_EQ(count(result, ActionResult::Outcome::Done), 2) << errors(result);
  EXPECT_EQ(script_.calls,
            (std::vector<std::string>{"probe", "lock", "hold", "release", "probe", "lock", "hold", "release"}));
  EXPECT_EQ(windows(), (std::vector<std::string>{"", ""}));
}

TEST_F(TwoDatasets, ThatShareAWindowAreOfOneInstant) {
  share();
  const auto result = pass(this_second());
  EXPECT_EQ(count(result, ActionResult::Outcome::Done), 2) << errors(result);
  ASSERT_EQ(script_.calls.size(), 10U);
  const auto at = [&](size_t i) { return script_.calls[i]; };
  EXPECT_EQ(std::count(script_.calls.begin(), script_.calls.begin() + 6, "ready"), 2)
      << "all are ready before one holds";
  EXPECT_EQ(at(6) + at(7) + at(8) + at(9), "holdholdreleaserelease");
  ASSERT_EQ(windows().size(), 2U);
  EXPECT_NE(windows()[0], "");
  EXPECT_EQ(windows()[0], windows()[1]);
}

TEST_F(TwoDatasets, OfOneWindowOneIsMadeWhereTheOtherCannotBe) {
  share();
  fault({{"method", "POST"}, {"path_regex", "/snapshots$"}, {"status", 500}});
  const auto result = pass(this_second());
  EXPECT_EQ(count(result, ActionResult::Outcome::Done), 1) << errors(result);
  EXPECT_EQ(count(result, ActionResult::Outcome::Failed), 1);
  EXPECT_EQ(script_.count("release"), 1);
  EXPECT_EQ(script_.count("abort"), 1);
}

TEST_F(PassTest, P10NoMemberIsHeldWhileAnotherIsNotWell) {
  const auto other = project_->create_server("backend-3");
  project_->attach(other, project_->create_volume("mysql_data", ""));
  policy_.cluster.name = "edx";
  policy_.servers.names = {"backend-2", "backend-3"};
  policy_.cluster.min_healthy_members = 1;
  auto& dataset = policy_.datasets.front();
  dataset.hold.method = policy::Method::StopService;
  executor::HoldGate gate({}, clock_);
  const executor::Context context{*cloud_, servers_, clock_, support::null_log(), executor::null_observer(),
                                  gate,    "default"};
  cloud::Server own;
  own.id = server_;
  const auto ask = [&] { return executor::check_other_members(context, {policy_, dataset, own, {}}); };
  EXPECT_TRUE(ask());
  script_.probe_errors.emplace("backend-3", support::Error(support::ErrorKind::Remote, "mariadb is not running"));
  EXPECT_EQ(ask().error().kind(), support::ErrorKind::Busy);
  EXPECT_EQ(
      ask().error().to_string(),
      "1 members of cluster 'edx' are well and 2 are wanted before one is held; server 'backend-3': mariadb is not "
      "running");
  policy_.cluster.min_healthy_members = 2;
  EXPECT_FALSE(ask()) << "itself and another";
  for (const std::string code : {"busy", "cluster", "database", "service", "long-query", "volume-mismatch"}) {
    script_.probe_errors.at("backend-3") = quiesce::refusal({code, "why"}, "backend-3");
    EXPECT_EQ(ask().has_value(), code.find('-') != std::string::npos) << code;
  }
  script_.probe_errors.at("backend-3") = support::Error(support::ErrorKind::Remote, "mariadb is not running");
  policy_.servers.names = {"backend-2"};
  EXPECT_TRUE(ask()) << "the policy selects no other";
  policy_.servers.names = {"backend-2", "backend-3"};
  dataset.hold.method = policy::Method::BackupStage;
  EXPECT_FALSE(ask()) << "one that is locked falls behind, too";
  dataset.hold.method = policy::Method::Filesystem;
  EXPECT_TRUE(ask()) << "it has nothing to come back from";
}

TEST_F(PassTest, P10AClusterRestsWhileSomebodyElseMayHoldAMember) {
  policy_.cluster.name = "edx";
  policy_.cluster.min_healthy_members = 1;
  policy_.cluster.allow_writer = true;
  executor::HoldGate gate({}, clock_);
  const auto next = [&] {
    return gate.enter({"edx", cloud::ServerId("another"), "edx", {}, std::chrono::seconds(20)}, {});
  };
  EXPECT_TRUE(next());
  script_.lock_error = support::Error(support::ErrorKind::Busy, "held by attempt 0123456789abcdef");
  planner::Wishes wishes;
  wishes.slot_now = this_second();
  const auto ended =
      executor::run_pass({*cloud_, servers_, clock_, support::null_log(), executor::null_observer(), gate, "default"},
                         {policy_}, wishes, [](const ActionResult&) {});
  ASSERT_TRUE(ended) << ended.error().to_string();
  EXPECT_EQ(script_.count("lock"), 1) << errors(*ended);
  const auto refused = next();
  ASSERT_FALSE(refused) << "another member was let in";
  EXPECT_EQ(refused.error().kind(), support::ErrorKind::Busy);
}

}  // namespace
}  // namespace stillpoint
