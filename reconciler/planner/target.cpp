#include "planner/target.hpp"

#include <algorithm>

#include "support/text.hpp"

namespace stillpoint::planner {

using inventory::Attempt;
using inventory::Point;

bool has_status(const Attempt& attempt, std::string_view status) {
  return std::any_of(attempt.members.begin(), attempt.members.end(),
                     [&](const inventory::Member& member) { return member.snapshot.status == status; });
}

bool all_deletable(const Attempt& attempt) {
  return std::all_of(attempt.members.begin(), attempt.members.end(), [](const inventory::Member& member) {
    return member.snapshot.status == "available" || member.snapshot.status == "error";
  });
}

bool has_label(const Attempt& attempt) {
  return std::any_of(attempt.members.begin(), attempt.members.end(), [](const inventory::Member& member) {
    return member.own.consistency != policy::Consistency::Unproven;
  });
}

bool serves_slot(const Point& point, const policy::Dataset& dataset) {
  const Attempt* best = point.best();
  return best != nullptr &&
         (best->consistency >= dataset.require || dataset.on_failure == policy::OnFailure::Downgrade);
}

const Point* point_at(const Target& target, support::WallTime slot) {
  const auto point = std::find_if(target.series.begin(), target.series.end(),
                                  [&](const Point& candidate) { return candidate.slot == slot; });
  return point == target.series.end() ? nullptr : &*point;
}

bool is_busy_point(const Attempt& attempt) {
  return has_label(attempt) && !attempt.deletion_begun() &&
         static_cast<int>(attempt.members.size()) == attempt.own().members && !has_status(attempt, "error") &&
         !has_status(attempt, "error_deleting");
}

std::string describe_hold(const policy::HoldSettings& hold) {
  if (hold.method == policy::Method::None) {
    return "not held";
  }
  if (hold.method == policy::Method::StopService) {
    return "held by stopService: at most " + support::format_duration(hold.stop_timeout) + " to stop, " +
           support::format_duration(hold.max_hold) + " held, and the start";
  }
  return "held by " + std::string(to_string(hold.method)) +
         (hold.freeze && hold.method != policy::Method::Filesystem ? " and freeze" : "") + " for at most " +
         support::format_duration(hold.max_hold);
}

}  // namespace stillpoint::planner
