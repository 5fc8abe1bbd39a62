#pragma once

#include <chrono>
#include <string>

#include "inventory/points.hpp"

namespace stillpoint::executor {

/// What telemetry wants to know while a plan is carried out. Called on the executor's threads.
class Observer {
 public:
  virtual ~Observer() = default;
  /// `result`: `complete`, `failed` or `skipped`; or `missed`, of a slot that passed without one.
  virtual void point_ended(const inventory::SeriesKey& series, std::string_view result) = 0;
  /// The dataset is held from now on, or may be; `hold_closed` follows in every case.
  virtual void hold_opened(const inventory::SeriesKey& series) = 0;
  virtual void hold_closed(const inventory::SeriesKey& series) = 0;
  virtual void held(const inventory::SeriesKey& series, std::chrono::milliseconds window) = 0;
  /// From the request for a snapshot until it was seen `available`.
  virtual void snapshot_available(std::chrono::milliseconds took) = 0;
  /// `result`: `deleted` or `failed`; for prunes and sweeps.
  virtual void deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result) = 0;
};

/// An observer that keeps nothing.
Observer& null_observer();

}  // namespace stillpoint::executor
