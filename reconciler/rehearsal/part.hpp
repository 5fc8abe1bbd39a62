#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "rehearsal/rehearsal.hpp"
#include "rehearsal/series.hpp"
#include "rehearsal/timetable.hpp"

namespace stillpoint::rehearsal {

/// What a rehearsal remembers of one dataset of one server, or of an orphaned series.
struct RehearsalPart {
  enum class Kind {
    Kept,       ///< by the rules of its retention
    Suspended,  ///< nothing is made, nothing goes
    Orphaned,   ///< nothing asks for it, or its volumes are gone
  };
  /// How many attempts there are of a series, by the name that they carry.
  using KeyCount = std::map<inventory::SeriesKey, int>::value_type;
  /// What it takes to let go of a point.
  struct Charge {
    std::optional<std::vector<cloud::Volume>> bill;  ///< empty: that of `volumes`
    KeyCount* key = nullptr;
  };
  /// A slot that is due and has no point yet.
  struct Open {
    support::WallTime slot;
    size_t served = 0;                          ///< whose timetable it is of
    std::optional<support::WallTime> start_by;  ///< known once it was tried in vain
    std::uint64_t tried_after = 0;              ///< the number of releases before that
    std::string no_room;
  };

  /// A target, of which the planner says `asked` when a point is wanted and there are no quotas. All but the action
  /// must outlive the part.
  RehearsalPart(const policy::Policy& policy, const planner::Action& asked, const cloud::Server& server,
                const planner::Observed& observed);
  /// A series that nobody claims.
  RehearsalPart(const policy::Policy& policy, const planner::Orphan& orphan);

  void add_found(const inventory::Attempt& attempt, std::vector<cloud::Volume> bill, KeyCount* key);
  /// What was found is under retention. Leaves an objection if it cannot be.
  void keep(inventory::Series found, retention::MassDelete mass_delete);
  /// All that was found has been added.
  void note_beginning(support::WallTime from);

  /// Whether a point of the slot is to be made; if not, says what becomes of the slot.
  bool wants(support::WallTime slot, support::WallTime from, support::WallTime now);
  void add_made(support::WallTime slot, support::WallTime now, Step step);
  void note_gone(size_t point, support::WallTime now, Step step);
  void log_missed(support::WallTime slot, const std::string& reason, const std::string& message);
  void log_skipped(const std::vector<Timetable::Skipped>& skipped);

  void judge_retired(const inventory::Series& found, support::WallTime now, retention::MassDelete mass_delete);
  /// Of what goes: whether it is beyond the turnover of a new point and not allowed by the policy.
  bool is_disturbed() const;
  /// Of what goes: whether the policy's own permission is for it.
  bool is_permitted() const;
  bool was_renamed() const {
    return dataset != nullptr && !(policy->previous_names.empty() && dataset->previous_names.empty());
  }
  /// What the point is charged as.
  const std::vector<cloud::Volume>& bill(size_t point) const {
    return charges[point].bill ? *charges[point].bill : volumes;
  }
  KeyCount& own_key(std::map<inventory::SeriesKey, int>& alive);

  /// Whether retention is asked at the end, or the series is claimed by several.
  enum class Rules { Asked, Contested };
  void finish(Period period, Rules rules);

  Kind kind = Kind::Kept;
  const policy::Policy* policy;
  const policy::Dataset* dataset = nullptr;                      ///< none of an orphan
  const cloud::Server* server = nullptr;                         ///< none of an orphan
  std::vector<cloud::Volume> volumes;                            ///< of each point that is made
  std::optional<VirtualSeries> series;                           ///< of what is kept
  std::vector<Charge> charges;                                   ///< of each of result.points
  std::vector<std::pair<support::WallTime, std::string>> names;  ///< slot and attempt of each point that was found
  std::optional<Open> open;
  VirtualSeries::Going going;
  RehearsedSeries result;

 private:
  VirtualSeries::Need need(support::WallTime slot, support::WallTime now) const;
  void log_unserved(UnservedRun run);
  void count(const RehearsedPoint& point, int change);
  std::vector<KeptPoint> kept_without_rules(const std::string& reason, const std::string& why) const;

  KeyCount* own_key_ = nullptr;
  Holdings now_;
  int retired_ = 0;      ///< of an orphan: how many go
  bool in_run_ = false;  ///< whether the last slot belongs to the last run
};

/// The longest time without a new point of the required level.
Gap longest_gap(const std::vector<RehearsedPoint>& points, Period period);

}  // namespace stillpoint::rehearsal
