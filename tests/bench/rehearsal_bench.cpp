// A rehearsal against the plain way to have one: the planner asked at every slot, what it answers done to a list of
// snapshots. Both run over the same policies and the same few days, and have to end with the same points; then a year
// of hourly slots under a GFS retention is rehearsed. Prints CPU times, and the ratio of the two ways within this run.

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "fakes/naive_rehearsal.hpp"
#include "rehearsal/rehearsal.hpp"

namespace {

using namespace stillpoint;

constexpr int kPolicies = 100;
/// The plain way is slow: it runs over so few days. The other is over at once, and is measured so many times.
constexpr int kComparedDays = 3;
constexpr int kRepeats = 50;
const auto kFrom = support::parse_utc("2026-01-01T00:00:00Z").value();

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

template <class Run>
double seconds_of(Run run) {
  const double before = cpu_seconds();
  run();
  return cpu_seconds() - before;
}

/// Each has a server and a volume of its own, and its hourly slot at a minute of its own.
policy::Policy policy_number(int number) {
  policy::Policy policy;
  policy.name = "policy-" + std::to_string(number);
  policy.servers.names = {"server-" + std::to_string(number)};
  policy.has_ssh = true;
  policy.schedule.cron = {std::to_string(number % 60) + " * * * *"};
  policy.schedule.time_zone = "Europe/Zurich";
  policy::Dataset dataset;
  dataset.name = "mysql";
  dataset.volumes.name_contains = "data";
  dataset.hold.driver = policy::Driver::Mariadb;
  dataset.hold.method = policy::Method::BackupStage;
  dataset.require = policy::Consistency::Application;
  policy.datasets = {dataset};
  policy.retention.keep_last = 6;
  policy.retention.within = std::chrono::hours(12);
  policy.retention.hourly = 24;
  policy.retention.daily = 14;
  policy.retention.weekly = 8;
  policy.retention.monthly = 12;
  policy.retention.yearly = 2;
  return policy;
}

struct World {
  explicit World(int count) {
    for (int i = 0; i < count; ++i) {
      policies.push_back(policy_number(i));
      cloud::Server server;
      server.id = cloud::ServerId("id-" + std::to_string(i));
      server.name = "server-" + std::to_string(i);
      observed.servers.push_back(server);
      cloud::Volume volume;
      volume.id = cloud::VolumeId("volume-" + std::to_string(i));
      volume.name = "data";
      volume.size_gib = 10;
      volume.status = "in-use";
      volume.volume_type = "rbd";
      volume.attachments = {{server.id, "/dev/vdb"}};
      observed.volumes.push_back(volume);
    }
    observed.quota = {{"snapshots", {100000, 0, 0}}, {"gigabytes", {1000000, 0, 0}}};
  }

  std::vector<policy::Policy> policies;
  planner::Observed observed;
};

size_t points_at_end(const rehearsal::Rehearsal& rehearsal) {
  size_t points = 0;
  for (const auto& series : rehearsal.series) {
    points += series.kept.size();
  }
  return points;
}

void compare(const World& world) {
  const auto to = kFrom + std::chrono::hours(24 * kComparedDays);
  size_t points = 0;
  const double fast =
      seconds_of([&] {
        for (int i = 0; i < kRepeats; ++i) {
          points = points_at_end(rehearsal::rehearse(world.policies, world.observed, {}, {kFrom, to}).value());
        }
      }) /
      kRepeats;
  fakes::NaiveRehearsal naive(world.policies, world.observed, {}, kFrom, to);
  naive.run();
  const double plain = static_cast<double>(naive.planning) / CLOCKS_PER_SEC;
  size_t naive_points = 0;
  for (const auto& [key, slots] : naive.at_end) {
    naive_points += slots.size();
  }
  if (points != naive_points) {
    std::fprintf(stderr, "the two ways differ: %zu and %zu points\n", points, naive_points);
    std::exit(EXIT_FAILURE);  // NOLINT(concurrency-mt-unsafe): there is one thread
  }
  std::printf("%zu policies, %d days of hourly slots, %zu points at the end\n", world.policies.size(), kComparedDays,
              points);
  std::printf("  rehearsed: %.3f s of CPU\n  planned at every slot: %.1f s of CPU, %zu plans\n  ratio: %.0f\n", fast,
              plain, naive.plans, plain / fast);
}

void rehearse_a_year(const World& world) {
  const auto to = kFrom + std::chrono::hours(24 * 365);
  size_t points = 0;
  size_t slots = 0;
  const double seconds = seconds_of([&] {
    const auto rehearsal = rehearsal::rehearse(world.policies, world.observed, {}, {kFrom, to}).value();
    points = points_at_end(rehearsal);
    slots = rehearsal.slots().all();
  });
  std::printf("%zu policies, a year of hourly slots, %zu of them, %zu points at the end\n", world.policies.size(),
              slots, points);
  std::printf("  rehearsed: %.2f s of CPU, %.1f us a slot\n", seconds, seconds * 1e6 / static_cast<double>(slots));
}

}  // namespace

int main() {
  compare(World(10));
  rehearse_a_year(World(kPolicies));
  return EXIT_SUCCESS;
}
