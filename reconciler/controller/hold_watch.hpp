#pragma once

#include <map>
#include <mutex>
#include <string>

#include "executor/observer.hpp"

namespace stillpoint::controller {

/// Hands on what it hears, and knows which series are held now. Safe to use from any thread.
class HoldWatch final : public executor::Observer {
 public:
  explicit HoldWatch(executor::Observer& next) : next_(next) {}

  std::map<inventory::SeriesKey, std::string> doing() const {
    const std::lock_guard lock(mutex_);
    return doing_;
  }

  void point_ended(const inventory::SeriesKey& series, std::string_view result) override {
    next_.point_ended(series, result);
  }
  void hold_opened(const inventory::SeriesKey& series) override {
    {
      const std::lock_guard lock(mutex_);
      doing_[series] = "held";
    }
    next_.hold_opened(series);
  }
  void hold_closed(const inventory::SeriesKey& series) override {
    {
      const std::lock_guard lock(mutex_);
      doing_.erase(series);
    }
    next_.hold_closed(series);
  }
  void held(const inventory::SeriesKey& series, std::chrono::milliseconds window) override {
    next_.held(series, window);
  }
  void snapshot_available(std::chrono::milliseconds took) override { next_.snapshot_available(took); }
  void deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result) override {
    next_.deletion_ended(series, verb, result);
  }

 private:
  executor::Observer& next_;
  mutable std::mutex mutex_;
  std::map<inventory::SeriesKey, std::string> doing_;
};

}  // namespace stillpoint::controller
