#pragma once

#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "policy/policy.hpp"
#include "support/clock.hpp"

namespace stillpoint::retention {

/// What becomes of one complete attempt, and why.
struct Decision {
  const inventory::Attempt* attempt = nullptr;
  enum class Fate { Keep, Prune } fate = Fate::Keep;
  std::string reason;   ///< a stable word, e.g. `KeepLast`
  std::string message;  ///< for people
};

struct Outcome {
  std::vector<Decision> decisions;  ///< one for each complete attempt, oldest slot first
  int good = 0;                     ///< complete points of the required level
  bool blocked = false;             ///< the mass-deletion guard holds all prunes back (P6)
  std::string blocked_message;

  int to_prune() const;
};

enum class MassDelete { Refuse, Allow };

/// Decides over the complete attempts of one series (P5). Candidates are what no rule keeps; then filters protect:
/// pins, the newest slot, points that are not covered by good ones yet, the floor, and the mass-deletion guard.
/// Points whose slot is more than five minutes after `now` are set aside: neither counted nor pruned.
Outcome decide(const inventory::Series& series, const policy::Retention& rules, policy::Consistency required,
               support::WallTime now, MassDelete mass_delete);

}  // namespace stillpoint::retention
