#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "policy/policy.hpp"
#include "schedule/slots.hpp"

/// Whether the points of a series came in time. Pure.
namespace stillpoint::status {

/// When a policy expects points of a dataset.
struct Expectation {
  const schedule::Compiled& schedule;
  std::optional<support::WallTime> start_at;  ///< slots before it do not count
  std::chrono::milliseconds to_make{};        ///< from the begin of a hold until its point is there, at most

  /// Until when there must be a point after the one of `slot`; empty if none is asked for.
  std::optional<support::WallTime> due_after(support::WallTime slot) const;
  /// Slots after `slot` whose time has passed at `now`; no more than `cap` are counted.
  std::size_t passed_since(support::WallTime slot, support::WallTime now, std::size_t cap) const;
};

/// How long a dataset's point takes once it was begun.
std::chrono::milliseconds time_to_make(const policy::Dataset& dataset);

/// Since when points have come in time without a gap up to now: when the first of that run was taken. `slots` and
/// `taken` are those of the good points, oldest first; there is at least one. Points that retention has thinned out
/// look like a gap, so it is "at least since".
support::WallTime unbroken_since(const Expectation& expectation, const std::vector<support::WallTime>& slots,
                                 const std::vector<support::WallTime>& taken);

}  // namespace stillpoint::status
