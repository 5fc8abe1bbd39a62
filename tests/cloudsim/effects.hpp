#pragma once

#include <optional>
#include <string>

#include "faults.hpp"
#include "state.hpp"

namespace stillpoint::cloudsim {

// What a fault does to the cloud's objects beside its request:
//
//   {"snapshot": WHICH, ...force_snapshot}   {"volume": WHICH, ...force_volume}   {"settings": {...}}
//
// WHICH is an id; `path`: the one that the request's path names; `marker`: the one after which its page begins; `body`:
// the volume that is to be snapshotted; `made`: the snapshot that it has made, or the volume of that, once it is made.
// With "when": "after" the rest happens after the request as well. What is not there is left alone.

/// Takes the state's mutex. `answer` is the service's own, once there is one.
void apply_effect(State& state, const Json& effect, const Request& request, const Response* answer);

}  // namespace stillpoint::cloudsim
