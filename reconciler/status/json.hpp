#pragma once

#include <string>
#include <vector>

#include "status/status.hpp"

/// The status as programs read it over HTTP: docs/api.md. Lists in the manner of Kubernetes. Pure. Foreign text that is
/// not UTF-8 comes out with replacement characters.
namespace stillpoint::status {

/// `PolicyStatusList`: every policy with its conditions and series, and beside them clouds and events. Points are
/// counted in it and told by `points_json`. Nothing in it changes only because time passes.
std::string policies_json(const Status& status);

/// Which points are asked for; an empty list asks for all.
struct PointFilter {
  std::vector<std::string> clouds;
  std::vector<std::string> policies;
  std::vector<std::string> servers;  ///< Nova's ids
  std::vector<std::string> datasets;
};

/// `PointList`: the attempts at points, by policy, series and slot.
std::string points_json(const Status& status, const PointFilter& filter);

}  // namespace stillpoint::status
