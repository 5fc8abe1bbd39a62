#include "controller/events.hpp"

#include <algorithm>

#include "executor/executor.hpp"

namespace stillpoint::controller {

std::optional<status::Event> event_of(const std::string& cloud, const executor::ActionResult& result) {
  using Outcome = executor::ActionResult::Outcome;
  if (result.outcome == Outcome::Skipped) {
    return std::nullopt;
  }
  static const std::map<std::string_view, std::pair<const char*, const char*>> kReasons{
      {"create", {"PointComplete", "PointFailed"}},
      {"complete", {"Labelled", "LabelFailed"}},
      {"relabel", {"Labelled", "LabelFailed"}},
      {"prune", {"Pruned", "PruneFailed"}},
      {"sweep", {"Swept", "SweepFailed"}}};
  const auto& action = result.action;
  const auto& reasons = kReasons.at(action.verb());
  const bool failed = result.outcome == Outcome::Failed;
  status::Event event;
  event.kind = failed ? status::Event::Kind::Warning : status::Event::Kind::Normal;
  event.reason = failed ? reasons.second : reasons.first;
  event.message = failed ? result.error->to_string() : result.note;
  event.cloud = cloud;
  event.policy = action.policy;
  event.server = action.server;
  event.server_name = action.server_name;
  event.dataset = action.dataset;
  return event;
}

void Events::add(status::Event event, support::WallTime now) {
  const std::lock_guard lock(mutex_);
  Key key{event.reason, event.cloud, event.policy, event.server, event.dataset, event.file};
  auto [found, is_new] = events_.try_emplace(std::move(key), event);
  auto& kept = found->second;
  kept.kind = event.kind;
  kept.message = std::move(event.message);
  kept.first = is_new ? now : kept.first;
  kept.count = is_new ? 1 : kept.count + 1;
  kept.last = now;
  if (events_.size() > capacity_) {
    events_.erase(std::min_element(events_.begin(), events_.end(),
                                   [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
  }
}

std::vector<status::Event> Events::list() const {
  std::vector<status::Event> events;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, event] : events_) {
      events.push_back(event);
    }
  }
  std::stable_sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.last > b.last; });
  return events;
}

}  // namespace stillpoint::controller
