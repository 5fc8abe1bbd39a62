#include "schedule/account.hpp"

#include <algorithm>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

/// Slots come newest first.
void add(SlotRun& run, WallTime slot) {
  ++run.count;
  run.first = slot;
  run.last = run.last.value_or(slot);
}

std::string describe(const SlotRun& run, const std::string& what, bool is_cut) {
  if (run.count == 0) {
    return "";
  }
  const std::string when = run.count == 1
                               ? ", " + support::format_utc(*run.first)
                               : ", from " + support::format_utc(*run.first) + " to " + support::format_utc(*run.last);
  return std::string(is_cut ? "at least " : "") + support::count_of(run.count, "slot") + " " + what + when;
}

}  // namespace

SlotAccount account_slots(const Compiled& schedule, WallTime since, WallTime now, std::vector<WallTime> served,
                          std::string_view key) {
  std::sort(served.begin(), served.end());
  const auto due = schedule.due_slot(now, std::nullopt, key);
  SlotAccount account;
  auto slot = schedule.named().latest_at_or_before(now);
  for (size_t counted = 0; slot && *slot > since; ++counted) {
    if (counted == kMostCounted) {
      account.is_cut = true;
      break;
    }
    const bool begins_later = due.begins && *slot <= *due.begins && counted == 0;
    if (std::binary_search(served.begin(), served.end(), *slot)) {
      add(account.served, *slot);
    } else if (schedule.blackout_at(*slot)) {
      add(account.blacked_out, *slot);
    } else if (begins_later || due.due == slot) {
      add(account.open, *slot);
    } else {
      add(account.missed, *slot);
    }
    slot = schedule.named().latest_at_or_before(*slot - std::chrono::nanoseconds(1));
  }
  return account;
}

std::string describe(const SlotAccount& account) {
  std::vector<std::string> parts = {describe(account.missed, "missed", account.is_cut),
                                    describe(account.blacked_out, "blacked out", account.is_cut)};
  std::erase(parts, "");
  return support::join(parts, "; ");
}

}  // namespace stillpoint::schedule
