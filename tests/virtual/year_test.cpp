// A year of the real controller in virtual time: a hundred policies with a slot a day, on a cloud and servers in this
// process. It must end as `rehearse` has said that it would.

#include <gtest/gtest.h>

#include "rehearsal/rehearsal.hpp"
#include "unit/controller/loop_fixture.hpp"

namespace stillpoint::controller {
namespace {

using fakes::at;

class YearTest : public LoopFixture {
 protected:
  YearTest() : LoopFixture("2026-01-01T00:30:00Z") {
    cloud_.servers.clear();
    cloud_.volumes.clear();
    for (int i = 0; i < 100; ++i) {
      const auto name = "backend-" + std::to_string(i);
      const cloud::ServerId id("server-" + std::to_string(i));
      cloud_.servers.push_back(fakes::server(name, id));
      cloud_.volumes.push_back(fakes::volume("volume-" + std::to_string(i), "mysql_data", id));
      auto policy = fakes::policy();
      policy.name = "p" + std::to_string(i);
      policy.servers.names = {name};
      policy.schedule.cron = {i % 4 < 2 ? "5 1 * * *" : "35 1 * * *"};
      policy.schedule.time_zone = i % 2 == 0 ? "Europe/Zurich" : "America/New_York";
      policy.retention.keep_last = 1 + i % 5;
      policy.retention.weekly = i % 4;
      policy.retention.monthly = i % 3 * 2;
      policy.retention.yearly = i % 2;
      policies_.push_back(policy);
    }
  }

  std::vector<policy::Policy> policies_;
};

TEST_F(YearTest, P3P5EndsAsItWasRehearsed) {
  const auto end = at("2026-12-31T23:59:00Z");
  planner::Observed empty;
  empty.servers = cloud_.servers;
  empty.volumes = cloud_.volumes;
  empty.quota = cloud_.quotas;
  const auto rehearsed = rehearsal::rehearse(policies_, empty, {}, {clock_.wall_now(), end});
  ASSERT_TRUE(rehearsed) << rehearsed.error().to_string();

  set_policies(policies_);
  run_until(end);

  ASSERT_EQ(rehearsed->series.size(), 100U);
  size_t kept = 0;
  for (const auto& series : rehearsed->series) {
    std::vector<support::WallTime> expected;
    for (const auto& point : series.kept) {
      expected.push_back(series.points[point.point].slot);
    }
    kept += expected.size();
    EXPECT_EQ(slots(series.key), expected) << series.key.policy;
  }
  EXPECT_GT(kept, 300U);
  EXPECT_EQ(static_cast<size_t>(script_.count("hold")), rehearsed->slots().made);
  EXPECT_EQ(cloud_.snapshots().size(), kept) << "nothing else is left over";
}

}  // namespace
}  // namespace stillpoint::controller
