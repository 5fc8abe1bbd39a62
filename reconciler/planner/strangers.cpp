#include "planner/strangers.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>

#include "inventory/ownership.hpp"

namespace stillpoint::planner {

using inventory::SeriesKey;

namespace {

/// Why a snapshot of a selected volume is none of this installation's: a stable word and a text. Nothing if it is one.
std::optional<std::pair<std::string, std::string>> why_strange(const cloud::Snapshot& snapshot,
                                                               const std::string& installation) {
  if (!inventory::claims_ownership(snapshot.metadata)) {
    return std::pair("Foreign", "it carries no mark of Stillpoint");
  }
  const auto own = inventory::read_ownership(snapshot.metadata);
  if (!own) {
    return std::pair("Unreadable", own.error().message());
  }
  if (own->installation != installation) {
    return std::pair("OtherInstallation", "it belongs to installation '" + own->installation + "'");
  }
  return std::nullopt;
}

}  // namespace

std::vector<Stranger> find_strangers(const Observed& observed, const inventory::Points& points,
                                     const std::string& installation,
                                     const std::map<cloud::VolumeId, std::vector<SeriesKey>>& owner_of) {
  std::vector<Stranger> strangers;
  std::unordered_set<std::string> ours;
  for (const auto& [key, series] : points.series) {
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        for (const auto& member : attempt.members) {
          ours.insert(member.snapshot.id.str());
        }
      }
    }
  }
  for (const auto& snapshot : observed.snapshots) {
    const auto owner = owner_of.find(snapshot.volume);
    if (owner == owner_of.end() || ours.contains(snapshot.id.str())) {
      continue;
    }
    if (const auto why = why_strange(snapshot, installation)) {
      strangers.push_back({snapshot.id, snapshot.name, owner->second.front(), why->first, why->second});
    }
  }
  for (const auto& [snapshot, why] : points.unreadable) {
    if (!owner_of.contains(snapshot.volume)) {
      strangers.push_back({snapshot.id, snapshot.name, {}, "Unreadable", why});
    }
  }
  std::sort(strangers.begin(), strangers.end(), [](const Stranger& a, const Stranger& b) { return a.id < b.id; });
  return strangers;
}

}  // namespace stillpoint::planner
