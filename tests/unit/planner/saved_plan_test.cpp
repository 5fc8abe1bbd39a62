// A plan that was saved is carried out as it is, or not at all.

#include "planner/saved_plan.hpp"

#include <nlohmann/json.hpp>

#include "unit/planner/planner_fixture.hpp"

namespace stillpoint::planner {
namespace {

class SavedPlanTest : public PlannerTest {
 protected:
  std::string saved() const { return render_json({{"prod", make()}}, wishes_, now_); }
  ApprovedChanges approved() const { return read_saved_plan(saved(), now_).value().clouds.at("prod"); }
  /// Three old points of which one goes, and a slot that is due.
  void fill() {
    policy_.retention.keep_last = 2;
    for (int hour : {9, 10, 11}) {
      observed_.snapshots.push_back(snapshot({.id = "s" + std::to_string(hour),
                                              .slot = kSlot - std::chrono::hours(12 - hour),
                                              .attempt = "a" + std::to_string(hour)}));
    }
  }
};

TEST_F(SavedPlanTest, TheSameWorldGivesTheSameChanges) {
  fill();
  const auto approval = approved();
  EXPECT_FALSE(approval.empty());
  EXPECT_TRUE(approval.differences(make()).empty());
  now_ += std::chrono::minutes(3);
  EXPECT_TRUE(approval.differences(make()).empty()) << "time alone changes nothing";
}

TEST_F(SavedPlanTest, AnotherWorldIsNamedByItsDifferences) {
  fill();
  const auto approval = approved();
  observed_.snapshots.erase(observed_.snapshots.begin());
  EXPECT_EQ(approval.differences(make()),
            std::vector<std::string>{"not to be done any more: prune edx/backend-2/mysql 2026-11-24T09:00:00Z"});
  policy_.retention.keep_last = 1;
  EXPECT_EQ(approval.differences(make()).size(), 2U);
  observed_.snapshots.clear();
  now_ = at("2026-11-24T12:45:00Z");
  EXPECT_EQ(approval.differences(make()).size(), 2U) << "the slot is over";
}

TEST_F(SavedPlanTest, AnotherHoldOrAnotherVolumeIsAnotherPlan) {
  const auto approval = approved();
  policy_.datasets[0].hold.method = policy::Method::StopService;
  EXPECT_EQ(approval.differences(make()).size(), 2U);
  policy_.datasets[0].hold.method = policy::Method::BackupStage;
  policy_.datasets[0].hold.max_hold = std::chrono::seconds(60);
  EXPECT_EQ(approval.differences(make()).size(), 2U);
  policy_.datasets[0].hold.max_hold = std::chrono::seconds(20);
  policy_.datasets[0].hold.defaults_file = "/etc/other.cnf";
  EXPECT_EQ(approval.differences(make()).size(), 2U) << "what the plan's text does not say counts, too";
  policy_.datasets[0].hold.defaults_file = "";
  EXPECT_EQ(approval.differences(make()).size(), 0U);
  observed_.volumes[0].id = cloud::VolumeId("vol-new");
  EXPECT_EQ(approval.differences(make()).size(), 2U);
}

TEST_F(SavedPlanTest, WhatAnApprovedChangeMakesPossibleWasNotApproved) {
  fill();
  const auto approval = approved();
  observed_.snapshots.erase(observed_.snapshots.begin());
  observed_.snapshots.push_back(snapshot({.id = "new", .slot = kSlot, .attempt = "aa"}));
  EXPECT_EQ(verbs(), "prune:NotKept") << "the point of 10:00, which the new one replaces";
  auto made = make();
  approval.restrict(made);
  EXPECT_FALSE(made.has_changes());
}

TEST_F(SavedPlanTest, P2ToAskTheServerIsNotToKeepWithoutProof) {
  policy_.datasets[0].on_failure = policy::OnFailure::Downgrade;
  observed_.snapshots = {snapshot({.id = "s1", .slot = kSlot, .consistency = Consistency::Unproven})};
  EXPECT_EQ(verbs(), "relabel:VerdictUnknown");
  const auto approval = approved();
  observed_.not_intact = {fakes::attempt_id("a1")};
  auto made = make();
  approval.restrict(made);
  EXPECT_FALSE(made.has_changes()) << render_text(made, Colour::Off);
}

TEST_F(SavedPlanTest, WhatIsNotAChangeMayDiffer) {
  now_ = at("2026-11-24T12:45:00Z");
  EXPECT_TRUE(approved().empty()) << "only skips";
}

TEST_F(SavedPlanTest, ThePointOutsideTheScheduleKeepsItsSlotForAnHour) {
  wishes_.slot_now = kNow;
  wishes_.mass_delete = retention::MassDelete::Allow;
  const auto text = saved();
  const auto read = read_saved_plan(text, kNow + std::chrono::minutes(60));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->wishes.slot_now, kNow);
  EXPECT_EQ(read->wishes.mass_delete, retention::MassDelete::Allow);
  EXPECT_EQ(read->wishes.installation, "default");
  EXPECT_EQ(read->made_at, kNow);
  const auto late = read_saved_plan(text, kNow + std::chrono::minutes(61));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().message(),
            "the plan was made with --now at 2026-11-24T12:05:00Z, and is good for one hour; make a new one");
}

TEST_F(SavedPlanTest, OtherFilesAreRefused) {
  for (const char* patch :
       {R"({"kind": "Rehearsal"})", R"({"apiVersion": "v9"})", R"({"madeAt": "noon"})", R"({"slotNow": 5})",
        R"({"clouds": null})", R"({"actions": [{"verb": "create"}]})", R"({"actions": [5]})", R"({"installation": 5})",
        R"({"slotNow": "noon"})", R"({"allowMassDelete": "yes"})"}) {
    auto document = nlohmann::json::parse(saved());
    document.merge_patch(nlohmann::json::parse(patch));
    const auto read = read_saved_plan(document.dump(), now_);
    ASSERT_FALSE(read) << patch;
    EXPECT_EQ(read.error().kind(), support::ErrorKind::InvalidInput);
  }
  for (const char* text : {"", "{", "[]", "apiVersion: x", "null", "\xff"}) {
    EXPECT_FALSE(read_saved_plan(text, now_)) << text;
  }
}

}  // namespace
}  // namespace stillpoint::planner
