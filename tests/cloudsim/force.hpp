#pragma once

#include <string>

#include "state.hpp"

namespace stillpoint::cloudsim {

// What is done to the cloud's objects behind its clients' backs. Called with the state's mutex held; refuses ids and
// fields that there are not.

/// `status`: only a word, no data are copied. `cut_delay_ms`: has the copy made, after that time. `fails`: it ends in
/// `error`. `gone`: somebody has deleted it. `busy_deletions`: so many deletions bring it back to `available`;
/// `deletion_fails`: they end in `error_deleting`.
void force_snapshot(State& state, const std::string& id, const Json& what);

/// `status`, and with `status_ms` only for so long. `grow_gib`: it was extended. `detached`: from all servers.
/// `cut_delay_ms`, `snapshots_fail`: of the snapshots to come.
void force_volume(State& state, const std::string& id, const Json& what);

void force_server(State& state, const std::string& id, const Json& what);

void change_settings(State& state, const Json& what);

}  // namespace stillpoint::cloudsim
