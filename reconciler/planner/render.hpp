#pragma once

#include <string>
#include <vector>

#include "planner/planner.hpp"

namespace stillpoint::planner {

enum class Colour { Off, On };

/// What a pass would do in one cloud.
struct CloudPlan {
  std::string cloud;  ///< the entry of clouds.yaml; empty: the OS_* environment
  Plan plan;
};

/// The plan for people: grouped by policy, server and dataset, a line an action, and a last line that counts them.
std::string render_text(const Plan& plan, Colour colour);

/// The plans of several clouds as one JSON object (schemas/plan.schema.json), with a line feed at its end. Each action
/// names its cloud; `clouds` also names those in which there is nothing to do. `wishes` and `made_at` are what the
/// plans were made with: read_saved_plan reads them again.
std::string render_json(const std::vector<CloudPlan>& plans, const Wishes& wishes, support::WallTime made_at);

}  // namespace stillpoint::planner
