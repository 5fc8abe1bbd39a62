#include "controller/missed_slots.hpp"

#include <set>
#include <utility>

namespace stillpoint::controller {
namespace {

/// Series with an attempt that may yet become a point.
std::set<inventory::SeriesKey> open_series(const planner::Plan& plan) {
  std::set<inventory::SeriesKey> open;
  for (const auto& action : plan.actions) {
    if (action.reason == "InFlight" || std::holds_alternative<planner::Relabel>(action.what) ||
        std::holds_alternative<planner::Complete>(action.what)) {
      open.insert(action.series());
    }
  }
  return open;
}

}  // namespace

std::vector<const planner::Action*> MissedSlots::take(const planner::Plan& plan,
                                                      const std::function<bool(const planner::Action&)>& is_under_way) {
  const auto before = std::exchange(told_, {});
  const auto open = open_series(plan);
  std::vector<const planner::Action*> news;
  for (const auto& action : plan.actions) {
    const auto* skip = std::get_if<planner::Skip>(&action.what);
    if (skip == nullptr || skip->missed == 0) {
      continue;
    }
    const auto series = action.series();
    const auto found = before.find(series);
    if (found != before.end() && found->second >= skip->slot) {
      told_.insert(*found);
    } else if (!open.contains(series) && !is_under_way(action)) {
      told_.emplace(series, skip->slot);
      news.push_back(&action);
    }
  }
  return news;
}

}  // namespace stillpoint::controller
