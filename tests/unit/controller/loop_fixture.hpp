#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "controller/cloud_loop.hpp"
#include "fakes/borrowed_cloud.hpp"
#include "fakes/fake_clock.hpp"
#include "fakes/fake_cloud.hpp"
#include "fakes/fake_servers.hpp"
#include "fakes/objects.hpp"

namespace stillpoint::controller {

/// A loop in virtual time, with a cloud and servers in this process. The test is its only worker.
class LoopFixture : public ::testing::Test {
 protected:
  explicit LoopFixture(const std::string& start = "2026-11-26T00:30:00Z") : clock_(fakes::at(start)) {
    settings_.resync = std::chrono::hours(24);
    settings_.longest_sleep = std::chrono::hours(24);
    cloud_.servers = {fakes::server()};
    cloud_.volumes = {fakes::volume("vol-mysql", "mysql_data")};
  }

  /// The loop gets a view of the cloud that dies with it; the cloud stays.
  CloudLoop& loop() {
    if (loop_ == nullptr) {
      loop_ = std::make_unique<CloudLoop>(
          "prod", [this](const std::stop_token&) -> support::Result<std::unique_ptr<cloud::Cloud>> { return open(); },
          settings_, Surroundings{servers_, clock_, support::null_log(), executor::null_observer(), queue_, events_});
    }
    return *loop_;
  }

  void set_policies(std::vector<policy::Policy> policies) {
    loop().set_policies(std::make_shared<const std::vector<policy::Policy>>(std::move(policies)));
  }

  /// Steps, and does what is queued, until nothing is; returns when the loop wants to be called again.
  support::SteadyTime settle() {
    while (true) {
      const auto next = loop().step(stop_.get_token());
      bool worked = false;
      while (const auto key = queue_.try_get()) {
        loop().work(key->job, stop_.get_token());
        queue_.done(*key);
        worked = true;
      }
      if (!worked) {
        return next;
      }
    }
  }
  /// Goes on until `instant`, as the daemon would.
  void run_until(support::WallTime instant) {
    for (auto next = settle(); clock_.wall_now() < instant; next = settle()) {
      const auto left = instant - clock_.wall_now();
      clock_.sleep_until(std::min(next, clock_.steady_now() + left), {});
    }
  }

  /// The slots of the complete points of a series, oldest first.
  std::vector<support::WallTime> slots(const inventory::SeriesKey& key) {
    std::vector<support::WallTime> found;
    const auto points = inventory::assemble(cloud_.snapshots(), settings_.installation);
    if (const auto series = points.series.find(key); series != points.series.end()) {
      for (const auto& point : series->second) {
        if (point.best() != nullptr) {
          found.push_back(point.slot);
        }
      }
    }
    return found;
  }
  const status::Condition& condition(status::Condition::Type type) {
    view_ = loop().view();
    return view_->policies.at(0).condition(type);
  }

  fakes::FakeClock clock_;
  fakes::FakeCloud cloud_{clock_};
  fakes::ServerScript script_;
  fakes::FakeServers servers_{script_, clock_};
  Settings settings_;
  WorkQueue queue_{100};
  Events events_;
  std::stop_source stop_;
  std::optional<support::Error> open_error_;
  int opened_ = 0;

  support::Result<std::unique_ptr<cloud::Cloud>> open();

 private:
  std::unique_ptr<CloudLoop> loop_;
  std::shared_ptr<const View> view_;
};

/// With a policy that is due every hour and keeps three.
class HourlyLoop : public LoopFixture {
 protected:
  HourlyLoop() {
    policy_.schedule.starting_deadline = std::chrono::minutes(10);
    policy_.retention.keep_last = 3;
  }

  const inventory::SeriesKey series_{"edx", fakes::kServer, "mysql"};
  policy::Policy policy_ = fakes::policy();
};

inline support::Result<std::unique_ptr<cloud::Cloud>> LoopFixture::open() {
  ++opened_;
  if (open_error_) {
    return support::fail(*open_error_);
  }
  return std::make_unique<fakes::BorrowedCloud>(cloud_);
}

}  // namespace stillpoint::controller
