#pragma once

#include "app/options.hpp"
#include "planner/planner.hpp"

namespace stillpoint::app {

/// What the command line asks of the planner in a pass that begins at `now`.
inline planner::Wishes wishes_of(const Options& options, support::WallTime now) {
  planner::Wishes wishes;
  wishes.installation = options.installation;
  wishes.slots_at = now;
  if (options.now) {
    wishes.slot_now = std::chrono::floor<std::chrono::seconds>(now);
  }
  if (options.allow_mass_delete) {
    wishes.mass_delete = retention::MassDelete::Allow;
  }
  return wishes;
}

}  // namespace stillpoint::app
