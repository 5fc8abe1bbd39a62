#include "lifecycle.hpp"

#include <algorithm>
#include <filesystem>

namespace stillpoint::cloudsim {

namespace {

using std::chrono::milliseconds;

// Enough for a client to see the state in between, which the real services show as well.
constexpr milliseconds kShortWork{10};

/// Is this still the change of status that was scheduled?
Snapshot* pending(State& state, const std::string& id, uint64_t generation, const std::string& status) {
  Snapshot* snapshot = state.snapshots.find(id);
  return snapshot && snapshot->generation == generation && snapshot->status == status ? snapshot : nullptr;
}

void fail_snapshot(State& state, Snapshot& snapshot) {
  snapshot.status = "error";
  snapshot.updated_at = state.now();
  note(state, "status", snapshot);
  state.add_message(snapshot, "009_013", "create snapshot:Snapshot failed to create.");
}

void cut(State& state, const std::string& id, uint64_t generation) {
  std::filesystem::path from;
  std::filesystem::path to;
  int size_gib = 0;
  {
    const std::lock_guard lock(state.mutex);
    Snapshot* snapshot = pending(state, id, generation, "creating");
    if (!snapshot) return;
    if (snapshot->fails) return fail_snapshot(state, *snapshot);
    from = state.disk.volume_path(snapshot->volume_id);
    to = state.disk.snapshot_path(id);
    size_gib = snapshot->size_gib;
  }
  const bool copied = state.disk.copy(from, to, size_gib);  // may take its time: requests go on
  const std::lock_guard lock(state.mutex);
  Snapshot* snapshot = pending(state, id, generation, "creating");
  if (!snapshot) return state.disk.remove(to);
  if (!copied) return fail_snapshot(state, *snapshot);
  snapshot->status = "available";
  snapshot->updated_at = state.now();
  note(state, "status", *snapshot);
}

void delete_snapshot(State& state, const std::string& id, uint64_t generation) {
  const std::lock_guard lock(state.mutex);
  Snapshot* snapshot = pending(state, id, generation, "deleting");
  if (!snapshot) return;
  const bool has_clone = state.volumes.any([&id](const Volume& volume) { return volume.source_snapshot_id == id; });
  if (snapshot->deletion_fails) {
    snapshot->status = "error_deleting";
    note(state, "status", *snapshot);
    snapshot->updated_at = state.now();
    state.add_message(*snapshot, "010_016", "delete snapshot:Snapshot failed to delete.");
    return;
  }
  if ((has_clone && state.settings.clones_keep_snapshots) || snapshot->busy_deletions > 0) {
    --snapshot->busy_deletions;
    snapshot->status = "available";
    note(state, "status", *snapshot);
    snapshot->updated_at = state.now();
    state.add_message(*snapshot, "010_015", "delete snapshot:Snapshot is busy.");
    return;
  }
  note(state, "gone", *snapshot);
  erase_snapshot(state, id);
}

void create_volume(State& state, const std::string& id, const std::string& source_snapshot_id, int size_gib) {
  const auto file = state.disk.volume_path(id);
  const bool made = source_snapshot_id.empty()
                        ? state.disk.create(file, size_gib)
                        : state.disk.copy(state.disk.snapshot_path(source_snapshot_id), file, size_gib);
  const std::lock_guard lock(state.mutex);
  Volume* volume = state.volumes.find(id);
  if (!volume || volume->status != "creating") return;
  volume->status = made ? "available" : "error";
  volume->updated_at = state.now();
}

}  // namespace

void erase_snapshot(State& state, const std::string& id) {
  const Snapshot* snapshot = state.snapshots.find(id);
  state.charge(snapshot->project_id, snapshot->volume_type, "snapshots", -1);
  state.charge(snapshot->project_id, snapshot->volume_type, "gigabytes", -snapshot->size_gib);
  state.disk.remove(state.disk.snapshot_path(id));
  state.snapshots.erase(id);
}

void finish_volume(State& state, const Volume& volume) {
  state.worker.run_after(kShortWork, [&state, id = volume.id, source = volume.source_snapshot_id,
                                      size = volume.size_gib] { create_volume(state, id, source, size); });
}

void finish_volume_deletion(State& state, const Volume& volume) {
  state.worker.run_after(kShortWork, [&state, id = volume.id] {
    const std::lock_guard lock(state.mutex);
    const Volume* gone = state.volumes.find(id);
    if (!gone) return;
    state.charge(gone->project_id, gone->type, "volumes", -1);
    state.charge(gone->project_id, gone->type, "gigabytes", -gone->size_gib);
    state.disk.remove(state.disk.volume_path(id));
    state.volumes.erase(id);
  });
}

void finish_attachment(State& state, const std::string& volume_id, const Attachment& attachment) {
  state.worker.run_after(kShortWork, [&state, volume_id, attachment] {
    const std::lock_guard lock(state.mutex);
    Volume* volume = state.volumes.find(volume_id);
    if (!volume || volume->status != "reserved") return;
    volume->attachments.push_back(attachment);
    volume->attachments.back().attached_at = state.now();
    volume->status = "in-use";
    volume->updated_at = state.now();
  });
}

void finish_detachment(State& state, const std::string& volume_id, const std::string& server_id) {
  state.worker.run_after(kShortWork, [&state, volume_id, server_id] {
    const std::lock_guard lock(state.mutex);
    Volume* volume = state.volumes.find(volume_id);
    if (!volume) return;
    std::erase_if(volume->attachments, [&](const Attachment& held) { return held.server_id == server_id; });
    volume->status = volume->attachments.empty() ? "available" : "in-use";
    volume->updated_at = state.now();
  });
}

void finish_server(State& state, const Server& server) {
  state.worker.run_after(kShortWork, [&state, id = server.id] {
    const std::lock_guard lock(state.mutex);
    Server* built = state.servers.find(id);
    if (!built || built->status != "BUILD") return;
    built->status = "ACTIVE";
    built->updated_at = state.now();
  });
}

void schedule_cut(State& state, Snapshot& snapshot, milliseconds delay) {
  const uint64_t generation = ++snapshot.generation;
  if (delay < milliseconds::zero()) return;
  state.worker.run_after(delay, [&state, id = snapshot.id, generation] { cut(state, id, generation); });
}

void schedule_snapshot_deletion(State& state, Snapshot& snapshot, milliseconds delay) {
  const uint64_t generation = ++snapshot.generation;
  if (delay < milliseconds::zero()) return;
  state.worker.run_after(delay, [&state, id = snapshot.id, generation] { delete_snapshot(state, id, generation); });
}

}  // namespace stillpoint::cloudsim
