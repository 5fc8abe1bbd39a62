#pragma once

#include <algorithm>
#include <string>
#include <utility>

#include "planner/planner.hpp"
#include "planner/target.hpp"

namespace stillpoint::planner {

/// What every rule of one plan looks at.
struct Situation {
  const Observed& observed;
  const Wishes& wishes;
  support::WallTime now;  ///< by our clock

  support::WallTime cloud_now() const { return now + observed.clock_offset; }
  /// When our clock shows what the cloud's shows at `instant`.
  support::WallTime ours(support::WallTime instant) const { return instant - observed.clock_offset; }
  bool is_clock_suspect() const {
    return observed.clock_offset > kMaxClockOffset || observed.clock_offset < -kMaxClockOffset;
  }
  /// Whether what is left of the attempt may go by now (P3). Both clocks must say so: an answer whose `Date` is hours
  /// ahead must not have anything swept that may be held now.
  bool is_sweepable(const inventory::Attempt& attempt) const { return now >= sweepable_from(attempt); }
  support::WallTime sweepable_from(const inventory::Attempt& attempt) const {
    const auto until = attempt.hold_until() + kSweepMargin;
    return std::max(until, ours(until));
  }
  /// When to look again at what the cloud is busy with.
  support::WallTime soon() const { return now + std::chrono::minutes(1); }
};

/// An action about a target.
template <class What>
Action make_action(const Target& target, std::string reason, std::string message, What what) {
  return {target.policy.name, target.server.id,   target.server.name, target.dataset.name,
          std::move(reason),  std::move(message), std::move(what)};
}

}  // namespace stillpoint::planner
