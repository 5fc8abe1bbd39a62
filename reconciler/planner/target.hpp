#pragma once

#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "inventory/points.hpp"
#include "policy/policy.hpp"

/// What the planner's rules ask of a dataset and of the attempts at its points.
namespace stillpoint::planner {

/// One dataset of one server under one policy, with everything that its rules look at.
struct Target {
  const policy::Policy& policy;
  const policy::Dataset& dataset;
  const cloud::Server& server;
  const inventory::Series& series;

  inventory::SeriesKey key() const { return {policy.name, server.id, dataset.name}; }
  bool can_ask_server() const { return policy.has_ssh; }
};

bool has_status(const inventory::Attempt& attempt, std::string_view status);

/// Cinder deletes snapshots in these states only.
bool all_deletable(const inventory::Attempt& attempt);

/// A member of an attempt that was proven once.
bool has_label(const inventory::Attempt& attempt);

/// A point that was proven, that has all its snapshots, and with which the cloud is busy (a backup of it, perhaps).
bool is_busy_point(const inventory::Attempt& attempt);

/// Whether the point makes another attempt at its slot unnecessary.
bool serves_slot(const inventory::Point& point, const policy::Dataset& dataset);

/// For people: how the dataset would be held.
std::string describe_hold(const policy::HoldSettings& hold);

}  // namespace stillpoint::planner
