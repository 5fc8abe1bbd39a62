// What a plan does about points that are wanted: made, or not, and why not.

#include "unit/planner/planner_fixture.hpp"

namespace stillpoint::planner {
namespace {

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

TEST_F(PlannerTest, NowMakesAPointOutsideTheSchedule) {
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot})};
  wishes_.slot_now = kNow;
  EXPECT_EQ(only().reason, "AskedFor");
}

TEST_F(PlannerTest, WhatDeletionsDoNotMakeRoomForIsBlocked) {
  policy_.retention.keep_last = 3;
  observed_.quota = {{"snapshots", {40, 5, 0}}, {"gigabytes", {50, 50, 0}}, {"snapshots_rbd", {4, 4, 0}}};
  for (int hour = 8; hour <= 11; ++hour) {
    observed_.snapshots.push_back(
        snapshot({.id = "s" + std::to_string(hour), .slot = kSlot - std::chrono::hours(12 - hour)}));
  }
  EXPECT_EQ(verbs(), "prune:NotKept wait:AwaitsRoom") << "room of the volume's type, too";
  observed_.quota["gigabytes"] = {50, 60, 0};
  EXPECT_EQ(verbs(), "prune:NotKept blocked:QuotaExceeded");
}

TEST_F(PlannerTest, APointSaysWhatItCosts) {
  const auto cost = only().cost();
  EXPECT_EQ(cost.snapshots, 1);
  EXPECT_EQ(cost.gib, 10);
  EXPECT_EQ(cost.hold, std::chrono::seconds(20));
  policy_.datasets[0].hold = {};
  policy_.datasets[0].require = Consistency::Crash;
  EXPECT_EQ(only().cost().hold, std::chrono::seconds(0)) << "nothing is held";
}

TEST_F(PlannerTest, P4LookAlikesAndOtherInstallationsAreShownAndLeftAlone) {
  auto foreign = snapshot({.id = "f1", .slot = kSlot});
  foreign.metadata.clear();
  auto unreadable = snapshot({.id = "f3", .volume = "vol-elsewhere", .slot = kSlot});
  unreadable.metadata.set("stillpoint.slot", "noon");
  auto elsewhere = foreign;
  elsewhere.id = cloud::SnapshotId("f4");
  elsewhere.volume = cloud::VolumeId("vol-elsewhere");
  observed_.snapshots = {foreign, snapshot({.id = "f2", .slot = kSlot, .installation = "other"}), unreadable, elsewhere,
                         snapshot({.id = "ours", .slot = kSlot})};
  const auto made = make();
  EXPECT_TRUE(made.actions.empty());
  std::string said;
  for (const auto& stranger : made.strangers) {
    said += stranger.id.str() + ":" + stranger.why + " ";
  }
  EXPECT_EQ(said, "f1:Foreign f2:OtherInstallation f3:Unreadable ");
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
  EXPECT_EQ(verbs(), "prune:NotKept wait:AwaitsRoom");
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
  other.metadata.set("stillpoint.cluster", "galera");
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

TEST_F(PlannerTest, WhatAPersonHasToChangeIsSaidAlsoWhenNoSlotIsDue) {
  policy_.start_at = kNow;
  EXPECT_EQ(verbs(), "");
  policy_.datasets[0].volumes.name_contains = "nosuch";
  EXPECT_EQ(verbs(), "blocked:NoVolume");
  policy_.datasets[0].volumes.name_contains = "mysql";
  policy_.cluster = {"galera", 3, {{"192.0.2.12"}}, false};
  EXPECT_EQ(verbs(), "blocked:Writer");
}

TEST_F(PlannerTest, AVolumeOfTwoDatasetsIsHeldForNeither) {
  policy_.datasets.push_back(policy_.datasets[0]);
  policy_.datasets[1].name = "everything";
  policy_.datasets[1].volumes = {};
  policy_.datasets[1].volumes.name_contains = "data";
  EXPECT_EQ(verbs(), "blocked:VolumeClaimedTwice blocked:VolumeClaimedTwice");
}

TEST_F(PlannerTest, SeveralVolumesNeedAHold) {
  policy_.datasets[0].hold = {};
  policy_.datasets[0].require = Consistency::Crash;
  observed_.volumes.push_back(fakes::volume("vol-2", "mysql_data_2"));
  EXPECT_EQ(verbs(), "blocked:SeveralVolumes");
}

TEST_F(PlannerTest, P2SeveralVolumesNeedAFreezeWhereTheMethodDoesNotJoinThem) {
  using policy::Method;
  observed_.volumes.push_back(fakes::volume("vol-2", "mysql_data_2"));
  for (const auto method : {Method::Checkpoint, Method::Journal, Method::InstanceLock, Method::BackupMode,
                            Method::FsyncLock, Method::ReadLock}) {
    policy_.datasets[0].hold.method = method;
    policy_.datasets[0].require = Consistency::Crash;
    policy_.datasets[0].hold.freeze = false;
    const bool joins = method == Method::BackupMode || method == Method::FsyncLock || method == Method::ReadLock;
    EXPECT_EQ(verbs(), joins ? "create:SlotDue" : "blocked:SeveralVolumes") << to_string(method);
    policy_.datasets[0].hold.freeze = true;
    EXPECT_EQ(verbs(), "create:SlotDue") << to_string(method);
  }
}

TEST_F(PlannerTest, P10MembersThatTheDriverCountsMayBeAsManyAsTheClusterHas) {
  policy_.cluster = {"galera", 3, {{"192.0.2.12"}}, true};
  policy_.datasets[0].require = Consistency::Crash;
  for (const auto driver : {policy::Driver::Mariadb, policy::Driver::Mysql, policy::Driver::Mongodb}) {
    policy_.datasets[0].hold.driver = driver;
    EXPECT_EQ(verbs(), "create:SlotDue") << to_string(driver);
  }
  policy_.datasets[0].hold.driver = policy::Driver::Postgresql;
  EXPECT_EQ(verbs(), "blocked:HealthUnknown");
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
