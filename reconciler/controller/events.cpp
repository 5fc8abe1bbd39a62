#include "controller/events.hpp"

#include <algorithm>

namespace stillpoint::controller {

void Events::add(status::Event event, support::WallTime now) {
  const std::lock_guard lock(mutex_);
  auto [found, is_new] = events_.try_emplace({event.reason, event.policy, event.server_name, event.dataset}, event);
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
