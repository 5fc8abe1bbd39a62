#pragma once

#include <nlohmann/json_fwd.hpp>

#include "planner/plan.hpp"

namespace stillpoint::planner {

/// An action as schemas/plan.schema.json has it, without its cloud.
nlohmann::json to_json(const Action& action);

}  // namespace stillpoint::planner
