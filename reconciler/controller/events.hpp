#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "status/status.hpp"

namespace stillpoint::executor {
struct ActionResult;
}

namespace stillpoint::controller {

/// What is told of an action that has ended in a cloud; nothing of one that is tried again in a moment.
std::optional<status::Event> event_of(const std::string& cloud, const executor::ActionResult& result);

/// What happened, the latest of it: what happens again is counted and not told again. The oldest go when there are too
/// many. Safe to use from any thread.
class Events {
 public:
  explicit Events(std::size_t capacity = 1000) : capacity_(capacity) {}

  /// `event.count`, `first` and `last` are set here; the newest message is kept.
  void add(status::Event event, support::WallTime now);
  /// Newest first.
  std::vector<status::Event> list() const;

 private:
  using Key = std::tuple<std::string, std::string, std::string, cloud::ServerId, std::string, std::string>;

  const std::size_t capacity_;
  mutable std::mutex mutex_;
  std::map<Key, status::Event> events_;  ///< by reason, cloud, policy, server, dataset, file
};

}  // namespace stillpoint::controller
