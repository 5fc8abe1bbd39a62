#include "planner/series_book.hpp"

namespace stillpoint::planner {
namespace {

using inventory::Series;
using inventory::SeriesKey;

std::vector<std::string> with_present(const std::string& name, const std::vector<std::string>& previous) {
  std::vector<std::string> names{name};
  names.insert(names.end(), previous.begin(), previous.end());
  return names;
}

/// Under which keys points of the dataset may be found, besides that of its present names.
std::vector<SeriesKey> previous_keys(const policy::Policy& policy, const policy::Dataset& dataset,
                                     const cloud::ServerId& server) {
  std::vector<SeriesKey> keys;
  for (const auto& policy_name : with_present(policy.name, policy.previous_names)) {
    for (const auto& dataset_name : with_present(dataset.name, dataset.previous_names)) {
      keys.push_back({policy_name, server, dataset_name});
    }
  }
  keys.erase(keys.begin());
  return keys;
}

}  // namespace

void SeriesBook::claim(const policy::Policy& policy, const policy::Dataset& dataset, const cloud::ServerId& server) {
  present_.insert({policy.name, server, dataset.name});
  for (const auto& key : previous_keys(policy, dataset, server)) {
    ++previous_claims_[key];
  }
}

const Series& SeriesBook::series_of(const policy::Policy& policy, const policy::Dataset& dataset,
                                    const cloud::ServerId& server) {
  static const Series kNoPoints;
  std::vector<const Series*> parts;
  if (const auto own = points_.series.find({policy.name, server, dataset.name}); own != points_.series.end()) {
    parts.push_back(&own->second);
  }
  for (const auto& key : previous_keys(policy, dataset, server)) {
    const auto found = points_.series.find(key);
    if (found != points_.series.end() && !present_.contains(key) && previous_claims_.at(key) == 1) {
      parts.push_back(&found->second);
    }
  }
  if (parts.size() > 1) {
    return merged_.emplace_back(inventory::merge(parts));
  }
  return parts.empty() ? kNoPoints : *parts.front();
}

std::optional<SeriesKey> SeriesBook::contested(const policy::Policy& policy, const policy::Dataset& dataset,
                                               const cloud::ServerId& server) const {
  for (const auto& key : previous_keys(policy, dataset, server)) {
    if (points_.series.contains(key) && (present_.contains(key) || previous_claims_.at(key) > 1)) {
      return key;
    }
  }
  return std::nullopt;
}

std::vector<SeriesKey> SeriesBook::unclaimed() const {
  std::vector<SeriesKey> keys;
  for (const auto& [key, series] : points_.series) {
    if (!present_.contains(key) && !previous_claims_.contains(key)) {
      keys.push_back(key);
    }
  }
  return keys;
}

}  // namespace stillpoint::planner
