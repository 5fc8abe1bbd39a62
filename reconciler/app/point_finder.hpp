#pragma once

#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "inventory/points.hpp"
#include "support/result.hpp"

namespace stillpoint::app {

/// The attempt that a name on the command line means: the id of a point (its best attempt, or the only one) or of an
/// attempt, with `point/` before it or not. NotFound if there is none, InvalidInput if the point has several attempts
/// and none is complete.
support::Result<inventory::Attempt> find_attempt(const inventory::Points& points, const std::string& name);

}  // namespace stillpoint::app
