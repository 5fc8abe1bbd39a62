#pragma once

#include "exchange.hpp"
#include "state.hpp"

namespace stillpoint::cloudsim {

/// Is it a call of the control interface, which has no faults and is not counted?
bool is_control(const Request& request);

/// Lets the service that the path names answer. Takes the state's mutex.
Response serve(State& state, const Request& request);

}  // namespace stillpoint::cloudsim
