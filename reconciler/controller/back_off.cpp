#include "controller/back_off.hpp"

#include <algorithm>

namespace stillpoint::controller {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirst{10'000};
constexpr milliseconds kLongest{300'000};
constexpr milliseconds kBusy{15'000};

}  // namespace

ActionKey ActionKey::of(const planner::Action& action) {
  const auto* attempt = action.attempt();
  return {{action.policy, action.server, action.dataset}, attempt == nullptr ? "" : attempt->id};
}

void BackOff::failed(const ActionKey& key, support::SteadyTime now) {
  auto& entry = entries_[key];
  const auto pause = std::min(kLongest, kFirst * (1 << std::min(entry.failures, 10)));
  ++entry.failures;
  entry.ready = now + with_jitter(pause);
  entry.taken = false;
}

void BackOff::was_busy(const ActionKey& key, support::SteadyTime now) {
  auto& entry = entries_[key];
  entry.ready = now + with_jitter(kBusy);
  entry.taken = false;
}

bool BackOff::is_ready(const ActionKey& key, support::SteadyTime now) const {
  const auto entry = entries_.find(key);
  return entry == entries_.end() || entry->second.ready <= now;
}

std::optional<support::SteadyTime> BackOff::next_ready(support::SteadyTime now) const {
  std::optional<support::SteadyTime> next;
  for (const auto& [key, entry] : entries_) {
    if (entry.ready > now && (!next || entry.ready < *next)) {
      next = entry.ready;
    }
  }
  return next;
}

std::vector<ActionKey> BackOff::take_ready(support::SteadyTime now) {
  // A key that was not tried again for so long is nobody's any more.
  std::erase_if(entries_,
                [&](const auto& entry) { return entry.second.taken && entry.second.ready + 2 * kLongest < now; });
  std::vector<ActionKey> ready;
  for (auto& [key, entry] : entries_) {
    if (entry.ready <= now && !entry.taken) {
      entry.taken = true;
      ready.push_back(key);
    }
  }
  return ready;
}

/// splitmix64: a few bits that differ between keys and times are all that is wanted.
milliseconds BackOff::with_jitter(milliseconds pause) {
  random_ += 0x9e3779b97f4a7c15ULL;
  std::uint64_t bits = (random_ ^ (random_ >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits ^= bits >> 27;
  return pause - pause * static_cast<long>(bits % 250) / 1000;
}

}  // namespace stillpoint::controller
