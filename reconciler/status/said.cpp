#include "status/said.hpp"

namespace stillpoint::status {
namespace {

using Actions = std::vector<const planner::Action*>;

template <class Map, class Key>
const Actions& find_or_none(const Map& map, const Key& key) {
  static const Actions kNone;
  const auto found = map.find(key);
  return found == map.end() ? kNone : found->second;
}

}  // namespace

Said::Said(const planner::Plan& plan) {
  for (const auto& action : plan.actions) {
    if (action.policy.empty()) {
      of_all_ = &action;
      continue;
    }
    policies_[action.policy].push_back(&action);
    if (!action.server.empty()) {
      series_[action.series()].push_back(&action);
    }
    if (const auto* attempt = action.attempt()) {
      attempts_[attempt->id] = &action;
    }
  }
}

const Actions& Said::of_policy(const std::string& name) const {
  return find_or_none(policies_, name);
}

const Actions& Said::of_series(const inventory::SeriesKey& key) const {
  return find_or_none(series_, key);
}

const planner::Action* Said::of_attempt(const std::string& id) const {
  const auto found = attempts_.find(id);
  return found == attempts_.end() ? nullptr : found->second;
}

bool is_blocked(const planner::Action& action) {
  return std::holds_alternative<planner::Blocked>(action.what);
}

}  // namespace stillpoint::status
