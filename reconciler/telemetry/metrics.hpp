#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cloud/types.hpp"
#include "inventory/points.hpp"
#include "status/status.hpp"
#include "support/clock.hpp"

namespace stillpoint::telemetry {

/// Stillpoint's metrics, kept in a Prometheus registry. Safe to use from any thread. Everything is counted from when it
/// was made; durations come out in seconds.
/// Labels are names of clouds, policies and datasets, the ids of servers (their names may change and may be anything),
/// and closed sets of words; never the id of a snapshot or a volume.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// One try of a request. `service` as in `http::Request`, `method` an HTTP method, `code` that of the answer, or 0 if
  /// none came (`none` in the label).
  void request_ended(const std::string& service, std::string_view method, int code, std::chrono::nanoseconds took);
  /// `result`: `complete`, `failed`, `skipped` or `missed`.
  void point_ended(const inventory::SeriesKey& series, std::string_view result);
  /// `window`: as the server measured it.
  void held(const inventory::SeriesKey& series, std::chrono::milliseconds window);
  /// From the request for a snapshot until it was seen `available`.
  void snapshot_available(std::chrono::milliseconds took);
  /// `verb`: `prune` or `sweep`. `result`: `deleted` or `failed`.
  void deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result);
  /// A pass over all clouds. `exit_code` is that of `reconcile`.
  void pass_ended(std::chrono::nanoseconds took, int exit_code);

  /// The daemon's pass over one server of a policy. `result`: `done`, `failed` or `again` (it asked to be looked at
  /// soon).
  void reconciled(std::chrono::nanoseconds took, std::string_view result);
  /// How many servers of policies wait for a worker.
  void observe_queue(std::size_t waiting);
  void observe_build(const std::string& version);
  /// How many policies are in force, and how many files of policies are not used as they stand.
  void observe_policies(std::size_t in_force, std::size_t problems);

  /// What existed in a cloud at `when`, by our clock. `cloud` is its entry of clouds.yaml; empty: the OS_* environment.
  void observe(const std::string& cloud, const inventory::Points& points, const cloud::Quota& quota,
               support::WallTime when);
  /// Nothing is told of a cloud any more, which no policy names.
  void forget(const std::string& cloud);
  /// The next slot of a policy, and how long after it the one after that comes.
  void observe_next_slot(const std::string& cloud, const std::string& policy, support::WallTime slot,
                         std::chrono::milliseconds interval);

  /// How many slots of a series were missed since its newest point.
  void observe_missed(const std::string& cloud, const inventory::SeriesKey& series, size_t slots);

  /// All that the status tells of policies, instead of the two above: next slots, intervals, missed slots, what is
  /// overdue, conditions, open holds. What it does not tell any more goes, and with a series, a status later, what was
  /// counted for it. Tombstones and names without a policy have no slots to come and nothing overdue.
  void observe(const status::Status& status);

  /// Takes over, from what `text` gave in an earlier process, what `observe` and `observe_next_slot` said of the clouds
  /// that `wanted` names and that this object has not observed: an alert on the age of a point must not fall silent
  /// because the cloud cannot be read. Lines that it did not write itself are left out. `wanted` must not use this
  /// object.
  void keep_from(std::string_view earlier, const std::function<bool(const std::string& cloud)>& wanted);

  /// Prometheus' text format.
  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace stillpoint::telemetry
