// The promises of retention over random histories and rules.

#include <iterator>

#include "histories.hpp"

namespace stillpoint::retention {
namespace {

struct RandomCase {
  Scene scene = random_scene();
  std::vector<Sketch> sketches = random_history(scene);
  policy::Retention rules = random_rules();

  inventory::Series series() const { return series_of_snapshots(snapshots_of(sketches)); }
  Outcome decide_with(const inventory::Series& of, const policy::Retention& with,
                      MassDelete mass_delete = MassDelete::Allow) const {
    return decide(of, terms(with, scene.zone), kAfterAll, mass_delete);
  }
  /// What is left once what goes has gone.
  RandomCase after(const Outcome& outcome) const {
    RandomCase left = *this;
    const auto gone = pruned_slots(outcome);
    std::erase_if(left.sketches, [&](const Sketch& sketch) { return gone.contains(sketch.slot); });
    return left;
  }
  int good() const {
    return static_cast<int>(
        std::count_if(sketches.begin(), sketches.end(), [](const Sketch& sketch) { return sketch.good; }));
  }
};

/// At least as much as `rules` in every field.
policy::Retention grown(policy::Retention rules) {
  const auto more = [] { return *rc::gen::weightedElement<int>({{3, 0}, {1, 1}, {1, 2}}); };
  rules.keep_last += more();
  rules.within += std::chrono::minutes(more() * 300);
  rules.hourly += more();
  rules.daily += more();
  rules.weekly += more();
  rules.monthly += more();
  rules.yearly += more();
  rules.floor += more();
  return rules;
}

RC_GTEST_PROP(RetentionPromise, P5NeverBelowTheFloor, ()) {
  const RandomCase random;
  const auto series = random.series();
  const auto outcome = random.decide_with(series, random.rules);
  const int left = random.after(outcome).good();
  RC_ASSERT(left >= std::min(random.good(), random.rules.floor));
  RC_ASSERT(random.good() >= random.rules.floor || outcome.to_prune() == 0);
}

RC_GTEST_PROP(RetentionPromise, P4NeverAForeignOrPinnedSnapshotInAPrune, ()) {
  const RandomCase random;
  auto snapshots = snapshots_of(random.sketches);
  for (auto& snapshot : snapshots) {
    if (*rc::gen::inRange(0, 6) == 0) {
      snapshot.metadata.set("stillpoint.installation", "other");
    }
  }
  const auto series = series_of_snapshots(snapshots);
  for (const auto& decision : random.decide_with(series, random.rules).decisions) {
    if (decision.fate == Decision::Fate::Prune) {
      for (const auto& member : decision.attempt->members) {
        RC_ASSERT(member.own.installation == "default");
        RC_ASSERT(member.own.pin.empty());
      }
    }
  }
}

RC_GTEST_PROP(RetentionPromise, P5GrowingARetentionNeverPrunesMore, ()) {
  const RandomCase random;
  const auto series = random.series();
  const auto before = pruned_slots(random.decide_with(series, random.rules));
  const auto after = pruned_slots(random.decide_with(series, grown(random.rules)));
  RC_ASSERT(std::includes(before.begin(), before.end(), after.begin(), after.end()));
}

RC_GTEST_PROP(RetentionPromise, TheOrderOfTheInputNeverMatters, ()) {
  const RandomCase random;
  auto snapshots = snapshots_of(random.sketches);
  const auto series = series_of_snapshots(snapshots);
  const auto before = random.decide_with(series, random.rules);
  for (size_t i = snapshots.size(); i-- > 1;) {
    std::swap(snapshots[i], snapshots[*rc::gen::inRange<size_t>(0, i + 1)]);
  }
  const auto again = series_of_snapshots(snapshots);
  RC_ASSERT(pruned_slots(random.decide_with(again, random.rules)) == pruned_slots(before));
}

RC_GTEST_PROP(RetentionPromise, AKeptPointHasAReasonAndAPrunedOneHasNone, ()) {
  const RandomCase random;
  const auto series = random.series();
  const auto outcome = random.decide_with(series, random.rules);
  const auto agreed = terms(random.rules, random.scene.zone);
  for (const auto& decision : outcome.decisions) {
    const auto holds = std::count_if(decision.grounds.begin(), decision.grounds.end(),
                                     [](const Ground& ground) { return ground.why == Ground::Why::Holds; });
    if (decision.fate == Decision::Fate::Keep) {
      RC_ASSERT(holds == static_cast<long>(decision.grounds.size()));
      RC_ASSERT(holds > 0 || !decision.specials.empty());
    } else {
      RC_ASSERT(holds == 0);
      RC_ASSERT(decision.specials.empty());
      RC_ASSERT(static_cast<int>(decision.grounds.size()) == outcome.surplus.rules);
    }
    RC_ASSERT(!describe(decision, outcome, agreed, kAfterAll).empty());
  }
}

RC_GTEST_PROP(RetentionPromise, P8WhatIsLeftIsKept, ()) {
  const RandomCase random;
  const auto series = random.series();
  const auto left = random.after(random.decide_with(series, random.rules));
  const auto rest = left.series();
  RC_ASSERT(left.decide_with(rest, random.rules).to_prune() == 0);
}

RC_GTEST_PROP(RetentionPromise, P6AChangedPolicyPrunesNoMoreThanTheGuardAllows, ()) {
  const RandomCase random;
  const auto series = random.series();
  const auto left = random.after(random.decide_with(series, random.rules));
  const auto rest = left.series();
  const auto changed = random_rules();
  const auto outcome = left.decide_with(rest, changed, MassDelete::Refuse);
  const int quarter = static_cast<int>(left.sketches.size()) / 4;
  RC_CLASSIFY(outcome.blocked, "blocked");
  RC_ASSERT(outcome.blocked || outcome.to_prune() <= std::max({2, quarter, outcome.surplus.rules}));
}

RC_GTEST_PROP(RetentionPromise, P6NoPointGoesBecauseTimePasses, ()) {
  const RandomCase random;
  const auto series = random.series();
  const auto agreed = terms(random.rules, random.scene.zone);
  const auto later = kAfterAll + std::chrono::hours(24 * *rc::gen::inRange(0, 3000));
  RC_ASSERT(pruned_slots(decide(series, agreed, later, MassDelete::Allow)) ==
            pruned_slots(decide(series, agreed, kAfterAll, MassDelete::Allow)));
}

}  // namespace
}  // namespace stillpoint::retention
