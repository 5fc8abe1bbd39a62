#include "controller/missed_slots.hpp"

#include <chrono>
#include <set>

namespace stillpoint::controller {
namespace {

constexpr std::chrono::hours kRemembered{24 * 90};

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

std::vector<const planner::Action*> MissedSlots::take(const planner::Plan& plan, support::WallTime now,
                                                      const std::function<bool(const planner::Action&)>& is_under_way) {
  const auto open = open_series(plan);
  std::set<inventory::SeriesKey> said;
  std::vector<const planner::Action*> news;
  for (const auto& action : plan.actions) {
    const auto* skip = std::get_if<planner::Skip>(&action.what);
    if (skip == nullptr || action.reason != "Missed") {
      continue;
    }
    const auto series = action.series();
    said.insert(series);
    const auto found = told_.find(series);
    const bool is_known = found != told_.end() && found->second >= skip->slot;
    if (!is_known && !open.contains(series) && !is_under_way(action)) {
      told_.insert_or_assign(series, skip->slot);
      news.push_back(&action);
    }
  }
  std::erase_if(told_,
                [&](const auto& entry) { return entry.second < now - kRemembered && !said.contains(entry.first); });
  return news;
}

}  // namespace stillpoint::controller
