#pragma once

#include <atomic>

#include "executor/observer.hpp"
#include "telemetry/metrics.hpp"

namespace stillpoint::app {

/// Hands the executor's events on to the metrics.
class MetricsObserver final : public executor::Observer {
 public:
  explicit MetricsObserver(telemetry::Metrics& metrics) : metrics_(metrics) {}
  void point_ended(const inventory::SeriesKey& series, std::string_view result) override {
    metrics_.point_ended(series, result);
  }
  void hold_opened(const inventory::SeriesKey&) override { ++open_holds_; }
  void hold_closed(const inventory::SeriesKey&) override { --open_holds_; }
  void held(const inventory::SeriesKey& series, std::chrono::milliseconds window) override {
    metrics_.held(series, window);
  }
  void snapshot_available(std::chrono::milliseconds took) override { metrics_.snapshot_available(took); }
  void deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result) override {
    metrics_.deletion_ended(series, verb, result);
  }

  /// Holds that are open now. Safe to ask from any thread.
  int open_holds() const { return open_holds_; }

 private:
  telemetry::Metrics& metrics_;
  std::atomic<int> open_holds_ = 0;
};

}  // namespace stillpoint::app
