#pragma once

#include <optional>
#include <set>
#include <string>

#include "planner/orphans.hpp"
#include "planner/planner.hpp"
#include "planner/target.hpp"

namespace stillpoint::planner {

/// The rules by which complete points go. What it decides is added to a plan.
class Pruning {
 public:
  /// All arguments must outlive it.
  Pruning(const Observed& observed, const Wishes& wishes, support::WallTime now, const inventory::Points& points,
          Plan& plan)
      : observed_(observed), wishes_(wishes), now_(now), points_(points), plan_(plan) {}

  /// By the retention of a dataset.
  void plan_rules(const Target& target);
  /// Why the point of a slot would go as soon as it was made: a newer one was made outside the schedule, and no rule
  /// wants both. Nothing if it would be kept.
  std::optional<std::string> object_to_point(const Target& target, support::WallTime slot) const;
  /// Shows a series that nothing asks for, and lets it go if its policy says so.
  void plan_orphan(const Orphanage& orphanage, Orphan orphan);
  /// The other half of P6, asked once all is planned: when many series lose more than their turnover at once, somebody
  /// has edited a policy, and nothing goes until it is allowed.
  void hold_back_mass_deletion();

 private:
  /// `decide` with what may go at once by the wishes of this pass or by the policy's own permission.
  template <class Decide>
  retention::Outcome within_permission(const policy::Policy& policy, const inventory::SeriesKey& key, Decide decide);
  template <class Say, class Absent>
  void prune(const inventory::SeriesKey& key, const std::string& server_name, const retention::Outcome& outcome,
             Say say, Absent absent);

  const Observed& observed_;
  const Wishes& wishes_;
  support::WallTime now_;
  const inventory::Points& points_;
  Plan& plan_;
  int disturbed_ = 0;                         ///< series that lose more than their turnover
  std::set<inventory::SeriesKey> permitted_;  ///< series whose policy allows what they lose
};

}  // namespace stillpoint::planner
