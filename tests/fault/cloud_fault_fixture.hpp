#pragma once

// Whole passes over HTTP against the embedded cloud with faults of docs/cloud-faults.md. The helper on the server is a
// scripted one. Sleeps of more than a few polls are skipped, so that back-off and `Retry-After` cost no time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "cloudsim/cloudsim.hpp"
#include "contract/project.hpp"
#include "executor/pass.hpp"
#include "fakes/fake_servers.hpp"
#include "fakes/objects.hpp"
#include "fakes/skipping_clock.hpp"
#include "openstack/openstack_cloud.hpp"
#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint {

/// The path of one snapshot, as a fault's pattern.
inline constexpr const char* kOneSnapshot = "/snapshots/[0-9a-f-]{36}$";

class CloudFaults : public ::testing::Test {
 protected:
  using ActionResult = executor::ActionResult;
  using Outcome = executor::ActionResult::Outcome;
  using PassResult = executor::PassResult;
  using json = nlohmann::json;

  /// Sleeps below `slept` are real ones.
  explicit CloudFaults(std::chrono::milliseconds slept = std::chrono::milliseconds(250))
      : clock_(slept), sim_(options()) {
    config_.name = "sim";
    config_.source = "the test";
    config_.auth_url = sim_.url() + "/identity/v3";
    config_.username = config_.project_name = "sim";
    config_.user_domain_name = config_.project_domain_name = "Default";
    config_.password = support::Secret(sim_.password());
    contract::Project project(config_, clock_);
    server_ = project.create_server("backend-2");
    volume_ = project.create_volume("mysql_data", "");
    project.attach(server_, volume_);
    connect();
    make_policy();
  }

  static cloudsim::Options options() {
    cloudsim::Options options;
    options.cut_delay = std::chrono::milliseconds(30);
    options.quota_snapshots = 100;
    return options;
  }

  /// Opens the cloud anew. Few tries: each fault is for all of them, and what a try more would do is http's own affair.
  void connect(std::chrono::milliseconds request_timeout = std::chrono::seconds(10),
               const openstack::ListingLimits& limits = {}) {
    http::Options options;
    options.max_tries = 3;
    options.request_timeout = request_timeout;
    auto client = http::make_client(std::move(options), clock_, [this](const http::Tried& tried) {
      const auto token = tried.request.headers.find("X-Auth-Token");
      if (token != tried.request.headers.end()) {
        const std::lock_guard lock(mutex_);
        tokens_.insert(token->second);
      }
    });
    auto connected = openstack::connect_over(std::move(client), config_, clock_, limits);
    ASSERT_TRUE(connected) << connected.error().to_string();
    cloud_ = std::move(*connected);
  }

  void make_policy() {
    policy_ = fakes::policy();
    policy_.schedule.cron = {"5 1 1 1 *"};
    policy_.datasets[0].hold.freeze = false;
    policy_.datasets[0].hold.max_hold = std::chrono::seconds(10);
  }
  void hold_for(std::chrono::milliseconds longest) { policy_.datasets[0].hold.max_hold = longest; }

  support::Result<PassResult> try_pass(const planner::Wishes& wishes = {}) {
    executor::HoldGate gate({}, clock_);
    return executor::run_pass(
        {*cloud_, servers_, clock_, support::null_log(), executor::null_observer(), gate, "default"}, {policy_}, wishes,
        [](const ActionResult&) {});
  }
  /// A pass that serves what is due; nothing is, by the schedule.
  PassResult pass(const planner::Wishes& wishes = {}) {
    auto ended = try_pass(wishes);
    EXPECT_TRUE(ended) << ended.error().to_string();
    return ended ? std::move(*ended) : PassResult();
  }
  /// A pass that makes a point of `slot`.
  PassResult make_point(support::WallTime slot) {
    planner::Wishes wishes;
    wishes.slot_now = slot;
    return pass(wishes);
  }
  PassResult make_point() { return make_point(this_second()); }
  support::WallTime this_second() const { return std::chrono::floor<std::chrono::seconds>(clock_.wall_now()); }
  support::Deadline soon() const { return support::Deadline::after(clock_, std::chrono::seconds(20)); }

  /// Both clocks go on: what was begun is over, and may be swept.
  void pass_time(std::chrono::seconds time) {
    clock_.advance(time);
    passed_ += time;
    settings({{"clock_offset_s", passed_.count()}});
  }

  void fault(const json& rule) { sim_.control("POST", "/sim/faults", rule.dump()); }
  /// A kind of fault for every such request until `calm`.
  void fault_always(const std::string& kind, json more = json::object()) {
    more.update({{"kind", kind}, {"count", -1}});
    fault(more);
  }
  void calm() { sim_.end_faults(); }
  void settings(const json& values) { sim_.control("POST", "/sim/settings", values.dump()); }

  /// How often a method was served at paths that end like this since `forget_requests`.
  int served(const std::string& method, const std::string& end) {
    const json seen = json::parse(sim_.control("GET", "/sim/requests"));
    int count = 0;
    for (const auto& entry : seen.at("requests")) {
      if (entry.at("method") == method && entry.at("path").get<std::string>().ends_with(end)) {
        count += entry.at("count").get<int>();
      }
    }
    return count;
  }
  int served_deletes() { return served("DELETE", ""); }
  int writes() { return json::parse(sim_.control("GET", "/sim/requests")).at("writes").get<int>(); }
  void forget_requests() { sim_.control("DELETE", "/sim/requests"); }

  std::vector<inventory::Attempt> attempts() {
    std::vector<inventory::Attempt> all;
    const auto snapshots = cloud_->list_snapshots(soon());
    EXPECT_TRUE(snapshots) << snapshots.error().to_string();
    if (!snapshots) {
      return all;
    }
    for (const auto& [key, series] : inventory::assemble(*snapshots, "default").series) {
      for (const auto& point : series) {
        all.insert(all.end(), point.attempts.begin(), point.attempts.end());
      }
    }
    return all;
  }
  /// Waits for what a fault has put off.
  template <class Condition>
  void await(Condition is_so) {
    while (!is_so()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  static int count(const PassResult& result, Outcome outcome) {
    return static_cast<int>(std::count_if(result.results.begin(), result.results.end(),
                                          [&](const ActionResult& action) { return action.outcome == outcome; }));
  }
  static std::string errors(const PassResult& result) {
    std::string text;
    for (const auto& action : result.results) {
      text += action.error ? action.error->to_string() + "\n" : "";
    }
    return text;
  }
  static std::vector<std::string> reasons(const planner::Plan& plan) {
    std::vector<std::string> all;
    for (const auto& action : plan.actions) {
      all.push_back(action.reason);
    }
    return all;
  }

  /// One point was made, by one hold and one POST for its volume.
  void expect_one_point(const PassResult& result) {
    EXPECT_EQ(count(result, Outcome::Failed), 0) << errors(result);
    const auto made = attempts();
    ASSERT_EQ(made.size(), 1U);
    EXPECT_EQ(made[0].state, inventory::AttemptState::Complete);
    EXPECT_EQ(made[0].consistency, policy::Consistency::Application);
    EXPECT_EQ(script_.count("hold"), 1);
    EXPECT_EQ(served("POST", "/snapshots"), 1);
  }
  /// The database was held once, and let go without a point; nothing else was tried in the pass.
  void expect_let_go(const PassResult& result) {
    EXPECT_EQ(count(result, Outcome::Failed), 1) << errors(result);
    EXPECT_EQ(script_.count("hold"), 1);
    EXPECT_EQ(script_.count("abort"), 1);
    EXPECT_EQ(script_.count("release"), 0);
    EXPECT_LE(served("POST", "/snapshots"), 1) << "not repeated";
  }

  fakes::SkippingClock clock_;
  cloudsim::CloudSim sim_;
  openstack::CloudConfig config_;
  std::unique_ptr<cloud::Cloud> cloud_;
  cloud::ServerId server_;
  cloud::VolumeId volume_;
  policy::Policy policy_;
  fakes::ServerScript script_;
  fakes::FakeServers servers_{script_, clock_};
  std::mutex mutex_;
  std::set<std::string> tokens_;  ///< that were sent
  std::chrono::seconds passed_{0};
};

/// The same for each of several kinds of fault.
class CloudFaultKinds : public CloudFaults, public ::testing::WithParamInterface<const char*> {
 protected:
  using CloudFaults::CloudFaults;
};

inline std::string kind_name(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace stillpoint
