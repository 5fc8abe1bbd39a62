#include "app/service_manager.hpp"

#include <systemd/sd-daemon.h>

namespace stillpoint::app {
namespace {

void notify(const std::string& state) {
  sd_notify(0, state.c_str());  // whether anybody listens makes no difference
}

}  // namespace

void ServiceManager::ready() {
  notify("READY=1");
}

void ServiceManager::reloading(std::chrono::microseconds now_monotonic) {
  notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now_monotonic.count()));
}

void ServiceManager::stopping() {
  notify("STOPPING=1");
}

void ServiceManager::status(const std::string& text) {
  notify("STATUS=" + text);
}

void ServiceManager::watchdog() {
  notify("WATCHDOG=1");
}

void ServiceManager::extend_timeout(std::chrono::microseconds by) {
  notify("EXTEND_TIMEOUT_USEC=" + std::to_string(by.count()));
}

std::optional<std::chrono::microseconds> ServiceManager::watchdog_interval() {
  uint64_t interval = 0;
  if (sd_watchdog_enabled(0, &interval) <= 0) {
    return std::nullopt;
  }
  return std::chrono::microseconds(interval);
}

}  // namespace stillpoint::app
