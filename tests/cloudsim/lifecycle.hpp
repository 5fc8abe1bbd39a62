#pragma once

#include <chrono>
#include <string>

#include "state.hpp"

namespace stillpoint::cloudsim {

// What the services do after they have answered. Each call takes a row that is in its first state (`creating`,
// `deleting`, ...) and is called with the state's mutex held; the worker brings the row to its next state.

void finish_volume(State& state, const Volume& volume);
void finish_volume_deletion(State& state, const Volume& volume);
void finish_attachment(State& state, const std::string& volume_id, const Attachment& attachment);
void finish_detachment(State& state, const std::string& volume_id, const std::string& server_id);
void finish_server(State& state, const Server& server);

/// The data are copied when the time has come, just before the status becomes `available`; not when the request came.
/// A negative delay leaves the snapshot `creating`. Replaces what was pending for this snapshot.
void schedule_cut(State& state, Snapshot& snapshot, std::chrono::milliseconds delay);
/// Gone at once, whatever was pending.
void erase_snapshot(State& state, const std::string& id);
void schedule_snapshot_deletion(State& state, Snapshot& snapshot, std::chrono::milliseconds delay);

}  // namespace stillpoint::cloudsim
