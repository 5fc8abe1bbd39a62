// Promises that hold for every history, checked over random ones.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "fakes/objects.hpp"
#include "planner/planner.hpp"
#include "planner/render.hpp"

namespace stillpoint::planner {
namespace {

using policy::Consistency;

const auto kInstant = fakes::at("2026-11-24T12:05:00Z");

/// Some attempts of the last hours, of which some are foreign, pinned, failed, unproven or doubled.
std::vector<cloud::Snapshot> random_snapshots() {
  std::vector<cloud::Snapshot> snapshots;
  const int count = *rc::gen::inRange(0, 14);
  for (int i = 0; i < count; ++i) {
    fakes::SnapshotSpec spec;
    spec.id = "s" + std::to_string(i);
    spec.slot = fakes::at("2026-11-24T12:00:00Z") - std::chrono::hours(*rc::gen::inRange(0, 9));
    spec.attempt = "a" + std::to_string(i);
    spec.consistency = *rc::gen::element(Consistency::Unproven, Consistency::Crash, Consistency::Application);
    spec.status = *rc::gen::weightedElement<std::string>(
        {{8, "available"}, {1, "error"}, {1, "creating"}, {1, "deleting"}, {1, "error_deleting"}});
    spec.pin = *rc::gen::weightedElement<std::string>({{6, ""}, {1, "auditor"}});
    spec.installation = *rc::gen::weightedElement<std::string>({{6, "default"}, {1, "other"}});
    snapshots.push_back(fakes::snapshot(spec));
  }
  return snapshots;
}

Observed observe(std::vector<cloud::Snapshot> snapshots) {
  Observed observed;
  observed.servers = {fakes::server()};
  observed.volumes = {fakes::volume("vol-mysql", "mysql_data")};
  observed.snapshots = std::move(snapshots);
  observed.quota = {{"snapshots", {100, 0, 0}}, {"gigabytes", {10000, 0, 0}}};
  return observed;
}

policy::Policy random_policy() {
  auto policy = fakes::policy();
  policy.retention.keep_last = *rc::gen::inRange(1, 6);
  policy.retention.floor = *rc::gen::inRange(1, policy.retention.keep_last + 1);
  policy.retention.hourly = *rc::gen::inRange(0, 4);
  policy.retention.daily = *rc::gen::inRange(0, 3);
  policy.retention.within = std::chrono::hours(*rc::gen::element(0, 2, 5));
  return policy;
}

/// What a plan would delete.
std::vector<inventory::Attempt> deleted_by(const Plan& plan) {
  std::vector<inventory::Attempt> attempts;
  for (const auto& action : plan.actions) {
    if (const auto* prune = std::get_if<Prune>(&action.what)) {
      attempts.push_back(prune->attempt);
    } else if (const auto* sweep = std::get_if<Sweep>(&action.what)) {
      attempts.push_back(sweep->attempt);
    }
  }
  return attempts;
}

/// The world after every action of the plan has succeeded.
Observed carry_out(Observed observed, const Plan& plan) {
  std::set<std::string> gone;
  for (const auto& attempt : deleted_by(plan)) {
    for (const auto& member : attempt.members) {
      gone.insert(member.snapshot.id.str());
    }
  }
  std::erase_if(observed.snapshots, [&](const auto& snapshot) { return gone.contains(snapshot.id.str()); });
  for (const auto& action : plan.actions) {
    if (const auto* create = std::get_if<CreatePoint>(&action.what)) {
      observed.snapshots.push_back(fakes::snapshot(
          {.id = "made-" + std::to_string(observed.snapshots.size()), .slot = create->slot, .attempt = "fade"}));
    } else if (const auto* relabel = std::get_if<Relabel>(&action.what)) {
      observed.not_intact.insert(relabel->attempt.id);
    }
  }
  return observed;
}

int good_points(const Observed& observed) {
  int good = 0;
  for (const auto& [key, series] : inventory::assemble(observed.snapshots, "default").series) {
    good += static_cast<int>(std::count_if(series.begin(), series.end(), [](const inventory::Point& point) {
      return point.best() != nullptr && point.best()->consistency >= Consistency::Application;
    }));
  }
  return good;
}

RC_GTEST_PROP(PlannerProperty, P4NeverDeletesAForeignOrPinnedSnapshot, ()) {
  const auto observed = observe(random_snapshots());
  for (const auto& attempt : deleted_by(plan({random_policy()}, observed, {}, kInstant))) {
    for (const auto& member : attempt.members) {
      RC_ASSERT(member.own.installation == "default");
      RC_ASSERT(member.own.pin.empty());
    }
  }
}

RC_GTEST_PROP(PlannerProperty, P5NeverPrunesGoodPointsBelowWhatRetentionKeeps, ()) {
  const auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  const int before = good_points(observed);
  const int after = good_points(carry_out(observed, plan({policy}, observed, {}, kInstant)));
  RC_ASSERT(after >= std::min(before, policy.retention.keep_last));
}

RC_GTEST_PROP(PlannerProperty, P8RepeatedPerfectExecutionEndsInAPlanWithoutChanges, ()) {
  auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  Wishes wishes;
  wishes.mass_delete = retention::MassDelete::Allow;
  for (int round = 0; round < 4; ++round) {
    observed = carry_out(observed, plan({policy}, observed, wishes, kInstant));
  }
  const auto last = plan({policy}, observed, wishes, kInstant);
  RC_LOG() << render_text(last, Colour::Off);
  RC_ASSERT(!last.has_changes());
}

RC_GTEST_PROP(PlannerProperty, TheOrderOfTheInputDoesNotMatter, ()) {
  auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  const auto first = render_json({{"prod", plan({policy}, observed, {}, kInstant)}});
  const auto swaps = *rc::gen::container<std::vector<size_t>>(10, rc::gen::inRange<size_t>(0, 100));
  for (size_t i = 0; i < swaps.size() && !observed.snapshots.empty(); ++i) {
    std::swap(observed.snapshots[i % observed.snapshots.size()],
              observed.snapshots[swaps[i] % observed.snapshots.size()]);
  }
  RC_ASSERT(render_json({{"prod", plan({policy}, observed, {}, kInstant)}}) == first);
}

RC_GTEST_PROP(PlannerProperty, GrowingKeepLastNeverDeletesMore, ()) {
  const auto observed = observe(random_snapshots());
  auto policy = random_policy();
  Wishes wishes;
  wishes.mass_delete = retention::MassDelete::Allow;
  const auto before = deleted_by(plan({policy}, observed, wishes, kInstant)).size();
  policy.retention.keep_last += *rc::gen::inRange(1, 4);
  RC_ASSERT(deleted_by(plan({policy}, observed, wishes, kInstant)).size() <= before);
}

}  // namespace
}  // namespace stillpoint::planner
