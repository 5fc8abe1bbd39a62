// What a rehearsal asks of retention: a year of hourly slots for a hundred series under a GFS retention, each slot's
// point added and what it replaces pruned. Prints the CPU time of the incremental retention and, in the same run, how
// many times that the plain one takes for the same.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "retention/grounds.hpp"
#include "retention/rolling.hpp"
#include "support/text.hpp"

namespace {

using namespace stillpoint;
using retention::Copy;
using retention::Standing;

constexpr int kSeries = 100;
constexpr int kSlots = 365 * 24;
/// The plain way is slow: it runs over so many series, and its time is scaled up.
constexpr int kPlainSeries = 2;

double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// One in fifty fails and is below the level.
Copy copy_at(int series, int slot) {
  static const auto kFirst = support::parse_utc("2026-01-01T00:00:00Z").value();
  return {kFirst + std::chrono::hours(slot), (slot * 7 + series) % 50 == 0 ? Standing::Below : Standing::Good,
          retention::Shield::None};
}

/// How much is left at the end, which has to be the same in both ways.
size_t run_rolling(int series, const retention::Terms& terms) {
  retention::Rolling rolling(terms);
  for (int slot = 0; slot < kSlots; ++slot) {
    rolling.add(copy_at(series, slot));
    for (const auto gone : rolling.surplus()) {
      rolling.remove(gone);
    }
  }
  return rolling.size();
}

size_t run_plain(int series, const retention::Terms& terms) {
  std::vector<Copy> copies;
  for (int slot = 0; slot < kSlots; ++slot) {
    copies.push_back(copy_at(series, slot));
    const retention::Verdicts verdicts(copies, terms);
    std::vector<Copy> left;
    for (size_t copy = 0; copy < copies.size(); ++copy) {
      if (!verdicts.goes(copy)) {
        left.push_back(copies[copy]);
      }
    }
    copies = std::move(left);
  }
  return copies.size();
}

template <class Run>
double seconds_of(Run run) {
  const double before = cpu_seconds();
  run();
  return cpu_seconds() - before;
}

}  // namespace

int main() {
  policy::Retention rules;
  rules.keep_last = 6;
  rules.within = std::chrono::hours(12);
  rules.hourly = 24;
  rules.daily = 14;
  rules.weekly = 8;
  rules.monthly = 12;
  rules.yearly = 2;
  const auto calendar = retention::Calendar::of("Europe/Zurich", rules.week_start);
  if (!calendar) {
    std::fprintf(stderr, "%s\n", calendar.error().to_string().c_str());
    return EXIT_FAILURE;
  }
  const retention::Terms terms{rules, policy::Consistency::Application, *calendar};
  std::vector<size_t> left(kSeries);
  const double rolling = seconds_of([&] {
    for (int series = 0; series < kSeries; ++series) {
      left[static_cast<size_t>(series)] = run_rolling(series, terms);
    }
  });
  const double plain = seconds_of([&] {
    for (int series = 0; series < kPlainSeries; ++series) {
      if (run_plain(series, terms) != left[static_cast<size_t>(series)]) {
        std::fprintf(stderr, "the two ways differ\n");
        std::exit(EXIT_FAILURE);  // NOLINT(concurrency-mt-unsafe): there is one thread
      }
    }
  });
  const double plain_of_all = plain / kPlainSeries * kSeries;
  std::printf("%d series, %d hourly slots each, %zu points left in the first\n", kSeries, kSlots, left.front());
  std::printf("incremental: %.2f s of CPU, %.0f ns a slot\n", rolling, rolling * 1e9 / kSeries / kSlots);
  std::printf("plain: %.1f s of CPU (%d series measured), %.0f ns a slot\n", plain_of_all, kPlainSeries,
              plain * 1e9 / kPlainSeries / kSlots);
  std::printf("plain / incremental: %.1f\n", plain_of_all / rolling);
  return EXIT_SUCCESS;
}
