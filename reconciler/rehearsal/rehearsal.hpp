#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "planner/hold_rules.hpp"
#include "planner/planner.hpp"
#include "retention/holding.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

/// Policies run forward in virtual time by the rules that passes follow: docs/rehearsal.md.
namespace stillpoint::rehearsal {

/// From `from` up to and not including `to`.
struct Period {
  support::WallTime from;
  support::WallTime to;
};

/// What a rehearsal remembers of a slot and its point is a hundred bytes; more slots than this are refused.
inline constexpr size_t kMostRehearsedSlots = 4'000'000;
/// Into so many parts the period is cut for the courses of quotas.
inline constexpr size_t kCourseParts = 1000;

/// A change of what exists. All changes of a rehearsal are numbered from 1; 0 is the beginning.
using Step = int;
inline constexpr Step kNoStep = std::numeric_limits<Step>::max();

/// A point that existed for some of the time.
struct RehearsedPoint {
  support::WallTime slot;
  support::WallTime taken;                ///< when it was made
  std::optional<support::WallTime> gone;  ///< when it was pruned; empty: it exists at the end
  Step made_step = 0;                     ///< 0: it existed at the beginning
  Step gone_step = kNoStep;
  int snapshots = 0;
  int gib = 0;
  retention::Standing standing = retention::Standing::Good;

  bool existed_at(Step step) const { return made_step <= step && step < gone_step; }
};

/// Why a point exists at the end.
struct KeptPoint {
  size_t point = 0;                    ///< its place in RehearsedSeries::points
  std::vector<retention::Rule> rules;  ///< all that keep it
  /// As retention::reason says it; or `PruneBlocked` (the guard holds it back), `Suspended`, `Orphaned`,
  /// `SeriesClaimedTwice`: then no rule is asked.
  std::string reason;
  std::string why;  ///< for people
};

/// Slots one after another that were not served for one reason.
struct UnservedRun {
  enum class Fate { Missed, BlackedOut } fate = Fate::Missed;
  std::string reason;   ///< a stable word, as the planner has it; `Blackout`
  std::string message;  ///< for people; of the first slot, since numbers in it may change
  size_t count = 0;
  support::WallTime first;
  support::WallTime last;
  support::WallTime begin;  ///< of the first blackout's window; the first slot if there is none
  support::WallTime end;    ///< of the last blackout's window; the last slot if there is none
};

struct SlotCounts {
  size_t made = 0;
  size_t had = 0;  ///< had their point at the beginning
  size_t missed = 0;
  size_t blacked_out = 0;

  size_t all() const { return made + had + missed + blacked_out; }
};

/// How much of a series there was at an instant.
struct Holdings {
  support::WallTime at;
  Step step = 0;
  int points = 0;
  int gib = 0;
};

/// The longest time without a new point of the required level. Where there is no point at one end of it, it begins or
/// ends with the rehearsal.
struct Gap {
  support::WallTime from;
  support::WallTime to;
};

/// One dataset of one server under one policy.
struct RehearsedSeries {
  inventory::SeriesKey key;
  std::string server_name;
  std::optional<planner::Objection> objection;  ///< why it could never be held
  bool suspended = false;
  std::string orphaned;                ///< why nothing asks for it, as Orphan::why; empty: something does
  std::vector<RehearsedPoint> points;  ///< all that ever were: those of the beginning first, then as they were made
  std::vector<KeptPoint> kept;         ///< at the end, by slot
  SlotCounts slots;
  std::vector<UnservedRun> runs;
  std::optional<Gap> longest_gap;  ///< none if nothing is asked for
  Holdings worst;                  ///< most gigabytes, and the first such instant
  Holdings end;
  /// Since when the guard holds back what retention would let go, and what it says; of the first time.
  std::optional<support::WallTime> guarded_since;
  std::string guard_message;
};

/// One quota, or the use of one that has no limit.
struct QuotaCourse {
  std::string resource;  ///< Cinder's word
  long limit = -1;       ///< -1: none
  long at_start = 0;
  long at_worst = 0;
  long at_end = 0;
  support::WallTime worst_at;  ///< the first instant with so much in use
  Step worst_step = 0;
  std::vector<long> most_used;  ///< in each of kCourseParts equal parts of the period
};

/// Trouble that is not one dataset's.
struct RehearsalProblem {
  std::string policy;  ///< empty: all of them
  std::string reason;
  std::string message;
  /// Whether something could never be held for it.
  enum class Kind { NeverHeld, Note } kind = Kind::Note;
};

struct Rehearsal {
  Period period;
  std::vector<RehearsedSeries> series;  ///< by policy, server and dataset
  std::vector<QuotaCourse> quotas;      ///< `snapshots` and `gigabytes`, then those of volume types that have a limit
  std::vector<RehearsalProblem> problems;
  std::vector<std::string> assumptions;  ///< for people, each a sentence

  /// Of all series together.
  SlotCounts slots() const;
  /// Whether a slot is missed, or something could never be held.
  bool falls_short() const;
};

/// What would become of the policies if every pass came on time and each hold succeeded. Slots are missed for lack of
/// quota, and where something can never be held. A pass goes on until it has nothing more to do, as consecutive ones
/// would; points that retention lets go are pruned after the new ones exist. What attempts left behind that never
/// became points is taken to be swept at the beginning. `wishes.slot_now` and `slots_at` are not looked at.
///
/// Pure. The policies must have passed validation. Errors: InvalidInput, if there are too many slots.
support::Result<Rehearsal> rehearse(const std::vector<policy::Policy>& policies, const planner::Observed& observed,
                                    const planner::Wishes& wishes, Period period);

}  // namespace stillpoint::rehearsal
