// What it costs to say what state policies are in: assess, JSON and metrics, beside the plan that they are made of, at
// growing sizes. Each policy has one server and ten points.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "fakes/objects.hpp"
#include "planner/planner.hpp"
#include "status/assess.hpp"
#include "status/json.hpp"
#include "telemetry/metrics.hpp"

namespace {

using namespace stillpoint;
using namespace std::chrono_literals;

struct World {
  std::vector<policy::Policy> policies;
  planner::Observed observed;
};

World make_world(int policies, support::WallTime now) {
  World world;
  for (int i = 0; i < policies; ++i) {
    const auto name = "policy-" + std::to_string(i);
    const auto server = fakes::server(name, cloud::ServerId("server-" + std::to_string(i)));
    auto policy = fakes::policy();
    policy.name = name;
    policy.servers = {};
    policy.servers.ids = {server.id.str()};
    policy.retention.keep_last = 10;
    world.policies.push_back(policy);
    world.observed.servers.push_back(server);
    world.observed.volumes.push_back(fakes::volume("vol-" + name, "mysql_data", server.id));
    for (int hour = 9; hour >= 0; --hour) {
      world.observed.snapshots.push_back(
          fakes::snapshot({.id = name + "-" + std::to_string(hour),
                           .volume = "vol-" + name,
                           .slot = std::chrono::floor<std::chrono::hours>(now) - hour * 1h,
                           .attempt = std::to_string(i) + "a" + std::to_string(hour),
                           .policy = name,
                           .server = server.id}));
    }
  }
  return world;
}

/// Of CPU time, the best of three.
template <class Work>
double milliseconds_of(Work work) {
  double best = 1e9;
  for (int run = 0; run < 3; ++run) {
    const auto begin = std::clock();
    work();
    best = std::min(best, static_cast<double>(std::clock() - begin) * 1000 / CLOCKS_PER_SEC);
  }
  return best;
}

}  // namespace

int main() {
  const auto now = fakes::at("2026-11-24T12:05:00Z");
  std::printf("%9s %10s %10s %10s %10s %10s %10s\n", "policies", "plan ms", "first ms", "again ms", "json ms",
              "json KiB", "metrics ms");
  double first_of_100 = 0;
  double last = 0;
  for (const int count : {100, 1000, 4000}) {
    const auto world = make_world(count, now);
    const auto points = inventory::assemble(world.observed.snapshots, "default");
    planner::Plan plan;
    const double planning =
        milliseconds_of([&] { plan = planner::plan(world.policies, world.observed, points, {}, now); });
    status::Status status;
    const std::vector<status::PolicyStatus> nothing;
    const double first = milliseconds_of([&] {
      status.policies = status::assess({"", "default", world.policies, world.observed, points, plan, now, nothing});
    });
    const auto before = status.policies;
    const double again = milliseconds_of([&] {
      status.policies = status::assess({"", "default", world.policies, world.observed, points, plan, now, before});
    });
    status.now = now;
    std::string text;
    const double json = milliseconds_of([&] { text = status::policies_json(status); });
    telemetry::Metrics metrics;
    const double observing = milliseconds_of([&] { metrics.observe(status); });
    std::printf("%9d %10.1f %10.1f %10.1f %10.1f %10zu %10.1f\n", count, planning, first, again, json,
                text.size() / 1024, observing);
    first_of_100 = first_of_100 == 0 ? again : first_of_100;
    last = again;
  }
  std::printf("assess, from 100 to 4000 policies: time grows with the power %.2f of the size\n",
              std::log(last / first_of_100) / std::log(40));
  return 0;
}
