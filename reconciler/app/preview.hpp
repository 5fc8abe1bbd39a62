#pragma once

#include <string>
#include <vector>

#include "app/drafts.hpp"
#include "app/exit_code.hpp"
#include "app/options.hpp"
#include "support/clock.hpp"
#include "support/log.hpp"

namespace stillpoint::app {

/// What the next pass would do for policies that are about to be applied.
struct Preview {
  ExitCode code = ExitCode::Ok;  ///< Ok if each of their clouds could be read
  std::string text;              ///< their parts of the plans
  int pruned = 0;                ///< points that would go, and do not by what the store has now
  int series = 0;                ///< of so many series
  bool held_back = false;        ///< the guard against mass deletion keeps points that would go by these policies
};

/// Plans the drafts beside the other policies of the store, over what their clouds have now. With
/// `options.allow_mass_delete` drafts get permission for what the guard would hold back. Changes nothing in any cloud.
Preview preview(std::vector<Draft>& drafts, const std::vector<policy::Policy>& stored, const Options& options,
                support::Clock& clock, support::Log& log);

}  // namespace stillpoint::app
