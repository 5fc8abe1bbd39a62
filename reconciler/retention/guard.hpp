#pragma once

#include <optional>
#include <string>
#include <vector>

#include "retention/holding.hpp"

/// The guard against mass deletion (P6). It has no memory: it looks at what would go now, so that neither an edited
/// policy nor a wrong clock nor a lost state file can talk it round.
namespace stillpoint::retention {

enum class MassDelete { Refuse, Allow };

/// What would go of one series at once.
struct Surplus {
  int points = 0;  ///< of the series, before anything goes
  int going = 0;
  /// Of those, how many would go even if the newest point did not exist. The others are its turnover: the new point
  /// took their places.
  int beyond_turnover = 0;
  int rules = 0;  ///< that the series has; each lets go of one point at most when one comes
};

/// How many of `copies` would go without the newest of them.
int going_without_newest(std::vector<Copy> copies, const Terms& terms);

/// Why so many may not go at once; nothing if they may. More than two points that are also more than a quarter of the
/// series are too many, unless they are the turnover of one new point: at most one for each rule.
std::optional<std::string> object_to(const Surplus& surplus);

/// The same of `disturbed` series that lose several points at once, among them some beyond the turnover, out of `all`.
/// More than a fifth are too many; a handful never is.
std::optional<std::string> object_to_series(int disturbed, int all);

}  // namespace stillpoint::retention
