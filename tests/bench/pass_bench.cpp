// A pass that has nothing to do, at growing sizes: what it asks of the cloud, and what it costs. The cloud lives in
// this process and costs little: the JSON of a real one is parsed beside it (openstack/).

#include <cmath>
#include <cstdio>

#include "bench/world.hpp"
#include "executor/pass.hpp"
#include "fakes/fake_clock.hpp"
#include "fakes/fake_cloud.hpp"
#include "fakes/fake_servers.hpp"

namespace {

using namespace stillpoint;

struct Cost {
  double cpu_ms = 0;
  int reads = 0;
  int writes = 0;
};

Cost pass_over(int policies) {
  const auto now = fakes::at("2026-11-24T12:05:00Z");
  auto world = bench::make_world(policies, now);
  fakes::FakeClock clock(now);
  fakes::FakeCloud cloud(clock);
  cloud.servers = world.observed.servers;
  cloud.volumes = world.observed.volumes;
  for (const auto& snapshot : world.observed.snapshots) {
    cloud.put(snapshot);
  }
  fakes::ServerScript script;
  fakes::FakeServers servers(script, clock);
  executor::HoldGate gate({}, clock);
  Cost cost;
  cost.cpu_ms = bench::milliseconds_of([&] {
    const auto ended =
        executor::run_pass({cloud, servers, clock, support::null_log(), executor::null_observer(), gate, "default"},
                           world.policies, {}, [](const executor::ActionResult&) {});
    if (!ended || !ended->results.empty()) {
      std::printf("the pass did something\n");
      std::exit(1);
    }
  });
  constexpr int kRuns = 3;
  for (const char* call : {"list_servers", "list_volumes", "list_snapshots", "quota", "clock_offset", "get_snapshot",
                           "get_volume", "list_snapshots_of", "messages"}) {
    cost.reads += cloud.count(call) / kRuns;
  }
  for (const char* call : {"create_snapshot", "delete_snapshot", "merge_snapshot_metadata"}) {
    cost.writes += cloud.count(call);
  }
  return cost;
}

}  // namespace

int main() {
  std::printf("%9s %10s %8s %7s %7s\n", "policies", "snapshots", "CPU ms", "reads", "writes");
  double first = 0;
  double last = 0;
  constexpr int kSmallest = 100;
  constexpr int kLargest = 10'000;
  for (const int policies : {kSmallest, 1000, kLargest}) {
    const auto cost = pass_over(policies);
    std::printf("%9d %10d %8.1f %7d %7d\n", policies, policies * 10, cost.cpu_ms, cost.reads, cost.writes);
    first = policies == kSmallest ? cost.cpu_ms : first;
    last = cost.cpu_ms;
  }
  std::printf("CPU grows with the power %.2f of the size\n",
              std::log(last / first) / std::log(static_cast<double>(kLargest) / kSmallest));
}
