#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/types.hpp"
#include "policy/policy.hpp"
#include "support/clock.hpp"

/// What people and programs are told of the state of policies: by the daemon over HTTP, and by `get` and `describe`.
namespace stillpoint::status {

enum class Truth { False, True, Unknown };
std::string_view to_string(Truth truth);

/// As Kubernetes has them (its API conventions, "Typical status properties").
struct Condition {
  enum class Type { Ready, Scheduled, Protected, PruneBlocked, HoldFailed, Conflict, Orphaned, ClockSuspect };
  Type type = Type::Ready;
  Truth truth = Truth::Unknown;
  std::string reason;       ///< a stable CamelCase word
  std::string message;      ///< for people
  support::WallTime since;  ///< when `truth` last changed, as far as that is known

  /// Whether it is as it should be: the first three are true when all is well, the others false.
  bool is_good() const;
};
std::string_view to_string(Condition::Type type);
/// How many types there are.
inline constexpr std::size_t kConditionTypes = 8;

/// One attempt at a slot's point.
struct PointStatus {
  std::string id;
  std::string attempt;
  support::WallTime slot;
  support::WallTime taken;
  std::string state;  ///< `complete`, `unproven` or `incomplete`
  policy::Consistency consistency = policy::Consistency::Unproven;
  bool counts = false;                            ///< it is the point of its slot, and of the level that is required
  std::optional<std::chrono::milliseconds> held;  ///< the hold window
  std::string kept_by;                            ///< the reason word of retention's decision; empty if it has none
  std::string why;                                ///< all that is to say of that, for people
  bool goes = false;                              ///< retention lets it go
  std::string pin;                                ///< owner; empty: none
  std::string pin_until;
  int gib = 0;
  std::vector<cloud::SnapshotId> snapshots;
};

/// One dataset of one server under one policy.
struct SeriesStatus {
  cloud::ServerId server;
  std::string server_name;
  std::string dataset;
  policy::Consistency require = policy::Consistency::Crash;
  bool orphaned = false;            ///< nothing asks for it any more
  std::string orphan_reason;        ///< why: `ServerGone`, `DatasetGone`, `VolumesGone` or `PolicyUnknown`; else empty
  std::vector<PointStatus> points;  ///< oldest slot first
  std::optional<support::WallTime> last_good;  ///< `taken` of the newest point that counts
  /// When the next good point must be there at the latest; empty: none is expected now.
  std::optional<support::WallTime> due;
  std::chrono::seconds overdue{0};  ///< how long a point is overdue as of the assessment; 0: it is not
  std::size_t missed = 0;           ///< slots since the newest point that were missed
  std::string doing;                ///< what is done to it now, e.g. `held`; empty: nothing
  /// While it has no point: slots from then on are expected of it.
  support::WallTime expected_from;
  /// The last attempt at a point failed, and no good one has come since.
  struct Failure {
    support::WallTime when;  ///< it was first seen to fail
    std::string reason;      ///< a stable CamelCase word
    std::string message;     ///< for people
  };
  std::optional<Failure> failure;
  std::string trouble;  ///< why it has no newer point, for people; empty: all is well
};

/// One policy in one cloud.
struct PolicyStatus {
  std::string name;
  std::string cloud;               ///< the entry of clouds.yaml; empty: the OS_* environment
  std::string observed_spec_hash;  ///< of the document that this is said of
  bool suspended = false;
  bool deleted = false;               ///< it is a tombstone
  bool working = false;               ///< a worker of the daemon has it in hand
  bool unknown = false;               ///< no policy has this name: its series are orphans
  std::vector<Condition> conditions;  ///< one of each type, in the order of the types
  std::optional<support::WallTime> last_slot;
  std::optional<support::WallTime> next_slot;
  std::optional<std::chrono::milliseconds> interval;  ///< between the next slot and the one after it
  std::vector<SeriesStatus> series;

  const Condition& condition(Condition::Type type) const { return conditions[static_cast<std::size_t>(type)]; }
};

/// Something that happened, told once however often it happens.
struct Event {
  enum class Kind { Normal, Warning } kind = Kind::Normal;
  std::string reason;  ///< a stable CamelCase word
  std::string message;
  std::string policy = {};  ///< as far as it is about one, as the three that follow
  std::string server_name = {};
  std::string dataset = {};
  int count = 1;
  support::WallTime first = {};
  support::WallTime last = {};
  std::string cloud = {};  ///< its entry of clouds.yaml, of what is of one; also empty for the OS_* environment
  cloud::ServerId server = {};
  std::string file = {};  ///< of policies
};

struct CloudStatus {
  std::string name;
  std::optional<support::WallTime> observed;  ///< when it was last read whole
  std::string error;                          ///< why it could not be read since; empty: it could
  cloud::Quota quota;
};

/// All that is known at one instant.
struct Status {
  support::WallTime now;
  std::string installation;
  std::string version;  ///< of the program
  std::vector<CloudStatus> clouds;
  std::vector<PolicyStatus> policies;  ///< by name, then cloud
  std::vector<Event> events;           ///< newest first
};

}  // namespace stillpoint::status
