#pragma once

#include <gtest/gtest.h>

#include <string>

#include "fakes/objects.hpp"
#include "planner/planner.hpp"
#include "planner/render.hpp"

namespace stillpoint::planner {

using fakes::at;
using fakes::snapshot;
using policy::Consistency;

// Five minutes after the slot of 12:00, long after the hold-until of its attempts.
inline const auto kNow = at("2026-11-24T12:05:00Z");
inline const auto kSlot = at("2026-11-24T12:00:00Z");

/// A server with a volume that one policy takes every hour, and nothing that exists of it yet.
class PlannerTest : public ::testing::Test {
 protected:
  PlannerTest() {
    observed_.servers = {fakes::server()};
    observed_.volumes = {fakes::volume("vol-mysql", "mysql_data")};
    observed_.quota = {{"snapshots", {10, 0, 0}}, {"gigabytes", {1000, 10, 0}}};
  }

  Plan make() const { return plan({policy_}, observed_, wishes_, now_); }
  /// The plan's only action.
  Action only() const {
    const auto made = make();
    EXPECT_EQ(made.actions.size(), 1U) << render_text(made, Colour::Off);
    return made.actions.empty() ? Action{} : made.actions.front();
  }
  std::string verbs() const {
    std::string text;
    for (const auto& action : make().actions) {
      text += std::string(text.empty() ? "" : " ") + std::string(action.verb()) + ":" + action.reason;
    }
    return text;
  }

  /// Another member of the cluster, outside the policy.
  static cloud::Server writer(const std::string& address) {
    auto server = fakes::server("backend-1", cloud::ServerId("5f0e1d2c-0000-4000-8000-000000000002"));
    server.addresses = {{"mgmt", address, 4, "fixed"}};
    return server;
  }

  policy::Policy policy_ = fakes::policy();
  Observed observed_;
  Wishes wishes_;
  support::WallTime now_ = kNow;
};

}  // namespace stillpoint::planner
