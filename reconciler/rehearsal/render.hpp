#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "rehearsal/rehearsal.hpp"

namespace stillpoint::rehearsal {

/// What would become of the policies of one cloud.
struct CloudRehearsal {
  std::string cloud;  ///< the entry of clouds.yaml; empty: the OS_* environment
  Rehearsal rehearsal;
};

/// For people: grouped by policy, server and dataset like a plan; runs of slots, and points by the rule that keeps
/// them, are summarised.
std::string render_rehearsal_text(const Rehearsal& rehearsal);

/// The rehearsals of several clouds as one JSON object (schemas/rehearsal.schema.json), with a line feed at its end.
std::string render_rehearsal_json(const std::vector<CloudRehearsal>& rehearsals);

/// The same as one picture, a whole SVG document: a row for each dataset over one axis of time, and below the rows how
/// the quotas fill. Empty if there is no rehearsal.
std::string render_rehearsal_svg(const std::vector<CloudRehearsal>& rehearsals);

/// `61d 3h`, `1h 5m`, `40s`: the two greatest units, the rest cut off.
std::string format_span(std::chrono::nanoseconds span);

/// What keeps a point, in one word: the rule that comes first, or why no rule is asked.
std::string keeper_of(const KeptPoint& kept);

}  // namespace stillpoint::rehearsal
