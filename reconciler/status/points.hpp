#pragma once

#include <optional>
#include <vector>

#include "inventory/points.hpp"
#include "policy/policy.hpp"
#include "retention/retention.hpp"
#include "status/said.hpp"
#include "status/status.hpp"

namespace stillpoint::status {

/// What all series of a cloud are looked at with.
struct Instant {
  support::WallTime now;        ///< by our clock
  support::WallTime cloud_now;  ///< by the cloud's

  /// When our clock showed what the cloud's shows at `instant`.
  support::WallTime ours(support::WallTime instant) const { return instant - (cloud_now - now); }
};

/// What decides over the points of a series that are complete.
struct Rules {
  std::optional<retention::Terms> terms;  ///< empty: no rule prunes it
  policy::Consistency require = policy::Consistency::Crash;
  std::string otherwise;  ///< without terms: the reason why a point is kept
  std::string why;        ///< the same for people
};

/// Every attempt of the series, oldest slot first.
std::vector<PointStatus> points_of(const inventory::Series& series, const Rules& rules, const Said& said,
                                   const Instant& instant);

}  // namespace stillpoint::status
