#include "schedule/slots.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "support/ids.hpp"

namespace stillpoint::schedule {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// How many blackouts a search jumps over before it gives up: eleven years of one a day.
constexpr int kMostBlackouts = 4000;

milliseconds between_instants(WallTime from, WallTime to) {
  return std::chrono::duration_cast<milliseconds>(to - from);
}

/// A number below `limit` that the text alone decides, evenly spread, in whole seconds.
milliseconds share_of(milliseconds limit, std::string_view text) {
  const std::string hash = support::sha256_hex(text);
  uint32_t part = 0;
  std::from_chars(hash.data(), hash.data() + 8, part, 16);
  // No limit is longer than a day, so that the product fits.
  const auto share = static_cast<uint64_t>(limit.count()) * part >> 32U;
  return std::chrono::floor<std::chrono::seconds>(milliseconds(share));
}

}  // namespace

std::string spread_key(std::string_view installation, std::string_view policy, std::string_view server_id) {
  // A line feed cannot occur in any of them, so that different servers never give the same text.
  return std::string(installation) + "\n" + std::string(policy) + "\n" + std::string(server_id);
}

std::optional<BlackedOut> Compiled::blackout_at(WallTime instant) const {
  for (const auto& blackout : blackouts_) {
    if (const auto window = blackout.covering(instant)) {
      return BlackedOut{*window, blackout.reason()};
    }
  }
  return std::nullopt;
}

std::optional<WallTime> Compiled::next_blackout_after(WallTime instant) const {
  std::optional<WallTime> found;
  for (const auto& blackout : blackouts_) {
    const auto begin = blackout.next_begin_after(instant);
    if (begin && (!found || *begin < *found)) {
      found = begin;
    }
  }
  return found;
}

std::optional<WallTime> Compiled::next_after(WallTime instant) const {
  auto slot = named_.next_after(instant);
  for (int jumps = 0; slot && jumps < kMostBlackouts; ++jumps) {
    const auto blackout = blackout_at(*slot);
    if (!blackout) {
      return slot;
    }
    slot = named_.next_after(blackout->window.end - nanoseconds(1));
  }
  return std::nullopt;
}

std::optional<WallTime> Compiled::latest_at_or_before(WallTime instant) const {
  auto slot = named_.latest_at_or_before(instant);
  for (int jumps = 0; slot && jumps < kMostBlackouts; ++jumps) {
    const auto blackout = blackout_at(*slot);
    if (!blackout) {
      return slot;
    }
    slot = named_.latest_at_or_before(blackout->window.begin - nanoseconds(1));
  }
  return std::nullopt;
}

std::vector<WallTime> Compiled::between(WallTime from, WallTime to, size_t cap) const {
  std::vector<WallTime> found;
  for (auto slot = next_after(from); slot && *slot <= to && found.size() < cap; slot = next_after(*slot)) {
    found.push_back(*slot);
  }
  return found;
}

std::optional<milliseconds> Compiled::interval_at(WallTime instant) const {
  const auto latest = latest_at_or_before(instant);
  const auto next = next_after(instant);
  return latest && next ? std::optional(between_instants(*latest, *next)) : std::nullopt;
}

milliseconds Compiled::starting_deadline(WallTime slot) const {
  if (starting_deadline_) {
    return *starting_deadline_;
  }
  const auto next = named_.next_after(slot);
  const milliseconds longest = hours(1);
  return next ? std::min(longest, between_instants(slot, *next) / 2) : longest;
}

WallTime Compiled::start_by(WallTime slot) const {
  const auto deadline = slot + starting_deadline(slot);
  const auto blackout = next_blackout_after(slot);
  return blackout ? std::min(deadline, *blackout - milliseconds(1)) : deadline;
}

milliseconds Compiled::delay(WallTime slot, std::string_view key) const {
  if (jitter_ == milliseconds(0) || key.empty()) {
    return milliseconds(0);
  }
  auto limit = std::min(jitter_, between_instants(slot, start_by(slot)) / 2);
  if (const auto next = named_.next_after(slot)) {
    limit = std::min(limit, between_instants(slot, *next) / 2);
  }
  return share_of(limit, key);
}

DueSlot Compiled::due_slot(WallTime now, std::optional<WallTime> start_at, std::string_view key) const {
  DueSlot result;
  auto latest = named_.latest_at_or_before(now);
  if (latest && now < *latest + delay(*latest, key) && !blackout_at(*latest)) {
    result.begins = *latest + delay(*latest, key);
    latest = named_.latest_at_or_before(*latest - nanoseconds(1));
  }
  if (!latest || (start_at && *latest < *start_at)) {
    return result;
  }
  if (blackout_at(*latest)) {
    result.blacked_out = latest;
  } else if (const auto last = start_by(*latest); now <= last) {
    result.due = latest;
    result.start_by = last;
  } else {
    result.missed = latest;
  }
  return result;
}

}  // namespace stillpoint::schedule
