#include <algorithm>
#include <cctype>
#include <mutex>
#include <string>
#include <utility>

#include "telemetry/metrics_families.hpp"

namespace stillpoint::telemetry {
namespace {

std::string lower_case_of(std::string_view word) {
  std::string lower(word);
  for (auto& c : lower) {
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return lower;
}

}  // namespace

void Metrics::Families::tell(const std::set<inventory::SeriesKey>& series) {
  const auto untold_before = std::exchange(untold, {});
  std::erase_if(counted, [&](const auto& entry) {
    const auto& [key, of_it] = entry;
    if (series.contains(key)) {
      return false;
    }
    if (!untold_before.contains(key)) {
      untold.insert(key);
      return false;
    }
    std::for_each(of_it.points.begin(), of_it.points.end(), [this](auto* each) { points.Remove(each); });
    std::for_each(of_it.deletions.begin(), of_it.deletions.end(), [this](auto* each) { deletions.Remove(each); });
    std::for_each(of_it.hold_window.begin(), of_it.hold_window.end(), [this](auto* each) { hold_window.Remove(each); });
    return true;
  });
}

void Metrics::observe(const status::Status& status) {
  auto& all = *families_;
  const std::lock_guard lock(all.mutex);
  const Saying saying({&all.next_slot, &all.interval, &all.missed, &all.overdue, &all.condition, &all.holds_open}, {});
  std::set<inventory::SeriesKey> told;
  for (const auto& policy : status.policies) {
    const Labels labels{{"cloud", policy.cloud}, {"policy", policy.name}};
    for (const auto& series : policy.series) {
      told.insert({policy.name, series.server, series.dataset});
    }
    for (const auto& condition : policy.conditions) {
      all.condition.set(
          with(with(labels, "type", to_string(condition.type)), "status", lower_case_of(to_string(condition.truth))),
          1);
    }
    if (policy.deleted || policy.unknown) {
      continue;
    }
    if (policy.next_slot && policy.interval) {
      all.next_slot.set(labels, unix_seconds(*policy.next_slot));
      all.interval.set(labels, seconds(*policy.interval));
    }
    int held = 0;
    for (const auto& series : policy.series) {
      if (series.orphaned && series.orphan_reason != "VolumesGone") {
        continue;
      }
      const Labels of_series = with(series_labels({policy.name, series.server, series.dataset}), "cloud", policy.cloud);
      const auto late = series.due ? status.now - *series.due : support::WallTime::duration(0);
      all.overdue.set(of_series, std::max(0.0, seconds(late)));
      all.missed.set(of_series, static_cast<double>(series.missed));
      held += series.doing == "held" ? 1 : 0;
    }
    all.holds_open.set(labels, held);
  }
  all.tell(told);
}

}  // namespace stillpoint::telemetry
