#pragma once

#include <map>
#include <string>
#include <vector>

#include "inventory/points.hpp"
#include "planner/planner.hpp"

namespace stillpoint::planner {

/// Snapshots that are shown and never touched: those of selected volumes that are not this installation's, whatever
/// they are called, and those that claim to be Stillpoint's and do not read so. `owner_of` says which dataset a volume
/// is of. In order of their ids.
std::vector<Stranger> find_strangers(const Observed& observed, const inventory::Points& points,
                                     const std::string& installation,
                                     const std::map<cloud::VolumeId, std::vector<inventory::SeriesKey>>& owner_of);

}  // namespace stillpoint::planner
