#pragma once

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <chrono>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include "telemetry/gauges.hpp"
#include "telemetry/metrics.hpp"

/// What `Metrics` is made of; for its own sources only.
namespace stillpoint::telemetry {

struct Metrics::Families {
  using Counters = prometheus::Family<prometheus::Counter>;
  using Histograms = prometheus::Family<prometheus::Histogram>;

  prometheus::Registry registry;

  Counters& requests = counters("stillpoint_openstack_requests_total", "Requests to OpenStack, each try counted.");
  Histograms& request_seconds =
      histograms("stillpoint_openstack_request_seconds", "Duration of one try of a request to OpenStack.");
  Counters& points = counters("stillpoint_points_total", "Recovery points that were attempted, by result.");
  Counters& deletions = counters("stillpoint_prunes_total", "Prunes and sweeps of attempts, by result.");
  Counters& reconciles = counters("stillpoint_reconcile_total", "Passes over one server of a policy, by result.");
  Histograms& hold_window = histograms("stillpoint_hold_window_seconds", "How long a dataset was held.");
  Histograms& available = histograms("stillpoint_snapshot_available_seconds",
                                     "From the request for a snapshot until it was seen available.");
  Histograms& pass = histograms("stillpoint_reconcile_seconds", "Duration of one pass.");

  Gauges recovery_points = gauges("stillpoint_recovery_points", "Complete recovery points, by proven consistency.");
  Gauges last_complete = gauges("stillpoint_last_complete_point_timestamp_seconds",
                                "When the newest complete point of a series was taken.");
  Gauges next_slot = gauges("stillpoint_next_slot_timestamp_seconds", "The next slot of a policy.");
  Gauges interval = gauges("stillpoint_expected_interval_seconds", "From one slot of a policy to the next.");
  Gauges missed = gauges("stillpoint_missed_slots", "Slots without a point since the newest one of a series.");
  Gauges overdue = gauges("stillpoint_overdue_seconds", "How long the next good point of a series is overdue.");
  Gauges condition = gauges("stillpoint_policy_condition", "1 for what a condition of a policy is now.");
  Gauges holds_open = gauges("stillpoint_holds_open", "Datasets of a policy that are held now.");
  Gauges headroom = gauges("stillpoint_quota_headroom", "Room left in a quota of the project.");
  Gauges last_observed = gauges("stillpoint_cloud_last_observed_timestamp_seconds",
                                "When a cloud was last read whole; points, slots and quotas of it are as of then.");
  Gauges queue_depth = gauges("stillpoint_queue_depth", "Servers of policies that wait for a worker.");
  Gauges policies = gauges("stillpoint_policies", "Policies in force.");
  Gauges policy_problems =
      gauges("stillpoint_policy_problems", "Files and folders of policies that are not used as they stand.");
  Gauges exit_code = gauges("stillpoint_pass_exit_code", "The exit code of the last pass.");
  Gauges build_info = gauges("stillpoint_build_info", "1, with the version of the program.");

  struct Kept {
    const char* name;
    Gauges& gauges;
  };
  /// What is known of a cloud until it is read again.
  const std::array<Kept, 7> kept{{{"stillpoint_recovery_points", recovery_points},
                                  {"stillpoint_last_complete_point_timestamp_seconds", last_complete},
                                  {"stillpoint_next_slot_timestamp_seconds", next_slot},
                                  {"stillpoint_expected_interval_seconds", interval},
                                  {"stillpoint_missed_slots", missed},
                                  {"stillpoint_quota_headroom", headroom},
                                  {"stillpoint_cloud_last_observed_timestamp_seconds", last_observed}}};

  /// What is counted for a series.
  struct Counted {
    std::set<prometheus::Counter*> points;
    std::set<prometheus::Counter*> deletions;
    std::set<prometheus::Histogram*> hold_window;
  };

  /// Guards all gauges and what follows it. It is held for all of what is said anew at once: what two threads say must
  /// not be taken for unsaid by each other, and a text shows none of it by halves.
  std::mutex mutex;
  std::set<std::string> observed;  ///< clouds
  std::map<inventory::SeriesKey, Counted> counted;
  std::set<inventory::SeriesKey> untold;  ///< of what is counted, the series that the last status did not tell of

  /// Fleets that are built anew must not grow the registry for years: what is counted for a series goes when two
  /// statuses do not tell of it. Not with the first: a scrape must see what its last deletions have counted.
  void tell(const std::set<inventory::SeriesKey>& series);

 private:
  Counters& counters(const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  }
  Histograms& histograms(const char* name, const char* help) {
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
  }
  prometheus::Family<prometheus::Gauge>& gauges(const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
  }
};

inline double seconds(std::chrono::duration<double> duration) {
  return duration.count();
}

inline double unix_seconds(support::WallTime when) {
  return seconds(when.time_since_epoch());
}

inline Labels with(Labels labels, const std::string& name, std::string_view value) {
  labels[name] = std::string(value);
  return labels;
}

inline Labels series_labels(const inventory::SeriesKey& series) {
  return {{"policy", series.policy}, {"server", series.server.str()}, {"dataset", series.dataset}};
}

}  // namespace stillpoint::telemetry
