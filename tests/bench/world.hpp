#pragma once

#include <algorithm>
#include <chrono>
#include <ctime>
#include <string>
#include <vector>

#include "fakes/objects.hpp"
#include "planner/planner.hpp"

/// What programs that measure are given to work on, and how they measure it.
namespace stillpoint::bench {

using namespace std::chrono_literals;

struct World {
  std::vector<policy::Policy> policies;
  planner::Observed observed;
};

/// Each policy has one server with one volume, and ten points of the last hours: all is well, and nothing is to be
/// done.
inline World make_world(int policies, support::WallTime now) {
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

}  // namespace stillpoint::bench
