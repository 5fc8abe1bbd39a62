#include "journal.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "state.hpp"

namespace stillpoint::cloudsim {

namespace {

/// Of a soak of half an hour with two hundred policies it is a fifth.
constexpr size_t kMostEvents = 200'000;

}  // namespace

void Journal::add(Json event) {
  using std::chrono::milliseconds;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  event["at_ms"] = std::chrono::duration_cast<milliseconds>(now).count();
  event["number"] = next_++;
  events_.push_back(std::move(event));
  if (events_.size() > kMostEvents) events_.pop_front();
}

Json Journal::since(uint64_t since) const {
  const uint64_t first = next_ - events_.size();
  Json found = Json::array();
  for (uint64_t number = std::max(first, since); number < next_; ++number) found.push_back(events_[number - first]);
  return {{"events", std::move(found)}, {"first", first}, {"next", next_}};
}

void note(State& state, const char* what, const Snapshot& snapshot) {
  state.journal.add({{"what", what},
                     {"id", snapshot.id},
                     {"volume", snapshot.volume_id},
                     {"status", snapshot.status},
                     {"metadata", Json(snapshot.metadata)}});
}

}  // namespace stillpoint::cloudsim
