#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"
#include "schedule/blackout.hpp"
#include "schedule/pattern.hpp"
#include "support/clock.hpp"
#include "support/error.hpp"
#include "support/result.hpp"

namespace stillpoint::schedule {

/// What a schedule asks for at an instant: at most one of `due`, `missed` and `blacked_out` is set.
struct DueSlot {
  std::optional<WallTime> due;          ///< the latest slot that has begun, while it may still be served
  std::optional<WallTime> start_by;     ///< of `due`: from then on it is missed
  std::optional<WallTime> missed;       ///< the latest slot that has begun, when it is too late for it
  std::optional<WallTime> blacked_out;  ///< the latest slot, when it lies in a blackout
  std::optional<WallTime> begins;       ///< the latest slot is one for later: its jitter ends then
};

/// A slot that a blackout skips.
struct BlackedOut {
  Window window;
  std::string reason;  ///< the policy's; may be empty
};

/// What jitter is drawn from. Every server of a policy has a delay of its own, the same at each slot, so that the time
/// between its points is that of the schedule.
std::string spread_key(std::string_view installation, std::string_view policy, std::string_view server_id);

/// A policy's schedule. Pure; safe to use from any thread. What the instants are is told at Pattern.
class Compiled {
 public:
  // Slots that count: those outside of blackouts. Empty where Pattern's searches are, and if the next few thousand
  // slots are all blacked out.
  std::optional<WallTime> next_after(WallTime instant) const;
  std::optional<WallTime> latest_at_or_before(WallTime instant) const;
  /// The slots after `from` up to and including `to`, oldest first, the first `cap` of them.
  std::vector<WallTime> between(WallTime from, WallTime to, size_t cap) const;
  /// From the latest slot at or before `instant` to the one after it.
  std::optional<std::chrono::milliseconds> interval_at(WallTime instant) const;

  /// All slots, with those that blackouts skip.
  const Pattern& named() const { return named_; }
  std::optional<BlackedOut> blackout_at(WallTime instant) const;

  /// How long after `slot` it may still be served: the schedule's own, else one hour or half the time to the next slot,
  /// whichever is shorter.
  std::chrono::milliseconds starting_deadline(WallTime slot) const;
  /// The last instant at which `slot` may be begun: its starting deadline, or before the next blackout.
  WallTime start_by(WallTime slot) const;
  /// How long after `slot` it is begun: a part of the jitter that `key` decides; always less than half the time to the
  /// next slot and to `start_by`, so that the other half is there to serve it.
  std::chrono::milliseconds delay(WallTime slot, std::string_view key) const;
  /// After however long a time off there is at most one slot to serve, the latest that has begun. Slots before
  /// `start_at` do not count. Without a key there is no jitter.
  DueSlot due_slot(WallTime now, std::optional<WallTime> start_at, std::string_view key = {}) const;

 private:
  friend support::Result<Compiled> compile(const policy::Schedule& schedule);
  Compiled(Pattern named, std::vector<Blackout> blackouts, const policy::Schedule& schedule)
      : named_(std::move(named)),
        blackouts_(std::move(blackouts)),
        starting_deadline_(schedule.starting_deadline),
        jitter_(schedule.jitter) {}

  std::optional<WallTime> next_blackout_after(WallTime instant) const;

  Pattern named_;
  std::vector<Blackout> blackouts_;
  std::optional<std::chrono::milliseconds> starting_deadline_;
  std::chrono::milliseconds jitter_;
};

/// The first error of the schedule, if it has any.
support::Result<Compiled> compile(const policy::Schedule& schedule);

/// Every error of the policy's schedule: each with the mark and path of its field.
std::vector<support::Error> check(const policy::Policy& policy);

}  // namespace stillpoint::schedule
