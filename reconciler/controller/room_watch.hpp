#pragma once

#include <chrono>
#include <optional>

#include "planner/plan.hpp"
#include "support/clock.hpp"

namespace stillpoint::controller {

/// When the quotas are to be read again while points wait for room in them: at once when something of ours was deleted,
/// and else after a second, two, four, up to a minute, because others make room, too, and because the cloud counts
/// what is gone a moment later. Never if no point waits. Used by one thread.
class RoomWatch {
 public:
  /// Something of ours was deleted.
  void was_made() { was_made_ = true; }
  /// The quotas were read as part of all that there is.
  void is_known() { was_made_ = false; }
  /// There is a new plan.
  void planned(const planner::Plan& plan, support::SteadyTime now);
  bool is_due(support::SteadyTime now) const { return next() <= now; }
  /// They were read, or could not be: then the cloud may have asked to be left alone for a while.
  void looked(support::SteadyTime now, std::chrono::seconds asked = {});
  /// Far away if no point waits.
  support::SteadyTime next() const { return next_.value_or(support::SteadyTime::max()); }

 private:
  bool was_made_ = false;
  std::chrono::seconds pause_{0};
  std::optional<support::SteadyTime> next_;  ///< empty: no point waits for room
};

}  // namespace stillpoint::controller
