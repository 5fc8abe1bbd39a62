#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "planner/plan.hpp"
#include "policy/policy.hpp"

namespace stillpoint::planner {

/// Finds out why series are orphaned, and whether their policy lets them go. All policies are noted before it is asked.
class Orphanage {
 public:
  /// `points` must outlive it.
  explicit Orphanage(const inventory::Points& points) : points_(points) {}

  void note(const policy::Policy& policy);
  /// A server that the policy selects.
  void note(const policy::Policy& policy, const cloud::ServerId& server);

  /// A policy of which it could not be told which servers it selects.
  void note_unselected(const policy::Policy& policy);

  /// What is known of a series that no target has.
  Orphan describe(const inventory::SeriesKey& key) const;
  Orphan describe(const inventory::SeriesKey& key, const std::string& why) const;
  /// Whether the absence of its server is the cloud's, and not that of a selector that could not be read.
  bool is_certain(const Orphan& orphan, const std::vector<cloud::Server>& servers) const;
  /// The policy that decides over the series; none if it is not among those given.
  const policy::Policy* policy_of(const inventory::SeriesKey& key) const;

 private:
  const inventory::Points& points_;
  std::map<std::string, const policy::Policy*> policies_;  ///< by present and previous names
  std::set<std::string> unselected_;
  std::set<std::pair<std::string, cloud::ServerId>> selected_;
};

/// When an orphaned series goes whose newest point is of that slot: as long as its policy says after the first slot
/// that passed without a point. Empty: never.
std::optional<support::WallTime> goes_at(support::WallTime newest, const policy::Policy& policy);

/// Whether that time has come.
bool is_due_to_go(const Orphan& orphan, const policy::Policy& policy, support::WallTime now);

/// The volumes of an orphan's attempt for which only their absence from a listing speaks: of a server that is not
/// listed all, of one that is those that are not listed as attached to it.
std::vector<cloud::VolumeId> told_by_absence(const Orphan& orphan, const inventory::Attempt& attempt,
                                             const std::vector<cloud::Server>& servers,
                                             const std::vector<cloud::Volume>& volumes);

}  // namespace stillpoint::planner
