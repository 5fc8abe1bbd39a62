// What a pass does when the cloud cannot be read, or says what cannot be true. docs/cloud-faults.md names these tests.

#include "cloud_fault_fixture.hpp"

namespace stillpoint {
namespace {

using std::chrono::seconds;
using support::ErrorKind;
using testing::HasSubstr;

class UnreadableCloud : public CloudFaultKinds {
 protected:
  UnreadableCloud() {
    policy_.retention.keep_last = 1;
    make_point(this_second() - seconds(10));
    make_point(this_second() - seconds(5));
    script_.calls.clear();
  }
};

TEST_P(UnreadableCloud, P6ABadListingChangesNothing) {
  const std::string kind = GetParam();
  if (kind == "drip") {
    connect(std::chrono::milliseconds(300));
  }
  if (kind == "endless-listing") {
    connect(seconds(10), {.most_pages = 20});
  }
  policy_.retention.keep_last = 1;
  const auto before = attempts().size();
  fault_always(kind, {{"path_regex", "/snapshots/detail"}, {"method", "GET"}});
  forget_requests();
  planner::Wishes wishes;
  wishes.slot_now = this_second();
  const auto ended = try_pass(wishes);
  ASSERT_FALSE(ended) << kind;
  EXPECT_NE(ended.error().kind(), ErrorKind::InvalidInput) << "exit code 3 and not 2: " << ended.error().to_string();
  EXPECT_THAT(ended.error().to_string(), HasSubstr("read the snapshots"));
  EXPECT_EQ(writes(), 0);
  EXPECT_TRUE(script_.calls.empty());
  calm();
  EXPECT_EQ(attempts().size(), before);
}

INSTANTIATE_TEST_SUITE_P(Kinds, UnreadableCloud,
                         testing::Values("unauthorized", "forbidden", "not-found-page", "conflict", "too-large",
                                         "throttled", "unavailable", "unavailable-date", "server-error", "empty-body",
                                         "cut-body", "half-json", "wrong-type", "html", "drip", "closed", "reset",
                                         "endless-listing", "looping-listing"),
                         kind_name);

class ReadableCloud : public CloudFaultKinds {};

TEST_P(ReadableCloud, OneLostListingIsAskedForAgain) {
  fault({{"kind", GetParam()}, {"path_regex", "/snapshots/detail"}});
  const auto result = make_point();
  expect_one_point(result);
  EXPECT_EQ(sim_.injected()[GetParam()], 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, ReadableCloud,
                         testing::Values("unauthorized", "too-large", "throttled", "unavailable", "unavailable-date",
                                         "server-error", "cut-body", "closed", "reset", "slow"),
                         kind_name);

TEST_F(CloudFaults, P6AListingThatLostAServerOrItsVolumesMakesNoOrphanGo) {
  make_point(this_second() - std::chrono::minutes(10));
  policy_.schedule.cron = {"* * * * *"};
  policy_.start_at = this_second() + std::chrono::hours(1);
  policy_.orphans_after = std::chrono::minutes(5);
  for (const std::string list : {"servers", "volumes"}) {
    fault({{"path_regex", "/" + list + "/detail"}, {"status", 200}, {"body", {{list, json::array()}}}});
    const auto result = pass();
    EXPECT_EQ(count(result, Outcome::Failed), 1) << list;
    EXPECT_THAT(errors(result), HasSubstr("which a listing did not show: its points are no orphan's, and stay"));
    EXPECT_EQ(attempts().size(), 1U) << list;
  }
  ASSERT_TRUE(pass().left.is_settled());
}

TEST_F(CloudFaults, RetryAfterIsWaitedForAsSecondsAndAsADate) {
  for (const json& when : {json{{"retry_after_s", 7}}, json{{"retry_after_date_s", 7}}}) {
    json rule{{"path_regex", "/volumes/detail"}, {"status", 503}};
    rule.update(when);
    fault(rule);
    EXPECT_TRUE(pass().left.is_settled());
    const auto sleeps = clock_.sleeps();
    EXPECT_TRUE(std::any_of(sleeps.begin(), sleeps.end(), [](auto sleep) {
      return sleep >= seconds(6) && sleep <= seconds(8);
    })) << when.dump();
  }
}

TEST_F(CloudFaults, ARetryAfterBeyondTheDeadlineIsSaidAndNotWaitedFor) {
  fault({{"path_regex", "/volumes/detail"}, {"status", 503}, {"retry_after_s", 86400}, {"count", -1}});
  const auto ended = try_pass();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().retry_after(), seconds(86400));
  EXPECT_THAT(ended.error().to_string(), HasSubstr("it asks to come back in 86400 s"));
  for (const auto sleep : clock_.sleeps()) {
    EXPECT_LT(sleep, seconds(60));
  }
}

TEST_F(CloudFaults, ForbiddenQuotaSetsAreReadFromTheLimits) {
  fault_always("forbidden", {{"path_regex", "/os-quota-sets/"}});
  expect_one_point(make_point());
}

// Between two pages somebody deletes the snapshot at which the next page begins.
TEST_F(CloudFaults, P6AListingThatChangesWhileItIsPagedIsReadFromTheBeginning) {
  for (int i = 0; i < 5; ++i) {
    cloud::NewSnapshot by_hand;
    by_hand.volume = volume_;
    by_hand.name = "by hand " + std::to_string(i);
    ASSERT_TRUE(cloud_->create_snapshot(by_hand, soon()));
  }
  connect(seconds(10), {.page_size = 2});
  fault({{"kind", "listing-changes"}});
  const auto listed = cloud_->list_snapshots(soon());
  ASSERT_TRUE(listed) << listed.error().to_string();
  EXPECT_EQ(sim_.injected()["listing-changes"], 1);
  EXPECT_EQ(listed->size(), 4U) << "what is left, each once";
}

TEST_F(CloudFaults, P6AListingThatAlwaysChangesIsGivenUp) {
  for (int i = 0; i < 10; ++i) {
    cloud::NewSnapshot by_hand;
    by_hand.volume = volume_;
    ASSERT_TRUE(cloud_->create_snapshot(by_hand, soon()));
  }
  connect(seconds(10), {.page_size = 1});
  fault_always("listing-changes");
  const auto ended = try_pass();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::Unavailable);
  EXPECT_THAT(ended.error().to_string(), HasSubstr("the listing changed under each of 4 attempts"));
}

TEST_F(CloudFaults, APageThatDripsTakesNoLongerThanAPageMay) {
  connect(seconds(10), {.page_time = std::chrono::milliseconds(300)});
  fault_always("drip", {{"path_regex", "/servers/detail"}});
  forget_requests();
  const auto ended = try_pass();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::Timeout) << ended.error().to_string();
  EXPECT_EQ(served("GET", "/servers/detail"), 1) << "its time is for all tries together";
}

TEST_F(CloudFaults, ATlsFailureReadsNothing) {
  std::string https = sim_.url() + "/volume/v3/x";
  https.replace(0, 4, "https");
  settings({{"endpoints", {{"volumev3", https}}}});
  connect();
  const auto ended = try_pass();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::Unavailable);
  EXPECT_THAT(ended.error().to_string(), HasSubstr("TLS with 127.0.0.1"));
}

TEST_F(CloudFaults, ANameThatDoesNotResolveReadsNothing) {
  settings({{"endpoints", {{"volumev3", "http://no-such-host.invalid/v3/x"}}}});
  connect();
  const auto ended = try_pass();
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().kind(), ErrorKind::Unavailable);
  EXPECT_THAT(ended.error().to_string(), HasSubstr("the name of no-such-host.invalid cannot be resolved"));
}

TEST_F(CloudFaults, P6ACloudThatIsTwoHoursAheadOrBehindHoldsAndPrunesNothing) {
  make_point(this_second() - seconds(10));
  make_point(this_second() - seconds(5));
  policy_.retention.keep_last = 1;
  script_.calls.clear();
  for (const int offset : {7200, -7200}) {
    settings({{"clock_offset_s", offset}});
    forget_requests();
    const auto result = make_point();
    EXPECT_THAT(reasons(result.left), testing::ElementsAre("ClockSuspect"));
    EXPECT_TRUE(script_.calls.empty());
    EXPECT_EQ(writes(), 0);
  }
}

// One of several API servers has a wrong clock: the pass's look was right, the preflight's is not.
TEST_F(CloudFaults, P9AClockThatIsWrongAtThePreflightHoldsNothing) {
  pass();  // has asked for the versions, once and for all
  fault({{"kind", "clock-ahead"}, {"path_regex", "/volume/v3/$"}, {"after", 1}});
  const auto result = make_point();
  EXPECT_EQ(count(result, Outcome::Failed), 1);
  EXPECT_THAT(errors(result), HasSubstr("differs from the cloud's by 7200 s"));
  EXPECT_TRUE(script_.calls.empty());
}

TEST_F(CloudFaults, P3ADateThatIsHoursAheadSweepsNothing) {
  fault_always("forbidden", {{"method", "POST"}, {"path_regex", "/metadata$"}});
  make_point();
  calm();
  ASSERT_EQ(attempts().size(), 1U);
  settings({{"clock_offset_s", 7200}});
  forget_requests();
  pass();
  EXPECT_EQ(attempts().size(), 1U);
  EXPECT_EQ(writes(), 0) << "by our own clock it may be held still";
}

TEST_F(CloudFaults, P11AnEchoOfTheRequestSaysNoSecret) {
  for (const char* where : {"/snapshots/detail", "/auth/tokens$"}) {
    fault({{"kind", "echo"}, {"path_regex", where}, {"count", -1}});
    if (std::string(where).ends_with("$")) {
      sim_.control("DELETE", "/sim/tokens");
    }
    const auto ended = try_pass();
    ASSERT_FALSE(ended);
    const std::string said = ended.error().to_string();
    EXPECT_THAT(said, HasSubstr("cannot handle this request"));
    EXPECT_THAT(said, HasSubstr("[secret]"));
    EXPECT_THAT(said, testing::Not(HasSubstr(sim_.password())));
    for (const auto& token : tokens_) {
      EXPECT_THAT(said, testing::Not(HasSubstr(token)));
    }
    calm();
  }
}

}  // namespace
}  // namespace stillpoint
