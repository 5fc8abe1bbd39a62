#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "inventory/points.hpp"
#include "rehearsal/rehearsal.hpp"
#include "retention/retention.hpp"
#include "retention/rolling.hpp"

namespace stillpoint::rehearsal {

/// The attempts of a series that are points or could be.
inventory::Series complete_attempts(const inventory::Series& series);

/// Takes an attempt out of a series, and says anew which of the others is the point of its slot.
void take_out(inventory::Series& series, support::WallTime slot, const std::string& attempt);

/// The points of one dataset in virtual time, and what its retention says of them. Points are called by their place in
/// RehearsedSeries::points.
///
/// What a cloud may hold at the beginning (two attempts at a slot, slots ahead of the clock) is decided over by
/// `retention::decide` itself. Once it is nothing but one point after another, `retention::Rolling` goes on, which
/// answers the same at a small part of the price.
class VirtualSeries {
 public:
  /// `found` are the complete attempts of the beginning; they are points 0, 1, 2, ... in the order in which they come.
  /// `may_lose` points beyond the turnover may go at once, as the policy says. The dataset must outlive the series.
  VirtualSeries(const policy::Dataset& dataset, const retention::Terms& terms, retention::MassDelete mass_delete,
                int may_lose, inventory::Series found);

  /// NotWanted: there is a newer point that makes that of the slot needless.
  enum class Need { Point, Nothing, NotWanted, GivenUp };
  Need need(support::WallTime slot, support::WallTime now) const;
  void made(support::WallTime slot, support::WallTime now, size_t point);
  void pruned(size_t point, support::WallTime slot);
  /// Pins may have ended.
  void look(support::WallTime now);
  /// Goes over to the faster way if nothing stands against it. No slot before `next` will be made.
  void settle(support::WallTime now, support::WallTime next);
  bool is_settled() const { return rolling_.has_value(); }

  /// What retention wants to let go.
  struct Going {
    std::vector<size_t> points;
    std::optional<std::string> blocked;  ///< the guard of the series holds them back
  };
  Going going(support::WallTime now);
  /// Whether what goes is beyond the turnover of a new point, as retention::Outcome::disturbed, and beyond what the
  /// policy allows. Of the last `going`.
  bool disturbed() const;
  /// Whether the policy's own permission is for what goes. Of the last `going`.
  bool permitted() const;

  /// Why each point exists, by slot.
  std::vector<KeptPoint> kept(support::WallTime now) const;

 private:
  using Name = std::pair<support::WallTime, std::string>;  ///< slot and attempt
  struct Live {
    size_t point = 0;
    retention::Copy copy;
    std::optional<inventory::Attempt> found;  ///< the cloud's; none if it was made since
  };

  inventory::Attempt attempt_of(support::WallTime slot, support::WallTime taken, size_t point) const;
  Going going_by_rolling();
  void forget_judgement();
  inventory::Series whole_series() const;
  size_t place_of(const inventory::Attempt& attempt) const;
  bool too_many(int beyond_turnover) const;
  int beyond_turnover() const;

  const policy::Dataset& dataset_;
  retention::Terms terms_;
  retention::MassDelete mass_delete_;
  int may_lose_;
  policy::Consistency level_;                  ///< that its holds prove
  retention::Standing standing_;               ///< of the points that are made
  std::map<Name, size_t> by_name_;             ///< of those in `plain_`
  inventory::Series plain_;                    ///< until it is settled
  std::optional<retention::Rolling> rolling_;  ///< from then on
  std::map<support::WallTime, Live> live_;     ///< from then on
  retention::Surplus surplus_;                 ///< of the last `going`; without `beyond_turnover` if it is settled
  // Without the newest point a series is what it was before that came, so that what went then is what goes beyond the
  // turnover. Known only if nothing else has happened in between.
  bool judged_ = false;     ///< whether `surplus_` is of the points that there are
  bool held_back_ = false;  ///< by the guard, and points have been added at most since
  std::optional<int> going_before_newest_;
};

}  // namespace stillpoint::rehearsal
