#pragma once

// Whole passes over HTTP against the embedded cloud while it misbehaves. The helper on the server is a scripted one:
// what the real one does is tested in hold_script_test and on real databases.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cloudsim/cloudsim.hpp"
#include "contract/project.hpp"
#include "executor/pass.hpp"
#include "fakes/fake_servers.hpp"
#include "fakes/objects.hpp"
#include "openstack/openstack_cloud.hpp"
#include "support/text.hpp"

namespace stillpoint {

class PassTest : public ::testing::Test {
 protected:
  using ActionResult = executor::ActionResult;
  using PassResult = executor::PassResult;
  using json = nlohmann::json;
  using Consistency = policy::Consistency;

  PassTest() {
    cloudsim::Options options;
    options.cut_delay = std::chrono::milliseconds(30);
    sim_ = std::make_unique<cloudsim::CloudSim>(options);
    config_.name = "sim";
    config_.source = "the test";
    config_.auth_url = sim_->url() + "/identity/v3";
    config_.username = config_.project_name = "sim";
    config_.user_domain_name = config_.project_domain_name = "Default";
    config_.password = support::Secret(sim_->password());
    project_ = std::make_unique<contract::Project>(config_, clock_);
    server_ = project_->create_server("backend-2");
    volume_ = project_->create_volume("mysql_data", "");
    project_->attach(server_, volume_);
    auto connected = openstack::connect(config_, clock_);
    EXPECT_TRUE(connected) << connected.error().to_string();
    cloud_ = std::move(*connected);

    policy_ = fakes::policy();
    policy_.schedule.cron = {"5 1 1 1 *"};
    policy_.datasets[0].hold.freeze = false;
    policy_.datasets[0].hold.max_hold = std::chrono::seconds(2);
  }

  /// A pass that makes a point of `slot`, a whole second that is not later than now.
  PassResult pass(support::WallTime slot) {
    planner::Wishes wishes;
    wishes.slot_now = slot;
    return pass(wishes);
  }
  PassResult pass(const planner::Wishes& wishes = {}) {
    executor::HoldGate gate({}, clock_);  // one for each controller
    auto ended =
        executor::run_pass({*cloud_, servers_, clock_, support::null_log(), executor::null_observer(), gate, "default"},
                           {policy_}, wishes, [](const ActionResult&) {});
    EXPECT_TRUE(ended) << ended.error().to_string();
    return ended ? std::move(*ended) : PassResult();
  }
  support::WallTime this_second() const { return std::chrono::floor<std::chrono::seconds>(clock_.wall_now()); }
  support::Deadline soon() const { return support::Deadline::after(clock_, std::chrono::seconds(20)); }

  void fault(const json& rule) { sim_->control("POST", "/sim/faults", rule.dump()); }

  /// The attempts that exist, as the metadata tell.
  std::vector<inventory::Attempt> attempts() {
    std::vector<inventory::Attempt> all;
    const auto snapshots = cloud_->list_snapshots(soon());
    EXPECT_TRUE(snapshots);
    for (const auto& [key, series] : inventory::assemble(*snapshots, "default").series) {
      for (const auto& point : series) {
        all.insert(all.end(), point.attempts.begin(), point.attempts.end());
      }
    }
    return all;
  }
  static int count(const PassResult& result, ActionResult::Outcome outcome) {
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
  /// Requests that change something, served since `forget_requests`.
  int writes() { return json::parse(sim_->control("GET", "/sim/requests")).at("writes").get<int>(); }
  void forget_requests() { sim_->control("DELETE", "/sim/requests"); }

  support::SystemClock clock_;
  std::unique_ptr<cloudsim::CloudSim> sim_;
  openstack::CloudConfig config_;
  std::unique_ptr<contract::Project> project_;
  std::unique_ptr<cloud::Cloud> cloud_;
  cloud::ServerId server_;
  cloud::VolumeId volume_;
  policy::Policy policy_;
  fakes::ServerScript script_;
  fakes::FakeServers servers_{script_, clock_};
};

}  // namespace stillpoint
