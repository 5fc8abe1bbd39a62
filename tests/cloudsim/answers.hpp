#pragma once

#include <string>

#include "faults.hpp"

namespace stillpoint::cloudsim {

/// The request that a falsified listing is made of: without the marker, which only the falsifier knows.
Request request_to_serve(const Request& request, Fault::Falsify how);

/// Makes of the service's own answer what the fault asks for.
void falsify(Response& response, const Request& request, Fault::Falsify how, const std::string& base_url);

}  // namespace stillpoint::cloudsim
