#include "telemetry/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "retention/retention.hpp"
#include "support/text.hpp"
#include "telemetry/exposition.hpp"
#include "telemetry/metrics_families.hpp"

namespace stillpoint::telemetry {
namespace {

using prometheus::Histogram;

const Histogram::BucketBoundaries kHoldBuckets{0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60};
const Histogram::BucketBoundaries kAvailableBuckets{0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 300};
/// A pass waits for holds, snapshots and services: seconds if there is nothing to do, an hour if there is much.
const Histogram::BucketBoundaries kPassBuckets{0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200};
const Histogram::BucketBoundaries kRequestBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

/// The labels that what is kept from an earlier text may have: the registry throws at others.
bool is_known_label(const std::string& name) {
  static const std::set<std::string> kKnown{"cloud", "policy", "server", "dataset", "consistency", "resource"};
  return kKnown.contains(name);
}

}  // namespace

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::request_ended(const std::string& service, std::string_view method, int code,
                            std::chrono::nanoseconds took) {
  const Labels labels{{"service", service}, {"method", std::string(method)}};
  families_->requests.Add(with(labels, "code", code == 0 ? "none" : std::to_string(code))).Increment();
  families_->request_seconds.Add(labels, kRequestBuckets).Observe(seconds(took));
}

void Metrics::point_ended(const inventory::SeriesKey& series, std::string_view result) {
  const std::lock_guard lock(families_->mutex);
  auto& counter = families_->points.Add(with(series_labels(series), "result", result));
  families_->counted[series].points.insert(&counter);
  counter.Increment();
}

void Metrics::held(const inventory::SeriesKey& series, std::chrono::milliseconds window) {
  const std::lock_guard lock(families_->mutex);
  auto& histogram = families_->hold_window.Add(series_labels(series), kHoldBuckets);
  families_->counted[series].hold_window.insert(&histogram);
  histogram.Observe(seconds(window));
}

void Metrics::snapshot_available(std::chrono::milliseconds took) {
  families_->available.Add({}, kAvailableBuckets).Observe(seconds(took));
}

void Metrics::deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result) {
  const std::lock_guard lock(families_->mutex);
  auto& counter = families_->deletions.Add(with(with(series_labels(series), "verb", verb), "result", result));
  families_->counted[series].deletions.insert(&counter);
  counter.Increment();
}

void Metrics::pass_ended(std::chrono::nanoseconds took, int exit_code) {
  families_->pass.Add({}, kPassBuckets).Observe(seconds(took));
  const std::lock_guard lock(families_->mutex);
  families_->exit_code.set({}, exit_code);
}

void Metrics::reconciled(std::chrono::nanoseconds took, std::string_view result) {
  families_->pass.Add({}, kPassBuckets).Observe(seconds(took));
  families_->reconciles.Add({{"result", std::string(result)}}).Increment();
}

void Metrics::observe_queue(std::size_t waiting) {
  const std::lock_guard lock(families_->mutex);
  families_->queue_depth.set({}, static_cast<double>(waiting));
}

void Metrics::observe_build(const std::string& version) {
  const std::lock_guard lock(families_->mutex);
  families_->build_info.set({{"version", version}}, 1);
}

void Metrics::observe_policies(std::size_t in_force, std::size_t problems) {
  const std::lock_guard lock(families_->mutex);
  families_->policies.set({}, static_cast<double>(in_force));
  families_->policy_problems.set({}, static_cast<double>(problems));
}

void Metrics::observe(const std::string& cloud, const inventory::Points& points, const cloud::Quota& quota,
                      support::WallTime when) {
  auto& all = *families_;
  const std::lock_guard lock(all.mutex);
  all.observed.insert(cloud);
  const Labels of_cloud{{"cloud", cloud}};
  // What was said of the cloud before and is not said again has gone.
  const Saying saying({&all.recovery_points, &all.last_complete, &all.missed, &all.headroom}, of_cloud);
  all.last_observed.set(of_cloud, unix_seconds(when));
  for (const auto& [key, series] : points.series) {
    const Labels labels = with(series_labels(key), "cloud", cloud);
    std::map<policy::Consistency, int> counts{
        {policy::Consistency::Crash, 0}, {policy::Consistency::Filesystem, 0}, {policy::Consistency::Application, 0}};
    all.missed.keep(labels, 0);  // how many there are is said apart
    for (const auto& point : series) {
      if (const auto* best = point.best()) {
        ++counts[best->consistency];
        if (point.slot <= when + retention::kClockSlack) {  // of a time when all clocks were wrong
          all.last_complete.set(labels, unix_seconds(best->own().taken));
        }
      }
    }
    for (const auto& [level, count] : counts) {
      all.recovery_points.set(with(labels, "consistency", to_string(level)), count);
    }
  }
  for (const auto& [resource, use] : quota) {
    if (!use.unlimited()) {
      all.headroom.set(with(of_cloud, "resource", resource), static_cast<double>(use.room()));
    }
  }
}

void Metrics::forget(const std::string& cloud) {
  auto& all = *families_;
  const std::lock_guard lock(all.mutex);
  all.observed.erase(cloud);
  const Saying nothing({&all.recovery_points, &all.last_complete, &all.missed, &all.headroom, &all.last_observed},
                       {{"cloud", cloud}});
}

void Metrics::observe_next_slot(const std::string& cloud, const std::string& policy, support::WallTime slot,
                                std::chrono::milliseconds interval) {
  const Labels labels{{"cloud", cloud}, {"policy", policy}};
  const std::lock_guard lock(families_->mutex);
  families_->next_slot.set(labels, unix_seconds(slot));
  families_->interval.set(labels, seconds(interval));
}

void Metrics::observe_missed(const std::string& cloud, const inventory::SeriesKey& series, size_t slots) {
  const std::lock_guard lock(families_->mutex);
  families_->missed.set(with(series_labels(series), "cloud", cloud), static_cast<double>(slots));
}

void Metrics::keep_from(std::string_view earlier, const std::function<bool(const std::string& cloud)>& wanted) {
  const std::lock_guard lock(families_->mutex);
  for (const auto& line : support::split(earlier, '\n')) {
    const auto sample = parse_sample(line);
    if (!sample || !sample->labels.contains("cloud") ||
        !std::all_of(sample->labels.begin(), sample->labels.end(),
                     [](const auto& label) { return is_known_label(label.first); })) {
      continue;
    }
    const std::string& cloud = sample->labels.at("cloud");
    const auto kept = std::find_if(families_->kept.begin(), families_->kept.end(),
                                   [&](const Families::Kept& candidate) { return sample->name == candidate.name; });
    if (kept != families_->kept.end() && !families_->observed.contains(cloud) && wanted(cloud)) {
      kept->gauges.set(sample->labels, sample->value);
    }
  }
}

std::string Metrics::text() const {
  const std::lock_guard lock(families_->mutex);
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace stillpoint::telemetry
