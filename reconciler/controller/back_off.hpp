#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "planner/plan.hpp"
#include "support/clock.hpp"
#include "support/error.hpp"

namespace stillpoint::controller {

/// What is left alone after it failed: the making of a series' points, or what is done to one attempt. What else is to
/// be done on the same server does not wait for it.
struct ActionKey {
  inventory::SeriesKey series;
  std::string attempt;  ///< empty: a new point

  static ActionKey of(const planner::Action& action);
  friend auto operator<=>(const ActionKey&, const ActionKey&) = default;
};

/// How long whoever answered with the error asks to be left alone; an hour at most, 0 if it does not say.
std::chrono::seconds asked_pause(const support::Error& error);

/// How long each key is left alone after it failed: 10 s, doubled with each failure up to 5 minutes, and up to a
/// quarter less of it, so that what failed together does not come back together; or longer, if that is asked for. Used
/// by one thread.
class BackOff {
 public:
  /// `seed` of the jitter.
  explicit BackOff(std::uint64_t seed) : random_(seed) {}

  void failed(const ActionKey& key, support::SteadyTime now, std::chrono::seconds asked = {});
  /// Somebody else was at work there: no failure, looked at again in about a quarter of a minute.
  void was_busy(const ActionKey& key, support::SteadyTime now);
  void succeeded(const ActionKey& key) { entries_.erase(key); }
  /// Nobody is left alone any longer than by our own measure: what was asked for was said to somebody else.
  void forget_asked();

  bool is_ready(const ActionKey& key, support::SteadyTime now) const;
  /// When the next of those that are not ready is; empty if all are.
  std::optional<support::SteadyTime> next_ready(support::SteadyTime now) const;
  /// Those that became ready since the last call.
  std::vector<ActionKey> take_ready(support::SteadyTime now);

 private:
  struct Entry {
    int failures = 0;
    support::SteadyTime own;  ///< when it would be ready if nothing else were asked for
    support::SteadyTime ready;
    bool taken = false;  ///< it was told that it is ready
  };
  std::chrono::milliseconds with_jitter(std::chrono::milliseconds pause);

  std::map<ActionKey, Entry> entries_;
  std::uint64_t random_;
};

}  // namespace stillpoint::controller
