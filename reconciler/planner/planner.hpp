#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "planner/plan.hpp"
#include "policy/policy.hpp"
#include "retention/retention.hpp"

namespace stillpoint::planner {

/// What exists, as read from the cloud in this pass. It may be out of date by the time it is acted on: the executor
/// looks again at what it is about to change.
struct Observed {
  std::vector<cloud::Server> servers;
  std::vector<cloud::Volume> volumes;
  std::vector<cloud::Snapshot> snapshots;
  cloud::Quota quota;
  std::chrono::seconds clock_offset{0};  ///< the cloud's clock minus ours
  /// Attempts of which this pass already knows that nothing proves them.
  std::set<std::string> not_intact;
  /// Targets (policy, server, dataset) that failed in this pass and are not tried again in it.
  std::set<inventory::SeriesKey> failed;
};

/// What the user asked for beside the policies.
struct Wishes {
  std::string installation = "default";
  /// Make a point at this instant whatever the schedule says (`--now`).
  std::optional<support::WallTime> slot_now;
  /// The instant as of which slots are due; `now` if absent. A pass of several rounds keeps the one that it began with,
  /// so that it ends.
  std::optional<support::WallTime> slots_at;
  retention::MassDelete mass_delete = retention::MassDelete::Refuse;
};

/// Nothing of an attempt is swept before its hold-until plus this (P3).
inline constexpr std::chrono::seconds kSweepMargin{60};
/// Holds and prunes are refused when our clock differs from the cloud's by more than this.
inline constexpr std::chrono::seconds kMaxClockOffset{30};
/// Attempts at one slot that may have left snapshots before it is given up.
inline constexpr int kMaxAttempts = 3;

/// (policies, what exists, now) -> what one pass would do. Pure: equal arguments give equal plans, in whatever order
/// the snapshots, servers and volumes come. `now` is our clock; times of snapshots are the cloud's. The policies must
/// have passed validation, their schedules included.
Plan plan(const std::vector<policy::Policy>& policies, const Observed& observed, const Wishes& wishes,
          support::WallTime now);

/// The same for a caller that has put the snapshots together into `points` already: that is half of the work.
Plan plan(const std::vector<policy::Policy>& policies, const Observed& observed, const inventory::Points& points,
          const Wishes& wishes, support::WallTime now);

}  // namespace stillpoint::planner
