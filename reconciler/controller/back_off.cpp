#include "controller/back_off.hpp"

#include <algorithm>

namespace stillpoint::controller {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirst{10'000};
constexpr milliseconds kLongest{300'000};
constexpr milliseconds kBusy{15'000};
/// A cloud may say a year, by mistake.
constexpr std::chrono::seconds kLongestAsked{3'600};

}  // namespace

ActionKey ActionKey::of(const planner::Action& action) {
  const auto* attempt = action.attempt();
  return {action.series(), attempt == nullptr ? "" : attempt->id};
}

std::chrono::seconds asked_pause(const support::Error& error) {
  return std::min(kLongestAsked, error.retry_after().value_or(std::chrono::seconds(0)));
}

void BackOff::failed(const ActionKey& key, support::SteadyTime now, std::chrono::seconds asked) {
  auto& entry = entries_[key];
  const auto pause = std::min(kLongest, kFirst * (1 << std::min(entry.failures, 10)));
  ++entry.failures;
  entry.own = now + with_jitter(pause);
  entry.ready = std::max(entry.own, now + asked);
  entry.taken = false;
}

void BackOff::was_busy(const ActionKey& key, support::SteadyTime now) {
  auto& entry = entries_[key];
  entry.own = entry.ready = now + with_jitter(kBusy);
  entry.taken = false;
}

void BackOff::forget_asked() {
  for (auto& [key, entry] : entries_) {
    entry.ready = entry.own;
  }
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
