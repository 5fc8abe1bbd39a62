#include "telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>

#include "support/text.hpp"
#include "telemetry/exposition.hpp"

namespace stillpoint::telemetry {
namespace {

using prometheus::Histogram;
using Labels = std::map<std::string, std::string>;

const Histogram::BucketBoundaries kHoldBuckets{0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 30, 60};
const Histogram::BucketBoundaries kAvailableBuckets{0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 2, 5, 10, 30, 60, 300};
/// A pass waits for holds, snapshots and services: seconds if there is nothing to do, an hour if there is much.
const Histogram::BucketBoundaries kPassBuckets{0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200};
const Histogram::BucketBoundaries kRequestBuckets{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

double seconds(std::chrono::duration<double> duration) {
  return duration.count();
}

double unix_seconds(support::WallTime when) {
  return seconds(when.time_since_epoch());
}

/// The labels that what is kept from an earlier text may have: the registry throws at others.
bool is_known_label(const std::string& name) {
  static const std::set<std::string> kKnown{"cloud", "policy", "server", "dataset", "consistency", "resource"};
  return kKnown.contains(name);
}

Labels series_labels(const inventory::SeriesKey& series) {
  return {{"policy", series.policy}, {"server", series.server.str()}, {"dataset", series.dataset}};
}

Labels with(Labels labels, const std::string& name, std::string_view value) {
  labels[name] = std::string(value);
  return labels;
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;

  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("stillpoint_openstack_requests_total")
                                                          .Help("Requests to OpenStack, each try counted.")
                                                          .Register(registry);
  prometheus::Family<Histogram>& request_seconds = prometheus::BuildHistogram()
                                                       .Name("stillpoint_openstack_request_seconds")
                                                       .Help("Duration of one try of a request to OpenStack.")
                                                       .Register(registry);
  prometheus::Family<prometheus::Counter>& points = prometheus::BuildCounter()
                                                        .Name("stillpoint_points_total")
                                                        .Help("Recovery points that were attempted, by result.")
                                                        .Register(registry);
  prometheus::Family<prometheus::Counter>& deletions = prometheus::BuildCounter()
                                                           .Name("stillpoint_prunes_total")
                                                           .Help("Prunes and sweeps of attempts, by result.")
                                                           .Register(registry);
  prometheus::Family<Histogram>& hold_window = prometheus::BuildHistogram()
                                                   .Name("stillpoint_hold_window_seconds")
                                                   .Help("How long a dataset was held.")
                                                   .Register(registry);
  prometheus::Family<Histogram>& available = prometheus::BuildHistogram()
                                                 .Name("stillpoint_snapshot_available_seconds")
                                                 .Help("From the request for a snapshot until it was seen available.")
                                                 .Register(registry);
  prometheus::Family<Histogram>& pass = prometheus::BuildHistogram()
                                            .Name("stillpoint_reconcile_seconds")
                                            .Help("Duration of one pass.")
                                            .Register(registry);
  prometheus::Family<prometheus::Gauge>& recovery_points = prometheus::BuildGauge()
                                                               .Name("stillpoint_recovery_points")
                                                               .Help("Complete recovery points, by proven consistency.")
                                                               .Register(registry);
  prometheus::Family<prometheus::Gauge>& last_complete =
      prometheus::BuildGauge()
          .Name("stillpoint_last_complete_point_timestamp_seconds")
          .Help("When the newest complete point of a series was taken.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& next_slot = prometheus::BuildGauge()
                                                         .Name("stillpoint_next_slot_timestamp_seconds")
                                                         .Help("The next slot of a policy.")
                                                         .Register(registry);
  prometheus::Family<prometheus::Gauge>& interval = prometheus::BuildGauge()
                                                        .Name("stillpoint_expected_interval_seconds")
                                                        .Help("From one slot of a policy to the next.")
                                                        .Register(registry);
  prometheus::Family<prometheus::Gauge>& missed = prometheus::BuildGauge()
                                                      .Name("stillpoint_missed_slots")
                                                      .Help("Slots without a point since the newest one of a series.")
                                                      .Register(registry);
  prometheus::Family<prometheus::Gauge>& headroom = prometheus::BuildGauge()
                                                        .Name("stillpoint_quota_headroom")
                                                        .Help("Room left in a quota of the project.")
                                                        .Register(registry);
  prometheus::Family<prometheus::Gauge>& last_observed =
      prometheus::BuildGauge()
          .Name("stillpoint_cloud_last_observed_timestamp_seconds")
          .Help("When a cloud was last read whole; points, slots and quotas of it are as of then.")
          .Register(registry);
  prometheus::Family<prometheus::Gauge>& exit_code = prometheus::BuildGauge()
                                                         .Name("stillpoint_pass_exit_code")
                                                         .Help("The exit code of the last pass.")
                                                         .Register(registry);

  struct Kept {
    const char* name;
    prometheus::Family<prometheus::Gauge>& family;
  };
  /// What is known of a cloud until it is read again.
  const std::array<Kept, 7> kept{{{"stillpoint_recovery_points", recovery_points},
                                  {"stillpoint_last_complete_point_timestamp_seconds", last_complete},
                                  {"stillpoint_next_slot_timestamp_seconds", next_slot},
                                  {"stillpoint_expected_interval_seconds", interval},
                                  {"stillpoint_missed_slots", missed},
                                  {"stillpoint_quota_headroom", headroom},
                                  {"stillpoint_cloud_last_observed_timestamp_seconds", last_observed}}};

  std::mutex mutex;
  std::set<std::string> observed;  ///< clouds; guarded by the mutex
};

Metrics::Metrics() : families_(std::make_unique<Families>()) {}
Metrics::~Metrics() = default;

void Metrics::request_ended(const std::string& service, std::string_view method, int code,
                            std::chrono::nanoseconds took) {
  const Labels labels{{"service", service}, {"method", std::string(method)}};
  families_->requests.Add(with(labels, "code", code == 0 ? "none" : std::to_string(code))).Increment();
  families_->request_seconds.Add(labels, kRequestBuckets).Observe(seconds(took));
}

void Metrics::point_ended(const inventory::SeriesKey& series, std::string_view result) {
  families_->points.Add(with(series_labels(series), "result", result)).Increment();
}

void Metrics::held(const inventory::SeriesKey& series, std::chrono::milliseconds window) {
  families_->hold_window.Add(series_labels(series), kHoldBuckets).Observe(seconds(window));
}

void Metrics::snapshot_available(std::chrono::milliseconds took) {
  families_->available.Add({}, kAvailableBuckets).Observe(seconds(took));
}

void Metrics::deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result) {
  families_->deletions.Add(with(with(series_labels(series), "verb", verb), "result", result)).Increment();
}

void Metrics::pass_ended(std::chrono::nanoseconds took, int exit_code) {
  families_->pass.Add({}, kPassBuckets).Observe(seconds(took));
  families_->exit_code.Add({}).Set(exit_code);
}

void Metrics::observe(const std::string& cloud, const inventory::Points& points, const cloud::Quota& quota,
                      support::WallTime when) {
  {
    const std::lock_guard lock(families_->mutex);
    families_->observed.insert(cloud);
  }
  families_->last_observed.Add({{"cloud", cloud}}).Set(unix_seconds(when));
  for (const auto& [key, series] : points.series) {
    const Labels labels = with(series_labels(key), "cloud", cloud);
    std::map<policy::Consistency, int> counts{
        {policy::Consistency::Crash, 0}, {policy::Consistency::Filesystem, 0}, {policy::Consistency::Application, 0}};
    families_->missed.Add(labels).Set(0);
    for (const auto& point : series) {
      if (const auto* best = point.best()) {
        ++counts[best->consistency];
        families_->last_complete.Add(labels).Set(unix_seconds(best->own().taken));
      }
    }
    for (const auto& [level, count] : counts) {
      families_->recovery_points.Add(with(labels, "consistency", to_string(level))).Set(count);
    }
  }
  for (const auto& [resource, use] : quota) {
    if (!use.unlimited()) {
      families_->headroom.Add({{"cloud", cloud}, {"resource", resource}}).Set(static_cast<double>(use.room()));
    }
  }
}

void Metrics::observe_next_slot(const std::string& cloud, const std::string& policy, support::WallTime slot,
                                std::chrono::milliseconds interval) {
  const Labels labels{{"cloud", cloud}, {"policy", policy}};
  families_->next_slot.Add(labels).Set(unix_seconds(slot));
  families_->interval.Add(labels).Set(seconds(interval));
}

void Metrics::observe_missed(const std::string& cloud, const inventory::SeriesKey& series, size_t slots) {
  families_->missed.Add(with(series_labels(series), "cloud", cloud)).Set(static_cast<double>(slots));
}

void Metrics::keep_from(std::string_view earlier, const std::function<bool(const std::string& cloud)>& wanted) {
  std::set<std::string> observed;
  {
    const std::lock_guard lock(families_->mutex);
    observed = families_->observed;
  }
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
    if (kept != families_->kept.end() && !observed.contains(cloud) && wanted(cloud)) {
      kept->family.Add(sample->labels).Set(sample->value);
    }
  }
}

std::string Metrics::text() const {
  return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace stillpoint::telemetry
