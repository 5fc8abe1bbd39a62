#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "schedule/slots.hpp"

namespace stillpoint::schedule {

/// Some of the slots of a time: how many, and which are the first and the last of them.
struct SlotRun {
  size_t count = 0;
  std::optional<WallTime> first;
  std::optional<WallTime> last;
};

/// What became of the slots of a time.
struct SlotAccount {
  SlotRun served;
  SlotRun missed;       ///< not served, and they never will be
  SlotRun blacked_out;  ///< skipped by a blackout
  SlotRun open;         ///< may still be served; at most one
  /// Whether there were more slots than are counted: then the newest are, and the counts are "at least".
  bool is_cut = false;
};

/// As many slots are counted: two months of every minute.
inline constexpr size_t kMostCounted = 90000;

/// Accounts for the slots after `since` up to and including `now`. `served` are those that have their point, in any
/// order; `since` is the later of the policy's `startAt` and what the report is about; `key` as in Compiled::due_slot.
/// Pure.
SlotAccount account_slots(const Compiled& schedule, WallTime since, WallTime now, std::vector<WallTime> served,
                          std::string_view key = {});

/// What was not served, for people: `7 slots missed, from 2026-11-17T01:05:00Z to 2026-11-23T01:05:00Z; 1 slot blacked
/// out, 2026-11-16T01:05:00Z`. Empty if there is none.
std::string describe(const SlotAccount& account);

}  // namespace stillpoint::schedule
