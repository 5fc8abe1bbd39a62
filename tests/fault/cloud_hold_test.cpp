// What a hold does when the cloud goes wrong around it. docs/cloud-faults.md names these tests.

#include "cloud_fault_fixture.hpp"

namespace stillpoint {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

constexpr const char* kPost = "/snapshots$";

// --- the POST that asks for a snapshot

class PostWithoutAGoodAnswer : public CloudFaultKinds {};

TEST_P(PostWithoutAGoodAnswer, P3IsLookedForAndNotRepeated) {
  fault({{"kind", GetParam()}, {"method", "POST"}, {"path_regex", kPost}, {"longest_ms", 100}});
  forget_requests();
  expect_one_point(make_point());
  EXPECT_EQ(sim_.injected()[GetParam()], 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, PostWithoutAGoodAnswer,
                         testing::Values("server-error-after", "empty-body", "cut-body", "half-json", "wrong-type",
                                         "html", "closed-after", "reset-after", "late-post"),
                         kind_name);

/// Nothing is there that would take its time: to look for it is not waited for.
class PostThatWasNotCarriedOut : public CloudFaultKinds {
 protected:
  PostThatWasNotCarriedOut() : CloudFaultKinds(std::chrono::milliseconds(150)) {}
};

TEST_P(PostThatWasNotCarriedOut, LetsGoAndIsNotRepeated) {
  fault({{"kind", GetParam()}, {"method", "POST"}, {"path_regex", kPost}});
  forget_requests();
  expect_let_go(make_point());
  EXPECT_TRUE(attempts().empty());
  calm();
  script_.calls.clear();
  forget_requests();
  expect_one_point(make_point());
}

INSTANTIATE_TEST_SUITE_P(Kinds, PostThatWasNotCarriedOut,
                         testing::Values("forbidden", "not-found-page", "conflict", "quota", "too-large", "throttled",
                                         "unavailable", "unavailable-date", "server-error", "closed", "reset"),
                         kind_name);

TEST_F(CloudFaults, ATokenThatIsRefusedInAHoldIsRenewedAndThePostSentAgain) {
  fault({{"kind", "unauthorized"}, {"method", "POST"}, {"path_regex", kPost}});
  const auto result = make_point();
  EXPECT_EQ(count(result, Outcome::Done), 1) << errors(result);
  EXPECT_EQ(attempts().size(), 1U);
}

TEST_F(CloudFaults, ATokenThatIsAlwaysRefusedLetsGo) {
  fault_always("unauthorized", {{"method", "POST"}, {"path_regex", kPost}});
  make_point();
  EXPECT_EQ(script_.count("abort"), 1);
  EXPECT_TRUE(attempts().empty());
}

TEST_F(CloudFaults, AQuotaThatIsGoneWhenThePostComesIsSaid) {
  fault({{"kind", "quota"}});
  const auto result = make_point();
  EXPECT_THAT(errors(result), HasSubstr("SnapshotLimitExceeded"));
  EXPECT_EQ(result.results.at(0).error->kind(), support::ErrorKind::QuotaExceeded);
}

TEST_F(CloudFaults, P1SilenceAfterThePostEndsWithTheHold) {
  hold_for(seconds(1));
  fault({{"method", "POST"}, {"path_regex", kPost}, {"drip_ms", 50}});
  fault_always("drip", {{"path_regex", "/snapshots/detail\\?limit=[0-9]+&volume_id="}, {"after", 2}});
  const auto result = make_point();
  EXPECT_EQ(script_.count("hold"), 1) << errors(result);
  EXPECT_EQ(script_.count("abort"), 1);
}

TEST_F(CloudFaults, P2APostThatTakesEffectAfterTheHoldIsSwept) {
  hold_for(seconds(1));
  fault({{"kind", "late-post"}, {"path_regex", kPost}, {"longest_ms", 1500}});
  const auto slot = this_second();
  forget_requests();
  expect_let_go(make_point(slot));
  await([&] { return !attempts().empty() && attempts()[0].state == inventory::AttemptState::Unproven; });
  pass_time(seconds(80));
  pass();
  EXPECT_EQ(script_.count("verdict"), 1) << "the server is asked, and does not prove it";
  EXPECT_TRUE(attempts().empty());
}

// --- while it is waited for

class LostAnswer : public CloudFaultKinds {};

TEST_P(LostAnswer, DoesNotEndAHold) {
  fault({{"kind", GetParam()}, {"method", "GET"}, {"path_regex", kOneSnapshot}});
  forget_requests();
  expect_one_point(make_point());
  EXPECT_EQ(sim_.injected()[GetParam()], 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LostAnswer,
                         testing::Values("unauthorized", "not-found-page", "too-large", "throttled", "unavailable",
                                         "unavailable-date", "server-error", "empty-body", "cut-body", "half-json",
                                         "wrong-type", "html", "closed", "reset", "slow"),
                         kind_name);

class CloudThatFailsInAHold : public CloudFaultKinds {};

TEST_P(CloudThatFailsInAHold, P1IsLetGoOfByItsDeadline) {
  hold_for(seconds(1));
  fault_always(GetParam(), {{"method", "GET"}, {"path_regex", kOneSnapshot}, {"longest_ms", 200}});
  forget_requests();
  expect_let_go(make_point());
  calm();
  await([&] { return attempts().empty() || attempts()[0].state == inventory::AttemptState::Unproven; });
  pass_time(seconds(80));
  pass();
  EXPECT_TRUE(attempts().empty()) << "what it left is swept";
}

INSTANTIATE_TEST_SUITE_P(Kinds, CloudThatFailsInAHold,
                         testing::Values("unauthorized", "forbidden", "not-found", "not-found-page", "conflict",
                                         "throttled", "unavailable", "server-error", "empty-body", "half-json",
                                         "wrong-type", "html", "drip", "closed", "reset"),
                         kind_name);

TEST_F(CloudFaults, ARetryAfterThatIsLongerThanTheHoldLetsGoAtOnce) {
  hold_for(seconds(60));
  fault({{"method", "GET"}, {"path_regex", kOneSnapshot}, {"status", 503}, {"retry_after_s", 300}, {"count", -1}});
  forget_requests();
  const auto result = make_point();
  expect_let_go(result);
  EXPECT_THAT(errors(result), HasSubstr("it asks to come back in 300 s"));
  for (const auto sleep : clock_.sleeps()) {
    EXPECT_LT(sleep, seconds(1)) << "nothing is held while nobody is asked";
  }
}

TEST_F(CloudFaults, P2ASnapshotThatIsCutLongAfterIts202IsNoPoint) {
  hold_for(seconds(1));
  fault({{"kind", "snapshot-late"}, {"longest_ms", 1500}});
  forget_requests();
  const auto result = make_point();
  expect_let_go(result);
  EXPECT_THAT(errors(result), HasSubstr("was not available before the hold had to end"));
  await([&] { return attempts().at(0).state == inventory::AttemptState::Unproven; });
  pass_time(seconds(80));
  pass();
  EXPECT_TRUE(attempts().empty());
}

TEST_F(CloudFaults, ASnapshotThatEndsInErrorLetsGoAtOnceAndIsSwept) {
  fault({{"kind", "snapshot-error"}});
  forget_requests();
  const auto result = make_point();
  expect_let_go(result);
  EXPECT_THAT(errors(result), HasSubstr("became 'error': create snapshot:Snapshot failed to create."));
  EXPECT_THAT(reasons(pass().left), testing::Contains("InFlight"));
  pass_time(seconds(20));
  EXPECT_THAT(reasons(pass().left), testing::Contains("SweepLater"));
  pass_time(seconds(60));
  pass();
  EXPECT_TRUE(attempts().empty());
}

TEST_F(CloudFaults, ASnapshotThatSomebodyDeletesInMidHoldLetsGo) {
  fault({{"kind", "deleted-by-somebody"}, {"method", "GET"}});
  forget_requests();
  expect_let_go(make_point());
  EXPECT_TRUE(attempts().empty());
}

// --- the volume meanwhile

TEST_F(CloudFaults, AVolumeThatIsExtendedJustBeforeThePostLetsGo) {
  fault({{"method", "POST"},
         {"path_regex", kPost},
         {"effect", {{"volume", "body"}, {"status", "extending"}, {"status_ms", 200}, {"grow_gib", 1}}}});
  forget_requests();
  const auto result = make_point();
  expect_let_go(result);
  EXPECT_THAT(errors(result), HasSubstr("current status is: extending"));
  EXPECT_TRUE(attempts().empty());
  await([&] { return cloud_->get_volume(volume_, soon())->status == "in-use"; });
  script_.calls.clear();
  forget_requests();
  expect_one_point(make_point());
}

TEST_F(CloudFaults, AVolumeThatIsExtendedAfterThePostIsAPointAllTheSame) {
  fault({{"method", "POST"}, {"path_regex", kPost}, {"effect", {{"volume", "made"}, {"grow_gib", 1}}}});
  forget_requests();
  expect_one_point(make_point());
}

TEST_F(CloudFaults, P2AVolumeThatIsDetachedInMidHoldIsNoPoint) {
  fault({{"kind", "volume-detached"}});
  const auto result = make_point();
  EXPECT_EQ(count(result, Outcome::Failed), 1);
  EXPECT_THAT(errors(result), HasSubstr("is not attached to server 'backend-2' alone any more"));
  ASSERT_EQ(attempts().size(), 1U);
  EXPECT_EQ(attempts()[0].state, inventory::AttemptState::Unproven);
  // Nor does the server's own word make one of it: it knows nothing of the cloud's volumes.
  script_.verdict = quiesce::Verdict::Intact;
  pass_time(seconds(80));
  pass();
  EXPECT_EQ(script_.count("verdict"), 1);
  EXPECT_TRUE(attempts().empty());
}

TEST_F(CloudFaults, AVolumeThatIsDetachingHoldsNothing) {
  fault({{"path_regex", "/volumes/[0-9a-f-]{36}$"}, {"effect", {{"volume", "path"}, {"status", "detaching"}}}});
  const auto result = make_point();
  EXPECT_EQ(script_.count("hold"), 0) << "P9";
  EXPECT_THAT(errors(result), HasSubstr("is detaching"));
}

// --- the label

class LabelWithoutAGoodAnswer : public CloudFaultKinds {};

TEST_P(LabelWithoutAGoodAnswer, IsReadBack) {
  fault({{"kind", GetParam()}, {"method", "POST"}, {"path_regex", "/metadata$"}, {"longest_ms", 20}});
  expect_one_point(make_point());
  EXPECT_EQ(sim_.injected()[GetParam()], 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LabelWithoutAGoodAnswer,
                         testing::Values("unauthorized", "too-large", "throttled", "unavailable", "server-error",
                                         "server-error-after", "empty-body", "cut-body", "half-json", "wrong-type",
                                         "html", "closed", "closed-after", "reset", "reset-after", "late-post"),
                         kind_name);

TEST_F(CloudFaults, P2ALabelThatWasOnlyAcknowledgedIsNotBelieved) {
  fault({{"method", "POST"}, {"path_regex", "/metadata$"}, {"status", 200}, {"answer", "html"}, {"count", -1}});
  const auto slot = this_second();
  EXPECT_EQ(count(make_point(slot), Outcome::Failed), 1);
  EXPECT_EQ(attempts().at(0).state, inventory::AttemptState::Unproven);
  calm();
  script_.verdict = quiesce::Verdict::Intact;
  pass_time(seconds(15));
  const auto later = make_point(slot);
  EXPECT_EQ(count(later, Outcome::Failed), 0) << errors(later);
  ASSERT_EQ(attempts().size(), 1U);
  EXPECT_EQ(attempts()[0].consistency, policy::Consistency::Application);
  EXPECT_EQ(script_.count("hold"), 1) << "the server's verdict serves";
}

class LabelThatIsRefused : public CloudFaultKinds {};

TEST_P(LabelThatIsRefused, P7IsWrittenByALaterPassOnTheServersWord) {
  fault_always(GetParam(), {{"method", "POST"}, {"path_regex", "/metadata$"}});
  const auto slot = this_second();
  EXPECT_EQ(count(make_point(slot), Outcome::Failed), 1);
  EXPECT_EQ(script_.count("release"), 1);
  calm();
  script_.verdict = quiesce::Verdict::Intact;
  pass_time(seconds(15));
  make_point(slot);
  ASSERT_EQ(attempts().size(), 1U);
  EXPECT_EQ(attempts()[0].state, inventory::AttemptState::Complete);
  EXPECT_EQ(script_.count("hold"), 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, LabelThatIsRefused,
                         testing::Values("unauthorized", "forbidden", "not-found", "conflict", "throttled",
                                         "server-error", "closed"),
                         kind_name);

}  // namespace
}  // namespace stillpoint
