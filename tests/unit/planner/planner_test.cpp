#include "planner/planner.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "fakes/objects.hpp"
#include "planner/quota_ledger.hpp"
#include "planner/render.hpp"

namespace stillpoint::planner {
namespace {

using fakes::at;
using fakes::snapshot;
using policy::Consistency;

// Five minutes after the slot of 12:00, long after the hold-until of its attempts.
const auto kNow = at("2026-11-24T12:05:00Z");
const auto kSlot = at("2026-11-24T12:00:00Z");

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

TEST_F(PlannerTest, ADueSlotWithoutAPointIsMade) {
  const auto action = only();
  EXPECT_EQ(action.reason, "SlotDue");
  const auto& create = std::get<CreatePoint>(action.what);
  EXPECT_EQ(create.slot, kSlot);
  EXPECT_EQ(create.point, inventory::point_id("default", "edx", fakes::kServer, "mysql", kSlot));
  EXPECT_EQ(create.gib(), 10);
}

TEST_F(PlannerTest, P8ASlotThatHasItsPointNeedsNothing) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot})};
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, ASlotBeyondItsStartingDeadlineIsMissedAndNotRunLate) {
  now_ = at("2026-11-24T12:45:00Z");
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, ASlotInABlackoutIsSkippedAndOneBeforeItIsBegunBeforeIt) {
  policy::Blackout blackout;
  blackout.from = kSlot;
  blackout.to = kSlot + std::chrono::minutes(1);
  policy_.schedule.blackouts = {blackout};
  EXPECT_EQ(verbs(), "");
  policy_.schedule.blackouts[0].from = kSlot + std::chrono::minutes(10);
  policy_.schedule.blackouts[0].to = kSlot + std::chrono::minutes(20);
  EXPECT_EQ(std::get<CreatePoint>(only().what).start_by,
            kSlot + std::chrono::minutes(10) - std::chrono::milliseconds(1));
}

TEST_F(PlannerTest, JitterDelaysTheBeginningAndNotTheSlot) {
  policy_.schedule.jitter = std::chrono::minutes(15);
  now_ = kSlot;
  EXPECT_EQ(verbs(), "");
  now_ = kSlot + std::chrono::minutes(15);
  EXPECT_EQ(std::get<CreatePoint>(only().what).slot, kSlot);
}

TEST_F(PlannerTest, SlotsBeforeStartAtDoNotCount) {
  policy_.start_at = at("2026-11-24T12:01:00Z");
  EXPECT_EQ(verbs(), "");
}

TEST_F(PlannerTest, NowMakesAPointOutsideTheSchedule) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot})};
  wishes_.slot_now = kNow;
  EXPECT_EQ(only().reason, "AskedFor");
}

TEST_F(PlannerTest, SuspendStopsCreatingAndPruningButNotSweeping) {
  policy_.suspend = true;
  policy_.retention.keep_last = 1;
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = at("2026-11-24T09:00:00Z")}),
      snapshot({.id = "s2", .slot = at("2026-11-24T10:00:00Z")}),
      snapshot(
          {.id = "s3", .slot = at("2026-11-24T11:00:00Z"), .consistency = Consistency::Unproven, .status = "error"})};
  EXPECT_EQ(verbs(), "sweep:Incomplete");
}

TEST_F(PlannerTest, P9AnExhaustedQuotaIsSaidWithNameNeedAndRoom) {
  observed_.quota["snapshots"] = {10, 9, 1};
  const auto action = only();
  EXPECT_EQ(std::get<Blocked>(action.what).kind, support::ErrorKind::QuotaExceeded);
  EXPECT_NE(action.message.find("quota 'snapshots': 1 needed, room for 0 (limit 10, in use 10)"), std::string::npos)
      << action.message;
}

TEST_F(PlannerTest, P5APassWithoutRoomStillPrunesWhatExistingPointsMakeNeedless) {
  observed_.quota["snapshots"] = {4, 4, 0};
  for (int hour = 8; hour <= 11; ++hour) {
    const auto slot = kSlot - std::chrono::hours(12 - hour);
    observed_.snapshots.push_back(snapshot({.id = "s" + std::to_string(hour), .slot = slot}));
  }
  EXPECT_EQ(verbs(), "prune:NotKept blocked:QuotaExceeded");
}

TEST_F(PlannerTest, P3AnAttemptThatMayStillBeHeldIsWaitedFor) {
  now_ = kSlot + std::chrono::seconds(10);
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven, .status = "creating"})};
  EXPECT_EQ(verbs(), "wait:InFlight");
}

TEST_F(PlannerTest, P3NothingIsSweptBeforeItsMarginButTheSlotIsMadeAnew) {
  now_ = kSlot + std::chrono::seconds(60);
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven, .status = "error"})};
  EXPECT_EQ(verbs(), "create:SlotDue wait:SlotOpen");
  observed_.snapshots.push_back(snapshot({.id = "s2", .slot = kSlot, .attempt = "a2"}));
  EXPECT_EQ(verbs(), "wait:SweepLater");
  now_ = kSlot + std::chrono::seconds(22) + kSweepMargin;
  EXPECT_EQ(verbs(), "sweep:Incomplete");
}

TEST_F(PlannerTest, P2AnUnlabelledAttemptIsAskedForFirstAndSweptWhenNothingProvesIt) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven})};
  EXPECT_EQ(verbs(), "relabel:VerdictUnknown");
  observed_.not_intact = {fakes::attempt_id("a1")};
  EXPECT_EQ(verbs(), "create:SlotDue wait:SlotOpen");
  policy_.start_at = kNow;
  EXPECT_EQ(verbs(), "sweep:Unproven");
}

TEST_F(PlannerTest, P2ALateSnapshotIsKeptAsCrashOnlyIfThePolicySaysSo) {
  policy_.datasets[0].on_failure = policy::OnFailure::Downgrade;
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven})};
  observed_.not_intact = {fakes::attempt_id("a1")};
  const auto made = make();
  ASSERT_FALSE(made.actions.empty());
  EXPECT_EQ(made.actions[0].reason, "Downgraded");
  EXPECT_EQ(std::get<Relabel>(made.actions[0].what).how, Relabel::How::DowngradeToCrash);
}

TEST_F(PlannerTest, AMissingLabelOfAProvenAttemptIsWritten) {
  observed_.volumes.push_back(fakes::volume("vol-2", "mysql_data_2"));
  observed_.snapshots = {
      snapshot({.id = "s1", .slot = kSlot, .members = 2}),
      snapshot({.id = "s2", .volume = "vol-2", .slot = kSlot, .consistency = Consistency::Unproven, .members = 2})};
  EXPECT_EQ(verbs(), "relabel:LabelMissing");
}

TEST_F(PlannerTest, AttemptsAtOneSlotAreBounded) {
  for (const char* attempt : {"a1", "a2", "a3"}) {
    observed_.snapshots.push_back(snapshot({.id = std::string("s-") + attempt,
                                            .slot = kSlot,
                                            .attempt = attempt,
                                            .consistency = Consistency::Unproven,
                                            .status = "creating"}));
  }
  EXPECT_EQ(verbs(), "wait:SlotOpen wait:SlotOpen wait:SlotOpen blocked:TooManyAttempts");
}

TEST_F(PlannerTest, P5AProvenPointThatIsBackedUpIsWaitedForAndNeverSwept) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .status = "backing-up"})};
  EXPECT_EQ(verbs(), "wait:PointBusy");
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z"), .members = 2})};
  EXPECT_EQ(verbs(), "create:SlotDue blocked:PointDamaged");
}

TEST_F(PlannerTest, NowOnASuspendedPolicyIsSaid) {
  policy_.suspend = true;
  wishes_.slot_now = kNow;
  EXPECT_EQ(verbs(), "blocked:Suspended");
}

TEST_F(PlannerTest, P10NoSecondMemberOfAClusterWhileOneMayBeHeld) {
  policy_.cluster = {"galera", 3, {{"192.0.2.11"}}, false};
  observed_.servers.push_back(writer("192.0.2.11"));
  auto other = snapshot({.id = "s1",
                         .slot = kNow - std::chrono::seconds(5),
                         .consistency = Consistency::Unproven,
                         .status = "creating",
                         .policy = "elsewhere"});
  other.metadata["stillpoint.cluster"] = "galera";
  observed_.snapshots = {other};
  EXPECT_EQ(verbs(), "wait:ClusterHeld");
}

TEST_F(PlannerTest, P10TheWriterIsRefusedUnlessAllowed) {
  policy_.cluster = {"galera", 3, {{"192.0.2.12"}}, false};
  EXPECT_EQ(verbs(), "blocked:Writer");
  policy_.cluster.writer.addresses = {};
  EXPECT_EQ(verbs(), "blocked:WriterUnknown");
  policy_.cluster.allow_writer = true;
  EXPECT_EQ(verbs(), "create:SlotDue");
}

TEST_F(PlannerTest, P10AnAddressThatNoServerHasSaysNothingOfTheWriter) {
  policy_.cluster = {"galera", 3, {{"192.0.2.13"}}, false};
  EXPECT_EQ(verbs(), "blocked:WriterUnknown");
  observed_.servers.push_back(writer("192.0.2.13"));
  EXPECT_EQ(verbs(), "create:SlotDue");
}

TEST_F(PlannerTest, P10TheWriterIsFoundByNameAndMetadataToo) {
  policy_.cluster = {"galera", 3, {{}, {"backend-2"}}, false};
  EXPECT_EQ(verbs(), "blocked:Writer");
  policy_.cluster.writer.metadata = {{"role", "writer"}};
  EXPECT_EQ(verbs(), "blocked:WriterUnknown") << "every given field must match";
  observed_.servers[0].metadata["role"] = "writer";
  EXPECT_EQ(verbs(), "blocked:Writer");
  policy_.cluster.writer.names.clear();
  observed_.servers[0].metadata["role"] = "reader";
  observed_.servers.push_back(writer("192.0.2.13"));
  EXPECT_EQ(verbs(), "blocked:WriterUnknown");
  observed_.servers[1].metadata["role"] = "writer";
  EXPECT_EQ(verbs(), "create:SlotDue");
}

TEST_F(PlannerTest, P10AddressesAreComparedByWhatTheyMean) {
  policy_.cluster = {"galera", 3, {{"2001:DB8:0::1"}}, false};
  observed_.servers[0].addresses.push_back({"mgmt", "2001:db8::1", 6, "fixed"});
  EXPECT_EQ(verbs(), "blocked:Writer");
}

TEST_F(PlannerTest, P10HealthThatNobodyLooksAtIsNotPromised) {
  policy_.cluster = {"galera", 3, {}, true};
  policy_.datasets[0].hold.driver = policy::Driver::Filesystem;
  policy_.datasets[0].hold.method = policy::Method::Filesystem;
  policy_.datasets[0].require = Consistency::Filesystem;
  EXPECT_EQ(verbs(), "blocked:HealthUnknown");
  policy_.cluster.min_healthy_members = 1;
  EXPECT_EQ(verbs(), "create:SlotDue");
}

TEST_F(PlannerTest, AVolumeOfTwoDatasetsIsHeldForNeither) {
  policy_.datasets.push_back(policy_.datasets[0]);
  policy_.datasets[1].name = "everything";
  policy_.datasets[1].volumes = {};
  policy_.datasets[1].volumes.name_contains = "data";
  EXPECT_EQ(verbs(), "blocked:VolumeClaimedTwice blocked:VolumeClaimedTwice");
}

TEST_F(PlannerTest, ASlotSaysHowLateItMayBegin) {
  const auto create = std::get<CreatePoint>(only().what);
  EXPECT_EQ(create.start_by, kSlot + std::chrono::minutes(30)) << "half the time to the next slot";
  wishes_.slot_now = kNow;
  EXPECT_FALSE(std::get<CreatePoint>(only().what).start_by);
}

TEST_F(PlannerTest, P7ADeletionThatWasInterruptedIsFinished) {
  auto left = snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z"), .members = 2});
  left.metadata.merge(inventory::deletion_metadata());
  observed_.snapshots = {left, snapshot({.id = "s2", .slot = kSlot})};
  EXPECT_EQ(verbs(), "sweep:DeletionBegun");
  observed_.snapshots[0].metadata.erase("stillpoint.deletion");
  EXPECT_EQ(verbs(), "blocked:PointDamaged");
}

TEST_F(PlannerTest, P6AClockThatDiffersHoldsAndPrunesNothing) {
  policy_.retention.keep_last = 1;
  observed_.snapshots = {snapshot({.id = "s1", .slot = at("2026-11-24T10:00:00Z")}),
                         snapshot({.id = "s2", .slot = at("2026-11-24T11:00:00Z")})};
  observed_.clock_offset = std::chrono::seconds(-31);
  EXPECT_EQ(verbs(), "blocked:ClockSuspect");
}

TEST_F(PlannerTest, SeveralVolumesNeedAHold) {
  policy_.datasets[0].hold = {};
  policy_.datasets[0].require = Consistency::Crash;
  observed_.volumes.push_back(fakes::volume("vol-2", "mysql_data_2"));
  EXPECT_EQ(verbs(), "blocked:SeveralVolumes");
}

TEST_F(PlannerTest, SnapshotsThatNobodyCanDeleteAreReported) {
  observed_.snapshots = {snapshot({.id = "s1",
                                   .slot = at("2026-11-24T10:00:00Z"),
                                   .consistency = Consistency::Unproven,
                                   .status = "error_deleting"})};
  EXPECT_EQ(verbs(), "create:SlotDue blocked:ErrorDeleting");
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
  EXPECT_EQ(verbs(), "");
  EXPECT_EQ(make().orphans.at(0).why, "VolumesGone");
}

TEST_F(PlannerTest, OrphansGoWhenTheirPolicySaysSoAndTheirTimeHasCome) {
  policy_.start_at = kNow;
  observed_.snapshots = left_behind();
  policy_.orphans_after = std::chrono::hours(24 * 31) + std::chrono::minutes(6);
  EXPECT_EQ(verbs(), "");
  policy_.orphans_after = std::chrono::hours(24 * 31);
  EXPECT_EQ(verbs(), "prune:Orphaned prune:Orphaned");
  policy_.suspend = true;
  EXPECT_EQ(verbs(), "");
  policy_.suspend = false;
  observed_.clock_offset = std::chrono::seconds(40);
  EXPECT_EQ(verbs(), "blocked:ClockSuspect");
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

TEST_F(PlannerTest, HostileNamesReachTheTerminalAsText) {
  observed_.servers[0].name = "backend-2";
  observed_.volumes[0].name = "mysql_data\x1b[31m\n";
  observed_.volumes[0].status = "\x1b]0;owned\x07";
  const auto text = render_text(make(), Colour::Off);
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
}

}  // namespace
}  // namespace stillpoint::planner
