#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::cloud {

/// What Stillpoint needs of an OpenStack project: Nova's servers, Cinder's volumes and snapshots.
///
/// Implementations are safe to call from several threads at once. Every call ends by its deadline. Listings are whole
/// or they are an error: a page that is missing must never look like snapshots that are gone.
///
/// Errors: NotFound, Conflict (the object's state forbids the call), Unauthorized, QuotaExceeded, Throttled, Timeout,
/// Unavailable, Protocol; and UnknownOutcome from the calls that change something, when no answer came: the change may
/// have happened or may happen later, and the caller must look before it repeats it.
class Cloud {
 public:
  virtual ~Cloud() = default;

  virtual support::Result<std::vector<Server>> list_servers(support::Deadline deadline) = 0;
  virtual support::Result<std::vector<Volume>> list_volumes(support::Deadline deadline) = 0;
  virtual support::Result<std::vector<Snapshot>> list_snapshots(support::Deadline deadline) = 0;

  virtual support::Result<Volume> get_volume(const VolumeId& id, support::Deadline deadline) = 0;
  virtual support::Result<Snapshot> get_snapshot(const SnapshotId& id, support::Deadline deadline) = 0;

  /// Only the snapshots of the given volumes, in whatever state; as whole as `list_snapshots`.
  virtual support::Result<std::vector<Snapshot>> list_snapshots_of(const std::vector<VolumeId>& volumes,
                                                                   support::Deadline deadline) = 0;

  /// Asks for a snapshot. The answer is a snapshot that is still `creating`: Cinder has accepted the request and has
  /// not cut anything. Never repeated by the implementation.
  virtual support::Result<Snapshot> create_snapshot(const NewSnapshot& wanted, support::Deadline deadline) = 0;

  /// Asks for a deletion. Success means accepted: Cinder may still bring the snapshot back to `available` when clones
  /// depend on it. A snapshot that is gone already is NotFound.
  virtual support::Status delete_snapshot(const SnapshotId& id, support::Deadline deadline) = 0;

  /// Adds and replaces the given keys and leaves all others.
  virtual support::Status merge_snapshot_metadata(const SnapshotId& id, const Metadata& entries,
                                                  support::Deadline deadline) = 0;

  virtual support::Result<Quota> quota(support::Deadline deadline) = 0;

  /// Why something happened to the object, newest first.
  virtual support::Result<std::vector<Message>> messages(const std::string& object_id, support::Deadline deadline) = 0;

  /// The cloud's clock minus ours, from the `Date` of an answer that is asked for now. Known to about a second.
  virtual support::Result<std::chrono::seconds> clock_offset(support::Deadline deadline) = 0;

  /// Makes ready what the next calls need, so that none of it is paid for while a database is held: a token that lives
  /// at least `lifetime` from now, and connections for `parallel_calls` that read. A call that changes something opens
  /// a connection of its own all the same: on an old one it could not be known whether it was heard.
  virtual support::Status warm_up(std::chrono::seconds lifetime, int parallel_calls, support::Deadline deadline) = 0;
};

}  // namespace stillpoint::cloud
