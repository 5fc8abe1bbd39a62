// Promises that hold for every history, checked over random ones.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>

#include "fakes/objects.hpp"
#include "planner/planner.hpp"
#include "planner/render.hpp"
#include "planner/target.hpp"

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
    // Some are of minutes after the slot: made outside the schedule.
    spec.slot = fakes::at("2026-11-24T12:00:00Z") - std::chrono::hours(*rc::gen::inRange(0, 9)) +
                std::chrono::minutes(*rc::gen::weightedElement<int>({{4, 0}, {1, 1}, {1, 3}}));
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

/// Writes a label on every member of an attempt.
void label(Observed& observed, const inventory::Attempt& attempt, Consistency level) {
  for (const auto& member : attempt.members) {
    for (auto& snapshot : observed.snapshots) {
      if (snapshot.id == member.snapshot.id) {
        snapshot.metadata.set("stillpoint.consistency", to_string(level));
      }
    }
  }
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
    } else if (const auto* complete = std::get_if<Complete>(&action.what)) {
      label(observed, complete->attempt, complete->attempt.consistency);
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

RC_GTEST_PROP(PlannerProperty, P5NeverBelowTheFloor, ()) {
  const auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  Wishes wishes;
  wishes.mass_delete = retention::MassDelete::Allow;
  const int before = good_points(observed);
  const int after = good_points(carry_out(observed, plan({policy}, observed, wishes, kInstant)));
  RC_ASSERT(after >= std::min(before, policy.retention.floor));
}

RC_GTEST_PROP(PlannerProperty, P3AtMostOnePointIsMadeForASlot, ()) {
  const auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  int made = 0;
  for (const auto& action : plan({policy}, observed, {}, kInstant).actions) {
    if (const auto* create = std::get_if<CreatePoint>(&action.what)) {
      ++made;
      for (const auto& [key, series] : inventory::assemble(observed.snapshots, "default").series) {
        for (const auto& point : series) {
          const bool is_served = point.slot == create->slot && serves_slot(point, policy.datasets[0]);
          RC_ASSERT(!is_served);
        }
      }
    }
  }
  RC_ASSERT(made <= 1);
}

RC_GTEST_PROP(PlannerProperty, P8APointThatIsMadeIsNotPrunedByTheNextPlan, ()) {
  const auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  Wishes wishes;
  wishes.mass_delete = retention::MassDelete::Allow;
  const auto after = carry_out(observed, plan({policy}, observed, wishes, kInstant));
  for (const auto& attempt : deleted_by(plan({policy}, after, wishes, kInstant))) {
    RC_ASSERT(!attempt.members[0].snapshot.id.str().starts_with("made-"));
  }
}

RC_GTEST_PROP(PlannerProperty, P3RacesOfAttemptsConvergeToOne, ()) {
  std::vector<cloud::Snapshot> snapshots;
  const int racers = *rc::gen::inRange(2, 6);
  for (int i = 0; i < racers; ++i) {
    fakes::SnapshotSpec spec;
    spec.id = "s" + std::to_string(i);
    spec.slot = fakes::at("2026-11-24T12:00:00Z") - std::chrono::hours(*rc::gen::inRange(0, 2));
    spec.attempt = "a" + std::to_string(i);
    spec.consistency = *rc::gen::element(Consistency::Crash, Consistency::Application);
    snapshots.push_back(fakes::snapshot(spec));
    snapshots.back().created_at += std::chrono::seconds(*rc::gen::inRange(0, 2));
  }
  auto observed = observe(snapshots);
  auto policy = random_policy();
  policy.retention.keep_last = 5;
  // While a series has fewer good points than its floor nothing goes, doubles included.
  policy.retention.floor = 1;
  policy.datasets[0].require = Consistency::Crash;
  Wishes wishes;
  wishes.mass_delete = retention::MassDelete::Allow;
  const auto before = inventory::assemble(observed.snapshots, "default").series.begin()->second;
  for (int round = 0; round < 3; ++round) {
    observed = carry_out(observed, plan({policy}, observed, wishes, kInstant));
  }
  const auto after = inventory::assemble(observed.snapshots, "default").series.begin()->second;
  for (const auto& point : after) {
    const auto complete = std::count_if(point.attempts.begin(), point.attempts.end(), [](const auto& attempt) {
      return attempt.state == inventory::AttemptState::Complete;
    });
    RC_ASSERT(complete == 1);
  }
  for (const auto& point : before) {
    const auto same = std::find_if(after.begin(), after.end(), [&](const auto& p) { return p.slot == point.slot; });
    // Only an attempt of a higher level, made because the slot had none of the required one, may take its place.
    RC_ASSERT(same != after.end());
    const bool is_same = same->best()->id == point.best()->id;
    const bool is_better = same->best()->consistency > point.best()->consistency;
    RC_ASSERT((is_same || is_better));
  }
}

RC_GTEST_PROP(PlannerProperty, P7APrefixOfFailuresConvergesInTheEnd, ()) {
  auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  Wishes wishes;
  wishes.mass_delete = retention::MassDelete::Allow;
  const int crashes = *rc::gen::inRange(1, 5);
  for (int crash = 0; crash < crashes; ++crash) {
    auto part = plan({policy}, observed, wishes, kInstant);
    const auto done = *rc::gen::inRange<size_t>(0, part.actions.size() + 1);
    part.actions.erase(part.actions.begin() + static_cast<std::ptrdiff_t>(done), part.actions.end());
    observed = carry_out(observed, part);
  }
  for (int round = 0; round < 4; ++round) {
    observed = carry_out(observed, plan({policy}, observed, wishes, kInstant));
  }
  RC_ASSERT(!plan({policy}, observed, wishes, kInstant).has_changes());
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
  const auto first = render_json({{"prod", plan({policy}, observed, {}, kInstant)}}, {}, kInstant);
  const auto swaps = *rc::gen::container<std::vector<size_t>>(10, rc::gen::inRange<size_t>(0, 100));
  for (size_t i = 0; i < swaps.size() && !observed.snapshots.empty(); ++i) {
    std::swap(observed.snapshots[i % observed.snapshots.size()],
              observed.snapshots[swaps[i] % observed.snapshots.size()]);
  }
  RC_ASSERT(render_json({{"prod", plan({policy}, observed, {}, kInstant)}}, {}, kInstant) == first);
}

RC_GTEST_PROP(PlannerProperty, TheOrderOfPoliciesServersAndVolumesDoesNotMatter, ()) {
  auto observed = observe(random_snapshots());
  const cloud::ServerId other("5f0e1d2c-0000-4000-8000-000000000009");
  observed.servers.push_back(fakes::server("backend-9", other));
  observed.volumes.push_back(fakes::volume("vol-9", "mysql_data", other));
  observed.quota["snapshots"] = {*rc::gen::inRange(0, 4), 0, 0};
  auto first = random_policy();
  auto second = random_policy();
  second.name = "nine";
  second.servers.names = {"backend-9"};
  const auto text = [&](const std::vector<policy::Policy>& policies) {
    return render_json({{"prod", plan(policies, observed, {}, kInstant)}}, {}, kInstant);
  };
  const auto one = text({first, second});
  std::swap(observed.servers[0], observed.servers[1]);
  std::swap(observed.volumes[0], observed.volumes[1]);
  RC_ASSERT(text({second, first}) == one);
}

/// The policy with one of its rules of retention wanting more.
policy::Policy grown(policy::Policy policy) {
  const int more = *rc::gen::inRange(1, 4);
  auto& rules = policy.retention;
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
      rules.keep_last += more;
      break;
    case 1:
      rules.hourly += more;
      break;
    case 2:
      rules.daily += more;
      break;
    case 3:
      rules.weekly += more;
      break;
    case 4:
      rules.yearly += more;
      break;
    default:
      rules.within += std::chrono::hours(more);
  }
  return policy;
}

RC_GTEST_PROP(PlannerProperty, GrowingARetentionNeverDeletesMore, ()) {
  const auto observed = observe(random_snapshots());
  const auto policy = random_policy();
  Wishes wishes;
  wishes.mass_delete = retention::MassDelete::Allow;
  const auto before = deleted_by(plan({policy}, observed, wishes, kInstant)).size();
  RC_ASSERT(deleted_by(plan({grown(policy)}, observed, wishes, kInstant)).size() <= before);
}

}  // namespace
}  // namespace stillpoint::planner
