#pragma once

#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "openstack/api.hpp"
#include "openstack/listing_limits.hpp"

namespace stillpoint::openstack {

/// Cinder. The calls are those of `cloud::Cloud`, whose comments hold here.
class BlockStorage {
 public:
  /// The references must outlive it.
  BlockStorage(Identity& identity, http::Client& client, support::Clock& clock, ListingLimits limits);

  support::Result<std::vector<cloud::Volume>> list_volumes(support::Deadline deadline);
  support::Result<std::vector<cloud::Snapshot>> list_snapshots(support::Deadline deadline);
  support::Result<std::vector<cloud::Snapshot>> list_snapshots_of(const std::vector<cloud::VolumeId>& volumes,
                                                                  support::Deadline deadline);
  support::Result<cloud::Volume> get_volume(const cloud::VolumeId& id, support::Deadline deadline);
  support::Result<cloud::Snapshot> get_snapshot(const cloud::SnapshotId& id, support::Deadline deadline);
  support::Result<cloud::Snapshot> create_snapshot(const cloud::NewSnapshot& wanted, support::Deadline deadline);
  support::Status delete_snapshot(const cloud::SnapshotId& id, support::Deadline deadline);
  support::Status merge_snapshot_metadata(const cloud::SnapshotId& id, const cloud::Metadata& entries,
                                          support::Deadline deadline);
  support::Result<cloud::Quota> quota(support::Deadline deadline);
  support::Result<std::vector<cloud::Message>> messages(const std::string& object_id, support::Deadline deadline);

  Api& api() { return api_; }

 private:
  support::Result<cloud::Quota> quota_of_limits(support::Deadline deadline);

  Api api_;
  const ListingLimits limits_;
};

}  // namespace stillpoint::openstack
