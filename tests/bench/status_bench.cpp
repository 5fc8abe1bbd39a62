// What it costs to say what state policies are in: assess, JSON and metrics, beside the plan that they are made of, at
// growing sizes. Each policy has one server and ten points.

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "bench/world.hpp"
#include "status/assess.hpp"
#include "status/json.hpp"
#include "telemetry/metrics.hpp"

namespace {

using namespace stillpoint;
using bench::make_world;
using bench::milliseconds_of;

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
