#include "controller/inventory.hpp"

#include <utility>

#include "inventory/ownership.hpp"

namespace stillpoint::controller {

using support::Deadline;
using support::ErrorKind;
using support::Result;
using support::Status;

void ChangeLog::note(Change change) {
  const std::lock_guard lock(mutex_);
  changes_.push_back(std::move(change));
}

std::vector<Change> ChangeLog::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(changes_, {});
}

Result<std::vector<cloud::Server>> RecordingCloud::list_servers(Deadline deadline) {
  return inner_->list_servers(deadline);
}
Result<std::vector<cloud::Volume>> RecordingCloud::list_volumes(Deadline deadline) {
  return inner_->list_volumes(deadline);
}
Result<std::vector<cloud::Snapshot>> RecordingCloud::list_snapshots(Deadline deadline) {
  auto snapshots = inner_->list_snapshots(deadline);
  // Who looks at a cluster's members lists all, and learns of what other controllers have made of them.
  if (snapshots) {
    for (const auto& snapshot : *snapshots) {
      if (inventory::claims_cluster(snapshot.metadata)) {
        log_->note(SnapshotSeen{snapshot});
      }
    }
  }
  return snapshots;
}
Result<cloud::Volume> RecordingCloud::get_volume(const cloud::VolumeId& id, Deadline deadline) {
  return inner_->get_volume(id, deadline);
}

Result<cloud::Snapshot> RecordingCloud::get_snapshot(const cloud::SnapshotId& id, Deadline deadline) {
  auto snapshot = inner_->get_snapshot(id, deadline);
  if (snapshot) {
    log_->note(SnapshotSeen{*snapshot});
  } else if (snapshot.error().kind() == ErrorKind::NotFound) {
    log_->note(SnapshotGone{id});
  }
  return snapshot;
}

Result<std::vector<cloud::Snapshot>> RecordingCloud::list_snapshots_of(const std::vector<cloud::VolumeId>& volumes,
                                                                       Deadline deadline) {
  auto snapshots = inner_->list_snapshots_of(volumes, deadline);
  if (snapshots) {
    for (const auto& snapshot : *snapshots) {
      log_->note(SnapshotSeen{snapshot});
    }
  }
  return snapshots;
}

Result<cloud::Snapshot> RecordingCloud::create_snapshot(const cloud::NewSnapshot& wanted, Deadline deadline) {
  auto snapshot = inner_->create_snapshot(wanted, deadline);
  if (snapshot) {
    log_->note(SnapshotSeen{*snapshot});
  }
  return snapshot;
}

Status RecordingCloud::delete_snapshot(const cloud::SnapshotId& id, Deadline deadline) {
  auto deleted = inner_->delete_snapshot(id, deadline);
  if (deleted) {
    log_->note(SnapshotAsked{id, "deleting", {}});
  } else if (deleted.error().kind() == ErrorKind::NotFound) {
    log_->note(SnapshotGone{id});
  }
  return deleted;
}

Status RecordingCloud::merge_snapshot_metadata(const cloud::SnapshotId& id, const cloud::Metadata& entries,
                                               Deadline deadline) {
  auto merged = inner_->merge_snapshot_metadata(id, entries, deadline);
  if (merged) {
    log_->note(SnapshotAsked{id, "", entries});
  } else if (merged.error().kind() == ErrorKind::NotFound) {
    log_->note(SnapshotGone{id});
  }
  return merged;
}

Result<cloud::Quota> RecordingCloud::quota(Deadline deadline) {
  return inner_->quota(deadline);
}
Result<std::vector<cloud::Message>> RecordingCloud::messages(const std::string& object_id, Deadline deadline) {
  return inner_->messages(object_id, deadline);
}
Result<std::chrono::seconds> RecordingCloud::clock_offset(Deadline deadline) {
  return inner_->clock_offset(deadline);
}
Status RecordingCloud::warm_up(std::chrono::seconds lifetime, int parallel_calls, Deadline deadline) {
  return inner_->warm_up(lifetime, parallel_calls, deadline);
}

void Inventory::replace(planner::Observed listed, const std::vector<Change>& meanwhile) {
  observed_ = std::move(listed);
  is_known_ = true;
  places_.clear();
  places_.reserve(observed_.snapshots.size());
  for (std::size_t i = 0; i < observed_.snapshots.size(); ++i) {
    places_.emplace(observed_.snapshots[i].id.str(), i);
  }
  apply(meanwhile);
}

void Inventory::apply(const std::vector<Change>& changes) {
  for (const auto& change : changes) {
    if (const auto* seen = std::get_if<SnapshotSeen>(&change)) {
      see(seen->snapshot);
    } else if (const auto* gone = std::get_if<SnapshotGone>(&change)) {
      remove(gone->id);
    } else {
      const auto& asked = std::get<SnapshotAsked>(change);
      const auto place = places_.find(asked.id.str());
      if (place == places_.end()) {
        continue;
      }
      auto& snapshot = observed_.snapshots[place->second];
      snapshot.status = asked.status.empty() ? snapshot.status : asked.status;
      if (!asked.entries.empty()) {
        snapshot.metadata.set_all(asked.entries);
      }
    }
  }
}

void Inventory::see(const cloud::Snapshot& snapshot) {
  const auto [place, is_new] = places_.emplace(snapshot.id.str(), observed_.snapshots.size());
  if (is_new) {
    observed_.snapshots.push_back(snapshot);
  } else {
    observed_.snapshots[place->second] = snapshot;
  }
}

/// The order of snapshots means nothing to the planner.
void Inventory::remove(const cloud::SnapshotId& id) {
  const auto place = places_.find(id.str());
  if (place == places_.end()) {
    return;
  }
  const std::size_t hole = place->second;
  places_.erase(place);
  if (hole + 1 != observed_.snapshots.size()) {
    observed_.snapshots[hole] = std::move(observed_.snapshots.back());
    places_[observed_.snapshots[hole].id.str()] = hole;
  }
  observed_.snapshots.pop_back();
}

}  // namespace stillpoint::controller
