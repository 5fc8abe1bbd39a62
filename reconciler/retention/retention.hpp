#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "inventory/points.hpp"
#include "retention/grounds.hpp"
#include "retention/guard.hpp"
#include "support/clock.hpp"

/// Which points of a series are kept, and why: docs/retention.md.
namespace stillpoint::retention {

/// A slot further ahead of the clock than this was written by one that was wrong.
inline constexpr std::chrono::minutes kClockSlack{5};

/// What becomes of one complete attempt, and why.
struct Decision {
  const inventory::Attempt* attempt = nullptr;
  enum class Fate { Keep, Prune } fate = Fate::Keep;
  /// Of a kept point every rule that keeps it; of a pruned one, for each rule why it does not.
  std::vector<Ground> grounds;
  /// What keeps it beside the rules, or takes it away whatever they say.
  enum class Special {
    NewestSlot,
    Pinned,
    TooFewGood,    ///< the series has fewer good points than its floor
    ClockSuspect,  ///< its slot is ahead of the clock: neither counted nor pruned
    Superseded,    ///< another attempt is the point of its slot
    Orphaned,      ///< the series was given up
  };
  std::vector<Special> specials;

  bool is(Special special) const;
};

struct Outcome {
  std::vector<Decision> decisions;  ///< one for each complete attempt, oldest slot first
  int good = 0;                     ///< complete points of the required level
  Surplus surplus;
  bool blocked = false;  ///< the mass-deletion guard holds all prunes back (P6)
  std::string blocked_message;

  /// Points that go; second attempts of a slot are not among them, nor what was begun before.
  int to_prune() const { return surplus.going; }
  /// Whether more goes than one point, and more than what the newest point replaces.
  bool disturbed() const { return surplus.going > 1 && surplus.beyond_turnover > 0; }
};

/// Decides over the complete attempts of one series (P5). Candidates are what no rule keeps; then filters protect:
/// pins, the newest slot, points that are not covered by good ones yet, the floor, and the mass-deletion guard. The
/// rules look at slots alone: `now` says only which pins have ended and which slots are ahead of the clock, so that no
/// point goes because time passes.
Outcome decide(const inventory::Series& series, const Terms& terms, support::WallTime now, MassDelete mass_delete);

/// Why the point of a slot would go as soon as it was made: there is a newer one, made outside the schedule, and no
/// rule wants both. Nothing if it would be kept.
std::optional<std::string> object_to_point(const inventory::Series& series, const Terms& terms, support::WallTime slot,
                                           support::WallTime now);

/// Lets a whole series go, with the exception of pinned points. The guard holds for it, too.
Outcome retire(const inventory::Series& series, support::WallTime now, MassDelete mass_delete);

/// A stable word for the decision: `KeepLast`, `Pinned`; `NotKept`, `Superseded` or `Orphaned` of a pruned point.
std::string_view reason(const Decision& decision);
/// All that is to say of it, for people.
std::string describe(const Decision& decision, const Outcome& outcome, const Terms& terms, support::WallTime now);

}  // namespace stillpoint::retention
