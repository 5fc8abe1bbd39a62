#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace stillpoint::app {

/// What systemd is told of the program (sd_notify(3), "Type=notify"); nothing happens without a service manager.
/// Safe to use from any thread.
class ServiceManager {
 public:
  void ready();
  void reloading(std::chrono::microseconds now_monotonic);
  void stopping();
  void status(const std::string& text);
  /// The program goes on as it should.
  void watchdog();
  /// The stop takes up to this much longer (`EXTEND_TIMEOUT_USEC`).
  void extend_timeout(std::chrono::microseconds by);

  /// How often `watchdog` is expected at least; empty: not at all.
  static std::optional<std::chrono::microseconds> watchdog_interval();
};

}  // namespace stillpoint::app
