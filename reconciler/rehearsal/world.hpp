#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "planner/orphans.hpp"
#include "planner/series_book.hpp"
#include "rehearsal/part.hpp"

namespace stillpoint::rehearsal {

/// Who takes part in a rehearsal, and which points there are: all of what the planner's rules look at but time and
/// quotas.
class RehearsalWorld {
 public:
  /// A server under a policy, whose datasets have the same slots.
  struct Served {
    Timetable timetable;
    std::vector<size_t> parts;
  };

  /// All arguments must outlive the world.
  RehearsalWorld(const std::vector<policy::Policy>& policies, const planner::Observed& start,
                 const planner::Wishes& wishes, Period period);
  RehearsalWorld(const RehearsalWorld&) = delete;
  RehearsalWorld& operator=(const RehearsalWorld&) = delete;

  /// In the planner's order, in which quota is given out; orphans last.
  std::deque<RehearsalPart>& parts() { return parts_; }
  std::deque<Served>& served() { return served_; }
  /// Instants within the period at which time alone changes something.
  std::set<support::WallTime>& looks() { return looks_; }
  const std::vector<RehearsalProblem>& problems() const { return problems_; }
  /// How many series there are, asked for or not.
  int series_count() const { return static_cast<int>(points_.series.size()); }

  /// Finds out what goes of a part in a pass at `now`.
  void judge(RehearsalPart& part, support::WallTime now);
  /// Whether several claim the points of a former name of it, so that none of its points go.
  bool is_contested(const RehearsalPart& part) const;

  void make(RehearsalPart& part, support::WallTime slot, support::WallTime now, Step step);
  void let_go(RehearsalPart& part, size_t point, support::WallTime now, Step step);

 private:
  void cast();
  void add_orphans();
  void adopt(RehearsalPart& part, const inventory::Series& series);
  void serve(size_t index);
  void look_at(support::WallTime instant);
  void look_when_orphan_is_due(const RehearsalPart& part);
  void count_alive(RehearsalPart::KeyCount& key, int change);

  const std::vector<policy::Policy>& policies_;
  const planner::Observed& start_;
  const planner::Wishes& wishes_;
  Period period_;
  inventory::Points points_;  ///< kept up to date in which series there are, and in those of orphans
  planner::SeriesBook book_;
  planner::Orphanage orphanage_;
  std::map<inventory::SeriesKey, int> alive_;  ///< how many attempts there are
  std::deque<RehearsalPart> parts_;
  std::deque<Served> served_;
  std::map<std::pair<const policy::Policy*, cloud::ServerId>, size_t> served_by_;
  std::set<support::WallTime> looks_;
  std::vector<RehearsalProblem> problems_;
};

}  // namespace stillpoint::rehearsal
