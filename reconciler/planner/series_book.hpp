#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "policy/policy.hpp"

namespace stillpoint::planner {

/// Says which of the series that exist belong to which dataset of which server, renames included. Everybody claims
/// first and looks afterwards: a series that two claim by a previous name goes to neither.
class SeriesBook {
 public:
  /// `points` must outlive the book.
  explicit SeriesBook(const inventory::Points& points) : points_(points) {}

  void claim(const policy::Policy& policy, const policy::Dataset& dataset, const cloud::ServerId& server);

  /// The points of a dataset under all of its names. Stays where it is as long as the book.
  const inventory::Series& series_of(const policy::Policy& policy, const policy::Dataset& dataset,
                                     const cloud::ServerId& server);
  /// A name whose points another dataset claims, too.
  std::optional<inventory::SeriesKey> contested(const policy::Policy& policy, const policy::Dataset& dataset,
                                                const cloud::ServerId& server) const;
  /// Series that nobody has claimed.
  std::vector<inventory::SeriesKey> unclaimed() const;

 private:
  const inventory::Points& points_;
  std::set<inventory::SeriesKey> present_;               ///< claimed by the name that they have
  std::map<inventory::SeriesKey, int> previous_claims_;  ///< how many claim it by a name given up
  std::deque<inventory::Series> merged_;
};

}  // namespace stillpoint::planner
