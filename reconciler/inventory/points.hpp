#pragma once

#include <compare>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "inventory/ownership.hpp"

namespace stillpoint::inventory {

/// The points of one dataset of one server under one policy; the installation is the same for all of them.
struct SeriesKey {
  std::string policy;
  cloud::ServerId server;
  std::string dataset;

  friend auto operator<=>(const SeriesKey&, const SeriesKey&) = default;
};

/// A snapshot of ours with its metadata read.
struct Member {
  cloud::Snapshot snapshot;
  Ownership own;
};

enum class AttemptState {
  Complete,    ///< every wanted member is `available` and the hold was proven intact
  Unproven,    ///< every wanted member is `available`, nothing says that they were cut in time
  Incomplete,  ///< a member is missing, not available yet, or failed
};
std::string_view to_string(AttemptState state);

/// One try at a slot's point: the snapshots that carry one attempt id. A point is never put together from two.
struct Attempt {
  std::string id;
  std::string point;
  SeriesKey series;
  support::WallTime slot;
  std::vector<Member> members;  ///< in order of volume, then snapshot id
  AttemptState state = AttemptState::Incomplete;
  policy::Consistency consistency = policy::Consistency::Unproven;  ///< of the whole attempt

  const Ownership& own() const { return members.front().own; }
  support::WallTime created_at() const;  ///< the earliest of its members, by the cloud's clock
  support::WallTime hold_until() const;  ///< the latest of its members
  /// The first member that is pinned, if any is: one protects all.
  const Member* pinned(support::WallTime now) const;
  bool is_pinned_for_ever() const;  ///< of one member at least, as the next
  bool deletion_begun() const;      ///< of one member at least
  bool all_labelled() const;        ///< every member carries the attempt's consistency
  int size_gib() const;
};

/// All attempts at one slot. `winner` is the complete one that counts (P3).
struct Point {
  std::string id;
  support::WallTime slot;
  std::vector<Attempt> attempts;  ///< by (created_at, id)
  std::optional<size_t> winner;

  const Attempt* best() const { return winner ? &attempts[*winner] : nullptr; }
};

/// Oldest slot first.
using Series = std::vector<Point>;

/// What exists of this installation, and what only looks as if it did.
struct Points {
  std::map<SeriesKey, Series> series;
  /// Snapshots that claim to be Stillpoint's and cannot be read as this version writes them: shown, never touched.
  std::vector<std::pair<cloud::Snapshot, std::string>> unreadable;
};

/// Puts snapshots together into points. Snapshots of other installations and of nobody are passed over.
Points assemble(const std::vector<cloud::Snapshot>& snapshots, const std::string& installation);

/// The points of several series as one: those of a dataset that was renamed. Attempts at one slot are attempts at one
/// point then.
Series merge(const std::vector<const Series*>& parts);

/// Clusters with a member that may be held at `now` by somebody, whatever the installation: a snapshot without a label
/// that is not past its hold-until.
std::set<std::string> clusters_held(const std::vector<cloud::Snapshot>& snapshots, support::WallTime now);

}  // namespace stillpoint::inventory
