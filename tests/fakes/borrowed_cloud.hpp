#pragma once

#include <string>
#include <vector>

#include "cloud/cloud.hpp"

namespace stillpoint::fakes {

/// Hands calls on to a cloud that outlives it.
class BorrowedCloud : public cloud::Cloud {
 public:
  explicit BorrowedCloud(cloud::Cloud& inner) : inner_(inner) {}
  support::Result<std::vector<cloud::Server>> list_servers(support::Deadline by) override {
    return inner_.list_servers(by);
  }
  support::Result<std::vector<cloud::Volume>> list_volumes(support::Deadline by) override {
    return inner_.list_volumes(by);
  }
  support::Result<std::vector<cloud::Snapshot>> list_snapshots(support::Deadline by) override {
    return inner_.list_snapshots(by);
  }
  support::Result<cloud::Volume> get_volume(const cloud::VolumeId& id, support::Deadline by) override {
    return inner_.get_volume(id, by);
  }
  support::Result<cloud::Snapshot> get_snapshot(const cloud::SnapshotId& id, support::Deadline by) override {
    return inner_.get_snapshot(id, by);
  }
  support::Result<std::vector<cloud::Snapshot>> list_snapshots_of(const std::vector<cloud::VolumeId>& of,
                                                                  support::Deadline by) override {
    return inner_.list_snapshots_of(of, by);
  }
  support::Result<cloud::Snapshot> create_snapshot(const cloud::NewSnapshot& wanted, support::Deadline by) override {
    return inner_.create_snapshot(wanted, by);
  }
  support::Status delete_snapshot(const cloud::SnapshotId& id, support::Deadline by) override {
    return inner_.delete_snapshot(id, by);
  }
  support::Status merge_snapshot_metadata(const cloud::SnapshotId& id, const cloud::Metadata& entries,
                                          support::Deadline by) override {
    return inner_.merge_snapshot_metadata(id, entries, by);
  }
  support::Result<cloud::Quota> quota(support::Deadline by) override { return inner_.quota(by); }
  support::Result<std::vector<cloud::Message>> messages(const std::string& id, support::Deadline by) override {
    return inner_.messages(id, by);
  }
  support::Result<std::chrono::seconds> clock_offset(support::Deadline by) override { return inner_.clock_offset(by); }
  support::Status warm_up(std::chrono::seconds lifetime, int calls, support::Deadline by) override {
    return inner_.warm_up(lifetime, calls, by);
  }

 private:
  cloud::Cloud& inner_;
};

}  // namespace stillpoint::fakes
