#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cloud/types.hpp"
#include "inventory/points.hpp"
#include "policy/policy.hpp"
#include "support/error.hpp"

namespace stillpoint::planner {

/// Make the point of a slot.
struct CreatePoint {
  support::WallTime slot;
  std::optional<support::WallTime> start_by;  ///< the hold begins no later, by our clock; empty: whenever
  std::string point;
  std::vector<cloud::Volume> volumes;
  std::chrono::milliseconds max_hold{};  ///< 0: nothing is held
  std::string terms;                     ///< policy::fingerprint of how it is made

  int gib() const;
};

/// Write the label of a proven attempt on the members that lack it.
struct Complete {
  inventory::Attempt attempt;
};

/// Write on an attempt what it is now: what the server says of its hold, or gives up on; that nothing more than a crash
/// is proven; or, for a complete one whose policy was deleted with `Retain`, a pin without an end.
struct Relabel {
  inventory::Attempt attempt;
  enum class How { AskVerdict, DowngradeToCrash, PinForEver } how = How::AskVerdict;
};

/// Delete a complete point that retention no longer wants.
struct Prune {
  inventory::Attempt attempt;
  /// That a listing does not show these volumes at the server is all that speaks for it: not if one of them is attached
  /// to it after all.
  std::vector<cloud::VolumeId> unless_attached = {};
};

/// Delete what is left of an attempt that never became a point.
struct Sweep {
  inventory::Attempt attempt;
};

/// A slot passes without a point, and that is over: it was missed, or the policy wants none.
struct Skip {
  support::WallTime slot;  ///< the latest one
  size_t missed = 0;       ///< slots since the newest point that were missed, `slot` included if it was
};

/// Nothing can be done yet; `until` says when to look again, by our clock.
struct Wait {
  support::WallTime until;
};

/// Something is wanted and cannot be done; a person has to change something.
struct Blocked {
  support::ErrorKind kind = support::ErrorKind::InvalidInput;
};

/// What an action counts against the quotas of the project, and how long the dataset is still for it at most.
struct Cost {
  int snapshots = 0;  ///< negative: freed
  int gib = 0;        ///< negative: freed
  std::chrono::milliseconds hold{};
};

/// One thing that a pass would do to one dataset of one server.
struct Action {
  std::string policy;
  cloud::ServerId server;  ///< empty if the trouble is with the whole policy
  std::string server_name;
  std::string dataset;
  std::string reason;   ///< a stable CamelCase word
  std::string message;  ///< for people
  std::variant<CreatePoint, Complete, Relabel, Prune, Sweep, Skip, Wait, Blocked> what;

  /// `create`, `complete`, `relabel`, `prune`, `sweep`, `skip`, `wait` or `blocked`.
  std::string_view verb() const;
  inventory::SeriesKey series() const { return {policy, server, dataset}; }
  /// Whether snapshots are deleted, and waited for until they are gone.
  bool deletes() const { return std::holds_alternative<Prune>(what) || std::holds_alternative<Sweep>(what); }
  /// Whether carrying it out changes the cloud or a server.
  bool changes() const;
  Cost cost() const;
  /// The attempt that is labelled or deleted, if it is about one.
  const inventory::Attempt* attempt() const;
};

/// A series that exists and that nothing asks for any more. No rule prunes it.
struct Orphan {
  inventory::SeriesKey series;
  std::string server_name;
  std::string why;  ///< `PolicyUnknown`, `ServerGone`, `DatasetGone` or `VolumesGone`
  int points = 0;   ///< complete ones
  int gib = 0;
  std::optional<support::WallTime> newest;  ///< slot of the newest complete point
};

/// A snapshot that is left alone although it looks as if it were the dataset's.
struct Stranger {
  cloud::SnapshotId id;
  std::string name;             ///< as the cloud has it
  inventory::SeriesKey series;  ///< of the dataset whose volume it is of; empty if that is nobody's
  std::string why;              ///< `Foreign`, `OtherInstallation` or `Unreadable`
  std::string message;          ///< for people
};

/// What one pass would do, in the order in which it is done. `diff`, the log, metrics and the executor read the same
/// one.
struct Plan {
  std::vector<Action> actions;
  std::vector<Orphan> orphans;      ///< shown, and nothing to do
  std::vector<Stranger> strangers;  ///< the same

  bool has_changes() const;
  bool has_blocked() const;
  bool is_settled() const;                    ///< nothing changes, waits or is blocked
  bool creates() const;                       ///< whether a point is to be made
  std::map<std::string, int> counts() const;  ///< by verb; verbs without an action are there with 0
};

}  // namespace stillpoint::planner
