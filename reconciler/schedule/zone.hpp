#pragma once

#include <chrono>
#include <string>

#include "schedule/cron.hpp"
#include "support/result.hpp"

namespace date {
class time_zone;
}

namespace stillpoint::schedule {

/// A stretch of time in which the clocks of a zone keep one distance from UTC.
struct Span {
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;  ///< of the next one
  std::chrono::seconds offset;

  std::chrono::local_seconds local(std::chrono::sys_seconds instant) const {
    return std::chrono::local_seconds((instant + offset).time_since_epoch());
  }
  std::chrono::sys_seconds instant(LocalMinute shown) const {
    return std::chrono::sys_seconds(shown.time_since_epoch() - offset);
  }
};

/// A zone of the system's database. A value; safe to use from any thread.
///
/// The database lists changes of clocks up to 2037. Later years are taken to be like one of the last ten that begins
/// its March with the same day of the week, which is right for every rule of the form "the last Sunday of October".
class Zone {
 public:
  static support::Result<Zone> find(const std::string& name);

  Span at(std::chrono::sys_seconds instant) const;

 private:
  explicit Zone(const date::time_zone& zone) : zone_(&zone) {}

  const date::time_zone* zone_;  ///< of the process's time zone database, never freed
};

}  // namespace stillpoint::schedule
