#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cloud/cloud.hpp"
#include "support/clock.hpp"

namespace stillpoint::fakes {

/// A project that lives in this process: snapshots are cut some time after they are asked for, by the clock that it is
/// given. Safe to use from any thread.
class FakeCloud final : public cloud::Cloud {
 public:
  explicit FakeCloud(support::Clock& clock, std::chrono::milliseconds delay = std::chrono::milliseconds(50))
      : cut_delay(delay), clock_(clock) {}

  std::vector<cloud::Server> servers;
  std::vector<cloud::Volume> volumes;
  std::chrono::milliseconds cut_delay;  ///< from the request to `available`, of all that are on their way
  cloud::Quota quotas{{"snapshots", {}}, {"gigabytes", {}}};

  /// What a call answers instead, by its name; empty: it is carried out. Called with the lock held.
  std::function<std::optional<support::Error>(const std::string& call)> fault = [](const std::string&) {
    return std::nullopt;
  };

  int count(const std::string& call) {
    const std::lock_guard lock(mutex_);
    return calls_[call];
  }
  std::vector<cloud::Snapshot> snapshots() {
    const std::lock_guard lock(mutex_);
    return current();
  }
  void put(const cloud::Snapshot& snapshot) {
    const std::lock_guard lock(mutex_);
    snapshots_[snapshot.id] = snapshot;
  }

  support::Result<std::vector<cloud::Server>> list_servers(support::Deadline) override {
    return answer<std::vector<cloud::Server>>("list_servers", [&] { return servers; });
  }
  support::Result<std::vector<cloud::Volume>> list_volumes(support::Deadline) override {
    return answer<std::vector<cloud::Volume>>("list_volumes", [&] { return volumes; });
  }
  support::Result<std::vector<cloud::Snapshot>> list_snapshots(support::Deadline) override {
    return answer<std::vector<cloud::Snapshot>>("list_snapshots", [&] { return current(); });
  }
  support::Result<cloud::Volume> get_volume(const cloud::VolumeId& id, support::Deadline) override {
    return answer<cloud::Volume>("get_volume", [&]() -> support::Result<cloud::Volume> {
      const auto found = std::find_if(volumes.begin(), volumes.end(), [&](const auto& one) { return one.id == id; });
      return found == volumes.end() ? missing<cloud::Volume>() : *found;
    });
  }
  support::Result<cloud::Snapshot> get_snapshot(const cloud::SnapshotId& id, support::Deadline deadline) override {
    return answer<cloud::Snapshot>("get_snapshot", [&]() -> support::Result<cloud::Snapshot> {
      if (deadline.passed(clock_)) {
        return support::fail(support::ErrorKind::Timeout, "there was no time left to ask");
      }
      const auto found = snapshots_.find(id);
      return found == snapshots_.end() ? missing<cloud::Snapshot>() : as_it_is(found->second);
    });
  }
  support::Result<std::vector<cloud::Snapshot>> list_snapshots_of(const std::vector<cloud::VolumeId>& of,
                                                                  support::Deadline) override {
    return answer<std::vector<cloud::Snapshot>>("list_snapshots_of", [&] {
      return current([&](const auto& one) { return std::find(of.begin(), of.end(), one.volume) != of.end(); });
    });
  }
  support::Result<cloud::Snapshot> create_snapshot(const cloud::NewSnapshot& wanted, support::Deadline) override {
    return answer<cloud::Snapshot>("create_snapshot", [&] {
      cloud::Snapshot made;
      made.id = cloud::SnapshotId("snap-" + std::to_string(++made_));
      made.name = wanted.name;
      made.volume = wanted.volume;
      made.status = "creating";
      made.size_gib = 10;
      made.created_at = clock_.wall_now();
      made.metadata = wanted.metadata;
      snapshots_[made.id] = made;
      return made;
    });
  }
  support::Status delete_snapshot(const cloud::SnapshotId& id, support::Deadline) override {
    return answer<void>("delete_snapshot", [&]() -> support::Status {
      return snapshots_.erase(id) > 0 ? support::Status() : missing<void>();
    });
  }
  support::Status merge_snapshot_metadata(const cloud::SnapshotId& id, const cloud::Metadata& entries,
                                          support::Deadline) override {
    return answer<void>("merge_snapshot_metadata", [&]() -> support::Status {
      const auto found = snapshots_.find(id);
      if (found == snapshots_.end()) {
        return missing<void>();
      }
      found->second.metadata.set_all(entries);
      return {};
    });
  }
  support::Result<cloud::Quota> quota(support::Deadline) override {
    return answer<cloud::Quota>("quota", [&] { return quotas; });
  }
  support::Result<std::vector<cloud::Message>> messages(const std::string&, support::Deadline) override {
    return answer<std::vector<cloud::Message>>("messages", [] { return std::vector<cloud::Message>(); });
  }
  support::Result<std::chrono::seconds> clock_offset(support::Deadline) override {
    return answer<std::chrono::seconds>("clock_offset", [] { return std::chrono::seconds(0); });
  }
  support::Status warm_up(std::chrono::seconds, int, support::Deadline) override {
    return answer<void>("warm_up", [] { return support::Status(); });
  }

 private:
  template <class Value>
  static support::Result<Value> missing() {
    return support::fail(support::ErrorKind::NotFound, "there is no such thing");
  }
  template <class Value, class Work>
  support::Result<Value> answer(const std::string& call, Work work) {
    const std::lock_guard lock(mutex_);
    ++calls_[call];
    if (auto error = fault(call)) {
      return support::fail(std::move(*error));
    }
    return work();
  }

  cloud::Snapshot as_it_is(cloud::Snapshot snapshot) const {
    if (snapshot.status == "creating" && clock_.wall_now() >= snapshot.created_at + cut_delay) {
      snapshot.status = "available";
      snapshot.updated_at = snapshot.created_at + cut_delay;
    }
    return snapshot;
  }
  std::vector<cloud::Snapshot> current(const std::function<bool(const cloud::Snapshot&)>& wanted = [](const auto&) {
    return true;
  }) const {
    std::vector<cloud::Snapshot> all;
    for (const auto& [id, snapshot] : snapshots_) {
      if (wanted(snapshot)) {
        all.push_back(as_it_is(snapshot));
      }
    }
    return all;
  }

  support::Clock& clock_;
  std::mutex mutex_;
  std::map<std::string, int> calls_;
  std::map<cloud::SnapshotId, cloud::Snapshot> snapshots_;
  long made_ = 0;
};

}  // namespace stillpoint::fakes
