#pragma once

#include <string>

#include "exchange.hpp"
#include "state.hpp"

namespace stillpoint::cloudsim {

/// Who asks, as the services' authentication filter found out. Valid while the state's mutex is held.
struct Caller {
  const Token* token = nullptr;
  const User* user = nullptr;
  std::string project_id;

  bool may_see(const std::string& owner_project_id) const { return user->admin || owner_project_id == project_id; }
};

/// Refuses with 401 if the request has no token, an unknown one or one that has expired.
Caller authenticate(const State& state, const Request& request);

// Each service gets the path below its own prefix, and is called with the state's mutex held.
Response identity(State& state, const Request& request, const std::string& path);
Response block_storage(State& state, const Request& request, const std::string& path);
Response compute(State& state, const Request& request, const std::string& path);
/// There are no images. The service is there because the command line client wants one in every catalog.
Response image(State& state, const Request& request, const std::string& path);
/// Faults, forced states and what was served: `/sim/...`.
Response control(State& state, const Request& request, const std::string& path);

}  // namespace stillpoint::cloudsim
