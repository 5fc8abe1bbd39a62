#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "cloud/cloud.hpp"
#include "planner/planner.hpp"

namespace stillpoint::controller {

/// What a call of our own has told of one snapshot.
struct SnapshotSeen {
  cloud::Snapshot snapshot;
};
struct SnapshotGone {
  cloud::SnapshotId id;
};
struct SnapshotAsked {
  cloud::SnapshotId id;
  std::string status;       ///< that it will have now; empty: as before
  cloud::Metadata entries;  ///< merged into its metadata
};
using Change = std::variant<SnapshotSeen, SnapshotGone, SnapshotAsked>;

/// What was noted and not yet taken in. Safe to use from any thread.
class ChangeLog {
 public:
  void note(Change change);
  /// The changes since the last call, oldest first.
  std::vector<Change> take();

 private:
  std::mutex mutex_;
  std::vector<Change> changes_;
};

/// A cloud that notes what calls for single snapshots tell of them, so that what we do ourselves is known at once and
/// without a listing. Safe to use from any thread.
class RecordingCloud final : public cloud::Cloud {
 public:
  /// The log outlives a login: calls of an earlier one may still be under way when the next is used.
  RecordingCloud(std::unique_ptr<cloud::Cloud> inner, std::shared_ptr<ChangeLog> log)
      : inner_(std::move(inner)), log_(std::move(log)) {}

  support::Result<std::vector<cloud::Server>> list_servers(support::Deadline deadline) override;
  support::Result<std::vector<cloud::Volume>> list_volumes(support::Deadline deadline) override;
  support::Result<std::vector<cloud::Snapshot>> list_snapshots(support::Deadline deadline) override;
  support::Result<cloud::Volume> get_volume(const cloud::VolumeId& id, support::Deadline deadline) override;
  support::Result<cloud::Snapshot> get_snapshot(const cloud::SnapshotId& id, support::Deadline deadline) override;
  support::Result<std::vector<cloud::Snapshot>> list_snapshots_of(const std::vector<cloud::VolumeId>& volumes,
                                                                  support::Deadline deadline) override;
  support::Result<cloud::Snapshot> create_snapshot(const cloud::NewSnapshot& wanted,
                                                   support::Deadline deadline) override;
  support::Status delete_snapshot(const cloud::SnapshotId& id, support::Deadline deadline) override;
  support::Status merge_snapshot_metadata(const cloud::SnapshotId& id, const cloud::Metadata& entries,
                                          support::Deadline deadline) override;
  support::Result<cloud::Quota> quota(support::Deadline deadline) override;
  support::Result<std::vector<cloud::Message>> messages(const std::string& object_id,
                                                        support::Deadline deadline) override;
  support::Result<std::chrono::seconds> clock_offset(support::Deadline deadline) override;
  support::Status warm_up(std::chrono::seconds lifetime, int parallel_calls, support::Deadline deadline) override;

 private:
  std::unique_ptr<cloud::Cloud> inner_;
  std::shared_ptr<ChangeLog> log_;
};

/// What exists in a cloud, as last listed and with what became of snapshots since by our own doing. Used by one thread.
class Inventory {
 public:
  /// A whole listing, and the changes that were noted while it was read: what they tell is as new or newer.
  void replace(planner::Observed listed, const std::vector<Change>& meanwhile);
  void apply(const std::vector<Change>& changes);

  bool is_known() const { return is_known_; }
  const planner::Observed& observed() const { return observed_; }
  planner::Observed& observed() { return observed_; }

 private:
  void see(const cloud::Snapshot& snapshot);
  void remove(const cloud::SnapshotId& id);

  bool is_known_ = false;
  planner::Observed observed_;
  std::unordered_map<std::string, std::size_t> places_;  ///< of snapshots, by id
};

}  // namespace stillpoint::controller
