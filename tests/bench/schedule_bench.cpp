// How long the next slot of many schedules takes, and how much faster that is than looking at one minute after the
// other, measured in one run.

#include <date/tz.h>

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "schedule/slots.hpp"

namespace {

using namespace stillpoint;
using Stopwatch = std::chrono::steady_clock;

constexpr size_t kSchedules = 10000;
constexpr int kRounds = 9;
constexpr size_t kNaiveEvery = 100;  ///< the naive search is too slow for all of them

/// Schedules as people write them: intervals, nights, weeks, months, leap days.
std::vector<policy::Schedule> make_schedules() {
  const std::vector<std::string> kinds = {"*/15 * * * *",  "M * * * *", "M H * * *",        "M H * * mon-fri",
                                          "M H * * sun#1", "M H L * *", "M H 1W jan,jul *", "M H 29 2 *"};
  const std::vector<std::string> zones = {"UTC", "Europe/Zurich", "America/New_York", "Asia/Kolkata",
                                          "Australia/Lord_Howe"};
  std::vector<policy::Schedule> schedules;
  for (size_t i = 0; i < kSchedules; ++i) {
    std::string cron = kinds[i % kinds.size()];
    if (const auto place = cron.find('M'); place != std::string::npos) {
      cron.replace(place, 1, std::to_string(i % 60));
    }
    if (const auto place = cron.find('H'); place != std::string::npos) {
      cron.replace(place, 1, std::to_string(i / 60 % 24));
    }
    policy::Schedule schedule;
    schedule.cron = {cron};
    schedule.time_zone = zones[i / kinds.size() % zones.size()];
    schedules.push_back(schedule);
  }
  return schedules;
}

std::vector<schedule::Compiled> compile_all(const std::vector<policy::Schedule>& schedules) {
  std::vector<schedule::Compiled> compiled;
  compiled.reserve(schedules.size());
  for (const auto& schedule : schedules) {
    compiled.push_back(schedule::compile(schedule).value());
  }
  return compiled;
}

long next_of_all(const std::vector<schedule::Compiled>& compiled, support::WallTime now) {
  long sum = 0;
  for (const auto& schedule : compiled) {
    sum += schedule.next_after(now)->time_since_epoch().count() % 1000003;
  }
  return sum;
}

/// Minute by minute, as the simplest cron does it.
std::optional<support::WallTime> naive_next(const schedule::Cron& cron, const date::time_zone& zone,
                                            support::WallTime now) {
  auto minute = std::chrono::floor<std::chrono::minutes>(now);
  for (int i = 0; i < 9 * 366 * 24 * 60; ++i) {
    minute += std::chrono::minutes(1);
    const auto local = zone.to_local(minute).time_since_epoch();
    const auto day = std::chrono::floor<std::chrono::days>(local);
    const auto of_day = std::chrono::duration_cast<std::chrono::minutes>(local - day).count();
    if (cron.minutes[static_cast<size_t>(of_day % 60)] && cron.hours[static_cast<size_t>(of_day / 60)] &&
        cron.fires_on(std::chrono::local_days(day))) {
      return minute;
    }
  }
  return std::nullopt;
}

/// The best of some rounds, in nanoseconds: what the machine does besides does not count.
template <class Work>
double best_of(int rounds, Work work) {
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = Stopwatch::now();
    work(round);
    const double spent = std::chrono::duration<double, std::nano>(Stopwatch::now() - begin).count();
    best = round == 0 || spent < best ? spent : best;
  }
  return best;
}

}  // namespace

int main() {
  const support::WallTime now = date::sys_days(date::year(2026) / 11 / 24) + std::chrono::hours(13);
  const auto schedules = make_schedules();
  const auto compiled = compile_all(schedules);  // reads the zones' files
  volatile long sink = 0;

  const double compiling =
      best_of(kRounds, [&](int) { sink = sink + static_cast<long>(compile_all(schedules).size()); });
  const double searching =
      best_of(kRounds, [&](int round) { sink = sink + next_of_all(compiled, now + std::chrono::minutes(97 * round)); });

  std::vector<schedule::Cron> crons;
  std::vector<const date::time_zone*> zones;
  std::vector<schedule::Compiled> sample;
  for (size_t i = 0; i < schedules.size(); i += kNaiveEvery + 1) {
    crons.push_back(schedule::parse_cron(schedules[i].cron[0]).value());
    zones.push_back(date::locate_zone(schedules[i].time_zone));
    sample.push_back(compiled[i]);
  }
  const double ours = best_of(kRounds, [&](int) { sink = sink + next_of_all(sample, now); });
  const double naive = best_of(1, [&](int) {
    for (size_t i = 0; i < crons.size(); ++i) {
      sink = sink + naive_next(crons[i], *zones[i], now)->time_since_epoch().count() % 1000003;
    }
  });

  const auto each = [](double nanoseconds, size_t count) { return nanoseconds / static_cast<double>(count); };
  std::printf("next slot of %zu schedules: %.2f ms (%.0f ns each)\n", kSchedules, searching / 1e6,
              each(searching, kSchedules));
  std::printf("reading and checking them: %.2f ms (%.0f ns each)\n", compiling / 1e6, each(compiling, kSchedules));
  std::printf("of %zu of them, minute by minute: %.0f ns each, ours %.0f ns each, ratio %.0f\n", crons.size(),
              each(naive, crons.size()), each(ours, sample.size()), naive / ours);
  const bool fast_enough = searching < 50e6;
  std::printf("%s: the next slot of %zu schedules within 50 ms\n", fast_enough ? "ok" : "TOO SLOW", kSchedules);
  return fast_enough ? 0 : 1;
}
