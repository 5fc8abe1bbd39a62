#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fakes/objects.hpp"
#include "planner/planner.hpp"
#include "status/assess.hpp"

namespace stillpoint::status {

using fakes::at;
using fakes::snapshot;
using Type = Condition::Type;

/// A server with one volume that policy `edx` takes every hour; a point may be begun for half an hour and is made
/// within 80 s. What was said last is what the next assessment is told.
class StatusTest : public ::testing::Test {
 protected:
  StatusTest() {
    observed_.servers = {fakes::server()};
    observed_.volumes = {fakes::volume("vol-mysql", "mysql_data")};
    observed_.quota = {{"snapshots", {10, 0, 0}}, {"gigabytes", {1000, 10, 0}}};
    policies_ = {fakes::policy()};
    policies_[0].spec_hash = "cafe";
  }

  void add_point(const std::string& slot, policy::Consistency level = policy::Consistency::Application) {
    const auto id = "s" + std::to_string(observed_.snapshots.size());
    observed_.snapshots.push_back(snapshot({.id = id, .slot = at(slot), .consistency = level}));
  }

  const std::vector<PolicyStatus>& assess_at(const std::string& now) { return assess_at(at(now)); }
  const std::vector<PolicyStatus>& assess_at(support::WallTime now) {
    const auto plan = planner::plan(policies_, observed_, {}, now);
    const auto points = inventory::assemble(observed_.snapshots, "default");
    said_ = assess({"prod", "default", policies_, observed_, points, plan, now, said_, failures_});
    return said_;
  }

  const PolicyStatus& edx() const { return said_.front(); }
  const SeriesStatus& mysql() const { return edx().series.front(); }
  /// `True:Overdue`
  std::string say(Type type) const {
    const auto& condition = edx().condition(type);
    return std::string(to_string(condition.truth)) + ":" + condition.reason;
  }
  support::WallTime since(Type type) const { return edx().condition(type).since; }

  std::vector<policy::Policy> policies_;
  planner::Observed observed_;
  std::map<inventory::SeriesKey, support::Error> failures_;
  std::vector<PolicyStatus> said_;
};

}  // namespace stillpoint::status
