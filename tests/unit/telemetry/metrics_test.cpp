#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "fakes/objects.hpp"
#include "telemetry/exposition.hpp"

namespace stillpoint::telemetry {
namespace {

using fakes::at;
using testing::HasSubstr;
using testing::Not;

const auto kSlot = at("2026-11-24T12:00:00Z");
const auto kNow = at("2026-11-24T12:05:00Z");

inventory::Points one_point() {
  return inventory::assemble({fakes::snapshot({.id = "s1", .slot = kSlot})}, "default");
}

/// What a pass over the clouds says.
void observe(Metrics& metrics, const std::vector<std::string>& clouds, long room = 7) {
  for (const auto& cloud : clouds) {
    metrics.observe(cloud, one_point(), {{"snapshots", {room, 0, 0}}, {"gigabytes", {-1, 0, 0}}}, kNow);
    metrics.observe_next_slot(cloud, "edx", at("2026-11-24T13:00:00Z"), std::chrono::hours(1));
  }
}

/// Sorted, since the registry keeps no order.
std::vector<std::string> lines_of(const Metrics& metrics) {
  auto lines = support::split(metrics.text(), '\n');
  std::sort(lines.begin(), lines.end());
  return lines;
}

const auto kAll = [](const std::string&) { return true; };
const auto kNone = [](const std::string&) { return false; };

TEST(Metrics, CloudsDoNotOverwriteEachOther) {
  Metrics metrics;
  observe(metrics, {"lab"}, 3);
  observe(metrics, {"prod"}, 9);
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_quota_headroom{cloud=\"lab\",resource=\"snapshots\"} 3\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_quota_headroom{cloud=\"prod\",resource=\"snapshots\"} 9\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_last_complete_point_timestamp_seconds{cloud=\"lab\","));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("gigabytes"))) << "there is no headroom without a limit";
}

TEST(Metrics, APassOfAnHourIsInABucketOfItsOwn) {
  Metrics metrics;
  metrics.pass_ended(std::chrono::minutes(59), 4);
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_reconcile_seconds_bucket{le=\"1800\"} 0\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_reconcile_seconds_bucket{le=\"3600\"} 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_pass_exit_code 4\n"));
}

TEST(Metrics, WhatWasKnownOfACloudIsKeptUntilItIsReadAgain) {
  Metrics earlier;
  observe(earlier, {"prod"});
  earlier.pass_ended(std::chrono::seconds(1), 0);
  Metrics failed;
  failed.keep_from(earlier.text(), kAll);
  Metrics expected;
  observe(expected, {"prod"});
  EXPECT_EQ(lines_of(failed), lines_of(expected)) << "all of what is observed, and nothing that is counted";
  Metrics again;
  again.keep_from(failed.text(), kAll);
  EXPECT_EQ(lines_of(again), lines_of(expected)) << "however often it fails";
}

TEST(Metrics, WhatIsReadNowIsNotMixedWithWhatWas) {
  Metrics earlier;
  observe(earlier, {"prod", "lab"});
  Metrics metrics;
  metrics.observe("prod", inventory::Points(), {}, kNow + std::chrono::hours(1));
  metrics.keep_from(earlier.text(), kAll);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("recovery_points{cloud=\"prod\""))) << "its points are gone";
  EXPECT_THAT(metrics.text(), HasSubstr("recovery_points{cloud=\"lab\""));
}

TEST(Metrics, ACloudThatNoPolicyNamesAnyMoreIsForgotten) {
  Metrics earlier;
  observe(earlier, {"prod"});
  Metrics metrics;
  metrics.keep_from(earlier.text(), kNone);
  EXPECT_EQ(metrics.text(), Metrics().text());
}

TEST(Metrics, OnlyLinesOfItsOwnAreKept) {
  Metrics metrics;
  metrics.keep_from(
      "stillpoint_quota_headroom{cloud=\"prod\",evil-label=\"x\"} 1\n"
      "stillpoint_quota_headroom{cloud=\"prod\",__name__=\"x\"} 1\n"
      "stillpoint_quota_headroom{cloud=\"prod\",resource=\"snapshots\"} many\n"
      "stillpoint_quota_headroom{resource=\"snapshots\"} 1\n"
      "stillpoint_points_total{cloud=\"prod\",result=\"complete\"} 1\n"
      "node_load1{cloud=\"prod\"} 1\n"
      "stillpoint_quota_headroom{cloud=\"prod\"",
      kAll);
  EXPECT_EQ(metrics.text(), Metrics().text());
}

/// One policy whose only series is overdue and held.
status::Status one_overdue() {
  status::SeriesStatus series;
  series.server = fakes::kServer;
  series.server_name = "backend-2";
  series.dataset = "mysql";
  series.due = kNow - std::chrono::seconds(90);
  series.missed = 2;
  series.doing = "held";
  status::PolicyStatus policy;
  policy.name = "edx";
  policy.cloud = "prod";
  policy.next_slot = at("2026-11-24T13:00:00Z");
  policy.interval = std::chrono::hours(1);
  policy.series = {series};
  policy.conditions = {{status::Condition::Type::Protected, status::Truth::False, "Overdue", "", kNow}};
  status::Status status;
  status.now = kNow;
  status.policies = {policy};
  return status;
}

TEST(Metrics, AStatusIsToldAndWhatItDoesNotTellAnyMoreGoes) {
  Metrics metrics;
  auto status = one_overdue();
  metrics.observe(status);
  const std::string series =
      "{cloud=\"prod\",dataset=\"mysql\",policy=\"edx\",server=\"" + fakes::kServer.str() + "\"} ";
  const std::string condition = "stillpoint_policy_condition{cloud=\"prod\",policy=\"edx\",status=";
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_overdue_seconds" + series + "90\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_missed_slots" + series + "2\n"));
  EXPECT_THAT(metrics.text(), HasSubstr(condition + "\"false\",type=\"Protected\"} 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_holds_open{cloud=\"prod\",policy=\"edx\"} 1\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_expected_interval_seconds{cloud=\"prod\",policy=\"edx\"} 3600\n"));
  metrics.observe("prod", one_point(), {}, kNow);
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_missed_slots" + series + "2\n"))
      << "a look at the cloud knows no better";
  status.policies[0].conditions[0].truth = status::Truth::True;
  metrics.observe(status);
  EXPECT_THAT(metrics.text(), HasSubstr(condition + "\"true\",type=\"Protected\"} 1\n"));
  EXPECT_THAT(metrics.text(), Not(HasSubstr(condition + "\"false\"")));
  metrics.observe(status::Status());
  EXPECT_THAT(metrics.text(), Not(HasSubstr("stillpoint_overdue_seconds{")));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("stillpoint_policy_condition{")));
  metrics.observe("prod", inventory::Points(), {}, kNow);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("dataset=\"mysql\"")))
      << "a daemon that runs for years forgets what is gone";
}

TEST(Metrics, WhatWasCountedForASeriesGoesWithIt) {
  Metrics metrics;
  const inventory::SeriesKey series{"edx", fakes::kServer, "mysql"};
  const inventory::SeriesKey other{"edx", cloud::ServerId("a-new-server"), "mysql"};
  metrics.observe(one_overdue());
  for (const auto& each : {series, other}) {
    metrics.point_ended(each, "complete");
    metrics.held(each, std::chrono::milliseconds(300));
    metrics.deletion_ended(each, "prune", "deleted");
  }
  metrics.observe(one_overdue());
  EXPECT_THAT(metrics.text(), HasSubstr("server=\"" + fakes::kServer.str() + "\""));
  const std::string counter = "stillpoint_points_total{dataset=\"mysql\",policy=\"edx\",result=\"complete\",server=\"";
  EXPECT_THAT(metrics.text(), HasSubstr(counter + "a-new-server\"} 1\n")) << "no status has told of it yet";
  metrics.observe(status::Status());
  EXPECT_THAT(metrics.text(), HasSubstr(counter + fakes::kServer.str() + "\"} 1\n")) << "for one scrape more";
  metrics.observe(status::Status());
  EXPECT_THAT(metrics.text(), Not(HasSubstr("server=\"" + fakes::kServer.str() + "\"")));
  metrics.point_ended(series, "complete");
  EXPECT_THAT(metrics.text(), HasSubstr("result=\"complete\",server=\"" + fakes::kServer.str() + "\"} 1\n"));
}

/// Points of so many policies, one each.
inventory::Points points_of_many(int policies) {
  std::vector<cloud::Snapshot> snapshots;
  for (int i = 0; i < policies; ++i) {
    const auto name = "p" + std::to_string(i);
    snapshots.push_back(fakes::snapshot({.id = name, .slot = kSlot, .policy = name}));
  }
  return inventory::assemble(snapshots, "default");
}

size_t count_of(const Metrics& metrics, const std::string& prefix) {
  const auto lines = support::split(metrics.text(), '\n');
  return static_cast<size_t>(
      std::count_if(lines.begin(), lines.end(), [&](const auto& line) { return line.starts_with(prefix); }));
}

TEST(Metrics, WhatOneThreadSaysIsNotTakenForUnsaidByAnother) {
  constexpr int kPolicies = 200;
  constexpr int kRounds = 40;
  const auto points = points_of_many(kPolicies);
  Metrics metrics;
  std::atomic<int> lost = 0;
  const auto look = [&](const std::string& cloud) {
    for (int round = 0; round < kRounds; ++round) {
      metrics.observe(cloud, points, {}, kNow);
      lost +=
          count_of(metrics, "stillpoint_last_complete_point_timestamp_seconds{cloud=\"" + cloud + "\"") != kPolicies;
    }
  };
  std::jthread lab(look, "lab");
  look("prod");
  lab.join();
  EXPECT_EQ(lost, 0);
}

TEST(Metrics, ACloudThatIsForgottenIsNotToldOfAndCanBeReadAgain) {
  Metrics metrics;
  observe(metrics, {"lab", "prod"});
  metrics.forget("lab");
  metrics.observe(status::Status());
  EXPECT_THAT(metrics.text(), Not(HasSubstr("cloud=\"lab\"")));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_cloud_last_observed_timestamp_seconds{cloud=\"prod\"}"));
  observe(metrics, {"lab"});
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_cloud_last_observed_timestamp_seconds{cloud=\"lab\"}"));
}

TEST(Metrics, TellsHowManyPoliciesAreInForceAndHowManyFilesAreNotUsed) {
  Metrics metrics;
  metrics.observe_policies(7, 2);
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_policies 7\n"));
  EXPECT_THAT(metrics.text(), HasSubstr("stillpoint_policy_problems 2\n"));
}

TEST(Metrics, OfWhatNoPolicyAsksForNothingIsOverdue) {
  Metrics metrics;
  auto status = one_overdue();
  status.policies[0].deleted = true;
  metrics.observe(status);
  EXPECT_THAT(metrics.text(), Not(HasSubstr("stillpoint_overdue_seconds{")));
  EXPECT_THAT(metrics.text(), Not(HasSubstr("stillpoint_next_slot_timestamp_seconds{")));
  EXPECT_THAT(metrics.text(), HasSubstr("type=\"Protected\""));
}

TEST(Metrics, PrometheusOwnCheckFindsNothing) {
  Metrics metrics;
  metrics.request_ended("volumev3", "GET", 200, std::chrono::milliseconds(5));
  metrics.point_ended({"edx", fakes::kServer, "mysql"}, "complete");
  metrics.held({"edx", fakes::kServer, "mysql"}, std::chrono::milliseconds(250));
  metrics.snapshot_available(std::chrono::milliseconds(700));
  metrics.deletion_ended({"edx", fakes::kServer, "mysql"}, "prune", "deleted");
  metrics.pass_ended(std::chrono::seconds(3), 0);
  metrics.reconciled(std::chrono::seconds(3), "done");
  metrics.observe_queue(4);
  metrics.observe_build("1.2.3");
  observe(metrics, {"prod"});
  metrics.observe(one_overdue());
  auto* promtool = popen("promtool check metrics >&2", "w");
  ASSERT_NE(promtool, nullptr);
  const auto text = metrics.text();
  EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), promtool), text.size());
  EXPECT_EQ(pclose(promtool), 0) << text;
}

TEST(ParseSample, ReadsWhatTheSerializerWrites) {
  const std::string odd = "a\"b\\c\nd,e}f";
  Metrics metrics;
  metrics.observe(odd, one_point(), {}, kNow);
  bool seen = false;
  for (const auto& line : support::split(metrics.text(), '\n')) {
    const auto sample = parse_sample(line);
    EXPECT_EQ(sample.has_value(), !line.empty() && !line.starts_with('#')) << line;
    if (sample && sample->name == "stillpoint_last_complete_point_timestamp_seconds") {
      seen = true;
      EXPECT_EQ(sample->labels.at("cloud"), odd);
      EXPECT_EQ(sample->labels.at("server"), fakes::kServer.str());
      EXPECT_EQ(sample->value, std::chrono::duration<double>(kSlot.time_since_epoch()).count());
    }
  }
  EXPECT_TRUE(seen);
}

TEST(ParseSample, RefusesTheRest) {
  for (const char* line : {"", "#", "# HELP a b", "a", "a ", "a{", "a{}", "a{b} 1", "a{b=c} 1", "a{b=\"c} 1",
                           "a{b=\"c\\", "a{b=\"c\"}1", "a NaN", "a +Inf", "a 1 2 3", "{b=\"c\"} 1"}) {
    EXPECT_FALSE(parse_sample(line)) << line;
  }
}

}  // namespace
}  // namespace stillpoint::telemetry
