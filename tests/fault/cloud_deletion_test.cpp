// What a deletion does when the cloud goes wrong around it. docs/cloud-faults.md names these tests.

#include "cloud_fault_fixture.hpp"

namespace stillpoint {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

/// Two points, of which retention wants the newer.
class DeletionFaults : public CloudFaultKinds {
 protected:
  explicit DeletionFaults(std::chrono::milliseconds slept = std::chrono::milliseconds(250)) : CloudFaultKinds(slept) {
    make_point(this_second() - seconds(10));
    make_point(this_second() - seconds(5));
    policy_.retention.keep_last = 1;
    script_.calls.clear();
    forget_requests();
  }
  size_t points() { return attempts().size(); }
};

class DeletionWithoutAGoodAnswer : public DeletionFaults {};

TEST_P(DeletionWithoutAGoodAnswer, IsLookedForAndNotRepeated) {
  fault({{"kind", GetParam()}, {"method", "DELETE"}, {"path_regex", kOneSnapshot}, {"longest_ms", 200}});
  const auto result = pass();
  EXPECT_EQ(count(result, Outcome::Done), 1) << errors(result);
  EXPECT_EQ(served_deletes(), 1);
  EXPECT_EQ(points(), 1U);
  EXPECT_TRUE(result.left.is_settled());
}

INSTANTIATE_TEST_SUITE_P(Kinds, DeletionWithoutAGoodAnswer,
                         testing::Values("server-error-after", "empty-body", "html", "closed-after", "reset-after",
                                         "late-delete", "slow"),
                         kind_name);

class DeletionThatWasNotCarriedOut : public DeletionFaults {
 protected:
  DeletionThatWasNotCarriedOut() : DeletionFaults(std::chrono::milliseconds(150)) {}
};

TEST_P(DeletionThatWasNotCarriedOut, FailsAndIsLeftToALaterPass) {
  fault({{"kind", GetParam()}, {"method", "DELETE"}, {"path_regex", kOneSnapshot}});
  const auto result = pass();
  EXPECT_EQ(count(result, Outcome::Failed), 1);
  EXPECT_EQ(served_deletes(), 1);
  EXPECT_EQ(points(), 2U);
  const auto later = pass();
  EXPECT_EQ(count(later, Outcome::Done), 1) << errors(later);
  EXPECT_EQ(points(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, DeletionThatWasNotCarriedOut,
                         testing::Values("forbidden", "not-found-page", "conflict", "too-large", "throttled",
                                         "unavailable", "server-error", "closed", "reset"),
                         kind_name);

class SnapshotThatCannotBeReadBack : public DeletionFaults {};

TEST_P(SnapshotThatCannotBeReadBack, P4IsNotDeleted) {
  fault_always(GetParam(), {{"method", "GET"}, {"path_regex", kOneSnapshot}});
  const auto result = pass();
  EXPECT_EQ(count(result, Outcome::Failed), 1);
  EXPECT_EQ(writes(), 0);
  calm();
  EXPECT_EQ(points(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Kinds, SnapshotThatCannotBeReadBack,
                         testing::Values("forbidden", "not-found-page", "conflict", "throttled", "server-error",
                                         "empty-body", "half-json", "wrong-type", "html", "closed"),
                         kind_name);

TEST_F(DeletionFaults, P4ASnapshotThatLooksLikeAnotherIsNotDeleted) {
  const json other{{"snapshot",
                    {{"id", "00000000-0000-4000-8000-000000000000"},
                     {"volume_id", volume_.str()},
                     {"status", "available"},
                     {"size", 1},
                     {"created_at", "2026-11-24T06:00:00"},
                     {"metadata", attempts()[0].members[0].snapshot.metadata.get()}}}};
  fault({{"method", "GET"}, {"path_regex", kOneSnapshot}, {"status", 200}, {"body", other}, {"count", -1}});
  EXPECT_EQ(count(pass(), Outcome::Failed), 1);
  EXPECT_EQ(writes(), 0);
}

TEST_F(DeletionFaults, APointThatCannotBeMarkedIsNotDeleted) {
  fault_always("conflict", {{"method", "POST"}, {"path_regex", "/metadata$"}});
  EXPECT_EQ(count(pass(), Outcome::Failed), 1);
  EXPECT_EQ(served_deletes(), 0);
  EXPECT_EQ(points(), 2U);
}

TEST_F(DeletionFaults, ASnapshotThatSomebodyElseDeletesInMidPassIsNoFailure) {
  for (const int after : {0, 1, 2}) {  // before it is read, before it is read again, and just after
    SCOPED_TRACE(after);
    fault({{"kind", "deleted-by-somebody"}, {"method", "GET"}, {"path_regex", kOneSnapshot}, {"after", after}});
    const auto result = pass();
    EXPECT_EQ(count(result, Outcome::Failed), 0) << errors(result);
    EXPECT_EQ(points(), 1U);
    EXPECT_TRUE(result.left.is_settled());
    calm();
    policy_.retention.keep_last = 2;
    make_point(this_second() - seconds(4 - after));
    policy_.retention.keep_last = 1;
  }
}

TEST_F(DeletionFaults, ADeletionThatComesBackBusyLeavesThePointAndSaysWhy) {
  fault({{"kind", "deletion-busy"}});
  const auto result = pass();
  EXPECT_EQ(count(result, Outcome::Failed), 1);
  EXPECT_THAT(errors(result), HasSubstr("the cloud did not delete it, it is 'available' again: delete snapshot:"
                                        "Snapshot is busy."));
  EXPECT_EQ(served_deletes(), 1) << "not asked for again in this pass";
  EXPECT_EQ(points(), 2U);
  EXPECT_EQ(attempts()[0].state, inventory::AttemptState::Complete) << "P5: it is a point still";
  pass();
  EXPECT_EQ(points(), 1U) << "the clone is gone by now";
}

TEST_F(DeletionFaults, ASnapshotInErrorDeletingIsLeftToAnAdministrator) {
  fault({{"kind", "deletion-error"}});
  const auto result = pass();
  EXPECT_EQ(count(result, Outcome::Failed), 1);
  EXPECT_THAT(errors(result), HasSubstr("it is 'error_deleting'"));
  forget_requests();
  pass_time(seconds(80));
  const auto later = pass();
  EXPECT_THAT(reasons(later.left), testing::ElementsAre("ErrorDeleting"));
  EXPECT_THAT(later.left.actions[0].message, HasSubstr("only an administrator can delete it"));
  EXPECT_EQ(writes(), 0) << "not asked for again";
}

}  // namespace
}  // namespace stillpoint
