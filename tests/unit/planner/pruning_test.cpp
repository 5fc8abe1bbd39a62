// Which points go: by retention, as orphans, and what the guard holds back.

#include <algorithm>

#include "unit/planner/planner_fixture.hpp"

namespace stillpoint::planner {
namespace {

TEST_F(PlannerTest, P6AClockThatDiffersHoldsAndPrunesNothing) {
  policy_.retention.keep_last = 1;
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z")}),
                         snapshot({.id = "s2", .slot = at("2026-11-24T11:00:00Z")})};
  observed_.clock_offset = std::chrono::seconds(-31);
  EXPECT_EQ(verbs(), "blocked:ClockSuspect");
}

TEST_F(PlannerTest, ADatasetsOwnRetentionDecides) {
  policy_.retention.keep_last = 1;
  policy_.datasets[0].retention = policy::Retention{.keep_last = 2};
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z")}),
                         snapshot({.id = "s2", .slot = at("2026-11-24T11:00:00Z"), .attempt = "a2"}),
                         snapshot({.id = "s3", .slot = kSlot, .attempt = "a3"})};
  const auto action = only();
  EXPECT_EQ(action.reason, "NotKept");
  EXPECT_EQ(action.message, "keepLast: 2 newer points of the required level");
}

TEST_F(PlannerTest, P4AnExpiredPinDoesNotProtectAndOneInDoubtDoes) {
  policy_.retention.keep_last = 1;
  const auto plan_with = [&](const std::string& until) {
    observed_.snapshots = {
        snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z"), .pin = "auditor", .pin_until = until}),
        snapshot({.id = "s2", .slot = kSlot, .attempt = "a2"})};
    return verbs();
  };
  EXPECT_EQ(plan_with("2026-11-24T12:04:59Z"), "prune:NotKept");
  EXPECT_EQ(plan_with("2026-11-24T12:05:01Z"), "");
  EXPECT_EQ(plan_with("some day"), "");
}

TEST_F(PlannerTest, P3ARenamedPolicyContinuesItsSeries) {
  policy_.retention.keep_last = 2;
  policy_.previous_names = {"old"};
  policy_.datasets[0].previous_names = {"database"};
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = at("2026-11-24T09:00:00Z"), .policy = "old", .dataset = "database"}),
      snapshot({.id = "s2", .slot = at("2026-11-24T10:00:00Z"), .attempt = "a2", .dataset = "database"}),
      snapshot({.id = "s3", .slot = kSlot, .attempt = "a3", .policy = "old"})};
  EXPECT_EQ(verbs(), "prune:NotKept") << "the slot is served, under the old name";
  EXPECT_EQ(std::get<Prune>(only().what).attempt.members[0].snapshot.id.str(), "s1");
  EXPECT_TRUE(make().orphans.empty());
}

TEST_F(PlannerTest, P4ASeriesThatTwoClaimGoesToNeither) {
  policy_.retention.keep_last = 1;
  policy_.previous_names = {"old"};
  auto second = policy_;
  second.name = "second";
  second.datasets[0].volumes.name_contains = "other";
  observed_.volumes.push_back(fakes::volume("vol-other", "other"));
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z"), .policy = "old"}),
                         snapshot({.id = "s2", .slot = at("2026-11-24T11:00:00Z"), .attempt = "a2", .policy = "old"}),
                         snapshot({.id = "s3", .slot = kSlot, .attempt = "a3"}),
                         snapshot({.id = "s4", .slot = kSlot, .attempt = "a4", .policy = "second"})};
  const auto made = plan({policy_, second}, observed_, wishes_, now_);
  ASSERT_EQ(made.actions.size(), 2U) << render_text(made, Colour::Off);
  for (const auto& action : made.actions) {
    EXPECT_EQ(action.reason, "SeriesClaimedTwice");
  }
}

/// Two points of a server that is gone, a month old.
std::vector<cloud::Snapshot> left_behind(const std::string& policy = "edx", const std::string& dataset = "mysql") {
  const cloud::ServerId gone("5f0e1d2c-0000-4000-8000-00000000000f");
  return {
      snapshot({.id = "o1", .slot = at("2026-10-23T12:00:00Z"), .policy = policy, .dataset = dataset, .server = gone}),
      snapshot({.id = "o2",
                .slot = at("2026-10-24T12:00:00Z"),
                .attempt = "a2",
                .policy = policy,
                .dataset = dataset,
                .server = gone})};
}

TEST_F(PlannerTest, OrphansAreShownAndPrunedByNoRule) {
  policy_.retention.keep_last = 1;
  policy_.start_at = kNow;
  for (const auto& [policy, why] : {std::pair("edx", "ServerGone"), std::pair("nobody", "PolicyUnknown")}) {
    observed_.snapshots = left_behind(policy);
    const auto made = make();
    EXPECT_TRUE(made.actions.empty()) << render_text(made, Colour::Off);
    ASSERT_EQ(made.orphans.size(), 1U);
    EXPECT_EQ(made.orphans[0].why, why);
    EXPECT_EQ(made.orphans[0].points, 2);
    EXPECT_EQ(made.orphans[0].newest, at("2026-10-24T12:00:00Z"));
  }
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .dataset = "gone"})};
  EXPECT_EQ(make().orphans.at(0).why, "DatasetGone");
}

TEST_F(PlannerTest, P6AVolumeThatNoLongerMatchesCostsNoPoint) {
  policy_.retention.keep_last = 1;
  policy_.start_at = kNow;
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z")}),
                         snapshot({.id = "s2", .slot = kSlot, .attempt = "a2"})};
  EXPECT_EQ(verbs(), "prune:NotKept");
  observed_.volumes.clear();
  EXPECT_EQ(verbs(), "blocked:NoVolume");
  EXPECT_EQ(make().orphans.at(0).why, "VolumesGone");
}

TEST_F(PlannerTest, OrphansGoWhenTheirPolicySaysSoAndTheirTimeHasCome) {
  policy_.start_at = kNow;
  observed_.snapshots = left_behind();
  policy_.orphans_after = std::chrono::hours(24 * 31 - 1) + std::chrono::minutes(6);
  EXPECT_EQ(verbs(), "");
  policy_.orphans_after = std::chrono::hours(24 * 31 - 1);
  EXPECT_EQ(verbs(), "prune:Orphaned prune:Orphaned") << "an hour later the first slot passed without a point";
  policy_.suspend = true;
  EXPECT_EQ(verbs(), "");
  policy_.suspend = false;
  observed_.clock_offset = std::chrono::seconds(40);
  EXPECT_EQ(verbs(), "blocked:ClockSuspect");
}

TEST_F(PlannerTest, P6OnlyWhatAListingDoesNotShowIsAskedForBeforeAnOrphanGoes) {
  const auto asked = [this] {
    const auto made = make();
    EXPECT_EQ(made.actions.size(), 1U) << render_text(made, Colour::Off);
    return made.actions.empty() ? std::vector<cloud::VolumeId>()
                                : std::get<Prune>(made.actions[0].what).unless_attached;
  };
  const std::vector volume{cloud::VolumeId("vol-mysql")};
  policy_.start_at = kNow;
  policy_.orphans_after = std::chrono::hours(24);
  observed_.snapshots = {left_behind().front()};
  EXPECT_EQ(asked(), volume) << "of a server that is not listed";
  observed_.servers.push_back(fakes::server("unasked", cloud::ServerId("5f0e1d2c-0000-4000-8000-00000000000f")));
  EXPECT_EQ(asked(), std::vector<cloud::VolumeId>()) << "of one that is there, and not selected";
  observed_.servers.pop_back();
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-10-23T12:00:00Z")})};
  observed_.volumes[0].name = "renamed";
  policy_.suspend = false;
  const auto made = make();
  for (const auto& action : made.actions) {
    if (const auto* prune = std::get_if<Prune>(&action.what)) {
      EXPECT_TRUE(prune->unless_attached.empty()) << "it is attached, and does not match any more";
    }
  }
  EXPECT_EQ(verbs(), "prune:Orphaned blocked:NoVolume");
}

TEST_F(PlannerTest, P6OrphansOfPoliciesThatAreNotGivenAreNobodysToDelete) {
  policy_.start_at = kNow;
  policy_.orphans_after = std::chrono::hours(24);
  observed_.snapshots = left_behind("nobody");
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, P6ASelectorThatCannotBeReadMakesNoOrphanGo) {
  policy_.orphans_after = std::chrono::hours(24);
  policy_.servers.names = {"twice"};
  observed_.servers = {fakes::server("twice", cloud::ServerId("5f0e1d2c-0000-4000-8000-00000000000f")),
                       fakes::server("twice", fakes::kServer)};
  observed_.snapshots = left_behind();
  EXPECT_EQ(verbs(), "blocked:NoServer");
  EXPECT_EQ(make().orphans.size(), 1U);
}

/// Many servers with points of every hour, kept by `rules` until the slot before the last.
class ManySeries : public PlannerTest {
 protected:
  void fill(const policy::Retention& rules, int hours) {
    policy_.servers = {};
    policy_.servers.name_pattern = "db-*";
    policy_.retention = rules;
    observed_.servers.clear();
    observed_.volumes.clear();
    for (int i = 0; i < 12; ++i) {
      const cloud::ServerId id("5f0e1d2c-0000-4000-8000-0000000001" + std::to_string(10 + i));
      const std::string volume = "vol-" + std::to_string(i);
      observed_.servers.push_back(fakes::server("db-" + std::to_string(10 + i), id));
      observed_.volumes.push_back(fakes::volume(volume, "mysql_data", id));
      for (int hour = 0; hour < hours; ++hour) {
        observed_.snapshots.push_back(snapshot({.id = "s" + std::to_string(i) + "-" + std::to_string(hour),
                                                .volume = volume,
                                                .slot = kSlot - std::chrono::hours(hour + 1),
                                                .attempt = "a" + std::to_string(hour),
                                                .server = id}));
      }
    }
    wishes_.slots_at = kSlot - std::chrono::hours(1);  // no slot is due
    now_ = kSlot - std::chrono::minutes(55);
    // In the steady state nothing is left to prune.
    wishes_.mass_delete = retention::MassDelete::Allow;
    const auto steady = make();
    for (const auto& action : steady.actions) {
      const auto& gone = std::get<Prune>(action.what).attempt.members[0].snapshot.id;
      std::erase_if(observed_.snapshots, [&](const auto& snapshot) { return snapshot.id == gone; });
    }
    wishes_.mass_delete = retention::MassDelete::Refuse;
  }
  size_t prunes() const {
    const auto made = make();
    return static_cast<size_t>(std::count_if(made.actions.begin(), made.actions.end(), [](const Action& action) {
      return std::holds_alternative<Prune>(action.what);
    }));
  }
  void add_point_of_each(support::WallTime slot) {
    for (size_t i = 0; i < observed_.servers.size(); ++i) {
      observed_.snapshots.push_back(snapshot({.id = "n" + std::to_string(i),
                                              .volume = observed_.volumes[i].id.str(),
                                              .slot = slot,
                                              .attempt = "b",
                                              .server = observed_.servers[i].id}));
    }
    wishes_.slots_at = slot;
    now_ = slot + std::chrono::minutes(5);
  }
};

TEST_F(ManySeries, P6TheTurnoverOfAllSeriesAtMidnightIsNoMassDeletion) {
  fill({.keep_last = 3, .hourly = 6, .daily = 2}, 60);
  add_point_of_each(at("2026-11-25T00:00:00Z"));
  EXPECT_EQ(prunes(), 12U * 2) << "an hour and a day each";
}

TEST_F(ManySeries, P6AnEditedPolicyDeletesNothingUntilItIsAllowed) {
  fill({.keep_last = 12}, 20);
  EXPECT_EQ(verbs(), "");
  policy_.retention.keep_last = 10;
  EXPECT_EQ(verbs(), "blocked:PruneBlocked") << "two of each are nothing, two of all are";
  wishes_.mass_delete = retention::MassDelete::Allow;
  EXPECT_EQ(prunes(), 24U);
}

TEST_F(ManySeries, P6APermissionHoldsForTheSpecAndForAsManyPointsAsWereSeen) {
  fill({.keep_last = 12}, 20);
  policy_.retention.keep_last = 6;
  policy_.spec_hash = "this";
  EXPECT_EQ(prunes(), 0U);
  policy_.mass_delete = {{"this", 4}};
  EXPECT_EQ(prunes(), 0U) << "each would lose six, of which a new point may replace one";
  policy_.mass_delete = {{"this", 6}};
  EXPECT_EQ(prunes(), 12U * 6);
  add_point_of_each(kSlot);
  EXPECT_EQ(prunes(), 12U * 7) << "what a new point replaces is not counted";
  policy_.spec_hash = "edited";
  EXPECT_EQ(prunes(), 0U);
}

}  // namespace
}  // namespace stillpoint::planner
