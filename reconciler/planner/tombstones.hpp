#pragma once

#include <map>
#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "planner/plan.hpp"
#include "planner/situation.hpp"
#include "policy/policy.hpp"

namespace stillpoint::planner {

/// The rule for policies that were deleted: no point is made for them. With `Delete` everything goes that is not
/// pinned, and no guard against mass deletion holds it back: whoever deleted the policy was asked. With `Retain` only
/// what never became a point is swept.
///
/// It goes by the names on the points: the servers and volumes may be gone as well.
class Tombstones {
 public:
  /// All arguments must outlive it.
  Tombstones(const Situation& situation, const inventory::Points& points) : situation_(situation), points_(points) {}

  /// All policies are noted before it is asked, those in force as well: a name that one of them has or had is its own.
  void note(const policy::Policy& policy);
  /// Whether a deleted policy decides over the series.
  bool own(const inventory::SeriesKey& key) const { return owner_of(key) != nullptr; }
  void plan_deletions(Plan& plan) const;

 private:
  const policy::Policy* owner_of(const inventory::SeriesKey& key) const;
  void plan_attempt(const policy::Policy& policy, const inventory::Attempt& attempt, Plan& plan) const;
  void plan_deletion(const policy::Policy& policy, const inventory::Attempt& attempt, Plan& plan) const;
  void plan_sweep(const inventory::Attempt& attempt, const std::string& reason, const std::string& why,
                  Plan& plan) const;

  const Situation& situation_;
  const inventory::Points& points_;
  std::map<std::string, const policy::Policy*> present_;
  std::map<std::string, std::vector<const policy::Policy*>> previous_;
};

}  // namespace stillpoint::planner
