#pragma once

#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "planner/planner.hpp"
#include "support/result.hpp"

namespace stillpoint::planner {

/// The changes that somebody has looked at in one cloud: they are carried out as they are, or not at all.
class ApprovedChanges {
 public:
  struct Change {
    std::string in_full;  ///< all that decides what is done
    std::string object;   ///< what is changed, and by which verb
    std::string title;    ///< for people
  };

  ApprovedChanges() = default;
  explicit ApprovedChanges(std::vector<Change> changes);

  /// How `plan` differs from what was approved, a line a difference, for people. Empty if its changes are the same: the
  /// same points of the same volumes, held in the same way, and the same snapshots deleted or labelled.
  std::vector<std::string> differences(const Plan& plan) const;
  /// Takes out of the plan every change that was not approved. What an approved change makes possible was not.
  void restrict(Plan& plan) const;
  bool empty() const { return objects_.empty(); }

 private:
  std::map<std::string, std::string> titles_;  ///< of changes, by what they are in full
  std::set<std::string> objects_;
};

/// A plan document that was written to a file (`diff --out`).
struct SavedPlan {
  support::WallTime made_at;
  Wishes wishes;  ///< that it was made with
  std::map<std::string, ApprovedChanges> clouds;
};

/// A point outside the schedule is made of a saved plan for so long: its slot is the instant at which the plan was
/// made.
inline constexpr std::chrono::hours kSavedNowLives{1};

/// Reads a plan document. InvalidInput if it is none, or one of another version, or if it asks for a point outside the
/// schedule and is older than kSavedNowLives at `now`.
support::Result<SavedPlan> read_saved_plan(std::string_view text, support::WallTime now);

}  // namespace stillpoint::planner
