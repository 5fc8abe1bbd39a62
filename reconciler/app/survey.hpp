#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/options.hpp"
#include "planner/planner.hpp"
#include "status/status.hpp"
#include "support/clock.hpp"

namespace stillpoint::app {

/// What one cloud holds.
struct CloudView {
  std::string name;
  planner::Observed observed;
};

/// The state of policies now, as `get` and `describe` show it.
struct Survey {
  status::Status status;
  std::vector<CloudView> clouds;  ///< that could be read
  ExitCode code = ExitCode::Ok;
};

/// Reads the policies of `options.files`, and their clouds. What is wrong with a file or a cloud goes to standard error
/// and into the code; the others are looked at all the same. Changes nothing.
Survey survey(const Options& options, support::Clock& clock);

}  // namespace stillpoint::app
