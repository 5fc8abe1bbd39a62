#pragma once

#include <cstdint>
#include <deque>

#include "exchange.hpp"

namespace stillpoint::cloudsim {

struct Snapshot;
struct State;

/// What has become of snapshots, and which tokens were given, in order and with the time to the millisecond: for
/// whoever judges a controller from outside and must miss nothing between two looks. Guarded by the state's mutex.
class Journal {
 public:
  void add(Json event);
  /// `{"events": [...], "next": N}`: those from number `since` on; ask for N the next time. `first` is the oldest that
  /// is still kept, so that a reader who came too late knows.
  Json since(uint64_t since) const;

 private:
  std::deque<Json> events_;
  uint64_t next_ = 0;
};

/// Adds an event with the snapshot as it is now. `what` is one of `created`, `status`, `metadata`, `delete` (asked for
/// by a client), `gone`, and `erased` (somebody else's doing).
void note(State& state, const char* what, const Snapshot& snapshot);

}  // namespace stillpoint::cloudsim
