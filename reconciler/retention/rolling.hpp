#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "retention/holding.hpp"
#include "support/clock.hpp"

namespace stillpoint::retention {

/// The retention of one series that grows point by point: the same answers as `Verdicts` over all its points, at the
/// price of the new one alone. What goes is asked for after each, so that years can be rehearsed.
///
/// Points come with a slot that the series does not have, and usually with one later than all others. Everything else
/// is right too, and as dear as deciding anew: earlier slots, the loss of a point that was held, and clocks going back
/// over midnight. Not for several threads.
class Rolling {
 public:
  explicit Rolling(const Terms& terms) : terms_(terms) {}

  void add(const Copy& copy);
  /// The point is gone, or never was there.
  void remove(support::WallTime slot);
  void shield(support::WallTime slot, Shield shield);

  /// What goes now, oldest first.
  std::vector<support::WallTime> surplus();
  size_t size() const { return entries_.size(); }
  int good() const { return good_; }

 private:
  struct Entry {
    Copy copy;
    int holders = 0;
  };

  std::vector<Entry>::iterator place_of(support::WallTime slot);
  Entry* find(support::WallTime slot);
  void release(const Holder& holder);
  void take(std::deque<Holder>& holders, Bucket bucket, Entry& entry);
  void extend(Rule rule, Bucket bucket, Entry& entry);
  void extend_good(Rule rule, Bucket bucket, Entry& entry);
  void extend_below(Rule rule, Bucket bucket, Entry& entry);
  void slide_window(Entry& entry);
  void rebuild();

  Terms terms_;
  std::vector<Entry> entries_;  ///< by slot
  std::array<Holding, kRuleCount> holdings_;
  std::vector<support::WallTime> idle_;  ///< held by no rule; may name some that are gone or held again
  int good_ = 0;
  bool stale_ = false;  ///< the holdings have to be made anew
};

}  // namespace stillpoint::retention
