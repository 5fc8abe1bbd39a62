#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "cloud/types.hpp"
#include "inventory/points.hpp"
#include "support/clock.hpp"

namespace stillpoint::telemetry {

/// Stillpoint's metrics, kept in a Prometheus registry. Safe to use from any thread.
/// Labels are policies, servers' names, datasets and closed sets of words; never the id of a snapshot.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void request_ended(const std::string& service, std::string_view method, int code, std::chrono::nanoseconds took);
  void point_ended(const inventory::SeriesKey& series, std::string_view result);
  void held(const inventory::SeriesKey& series, std::chrono::milliseconds window);
  void snapshot_available(std::chrono::milliseconds took);
  void deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result);
  void pass_ended(std::chrono::nanoseconds took);

  /// What exists at the end of a pass.
  void observe(const inventory::Points& points, const cloud::Quota& quota);
  void observe_next_slot(const std::string& policy, support::WallTime slot, std::chrono::milliseconds interval);

  /// Prometheus' text format.
  std::string text() const;

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace stillpoint::telemetry
