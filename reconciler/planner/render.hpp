#pragma once

#include <string>

#include "planner/plan.hpp"

namespace stillpoint::planner {

enum class Colour { Off, On };

/// The plan for people: grouped by policy, server and dataset, a line an action, and a last line that counts them.
std::string render_text(const Plan& plan, Colour colour);

/// The same as one JSON object (schemas/plan.schema.json), with a line feed at its end.
std::string render_json(const Plan& plan);

}  // namespace stillpoint::planner
