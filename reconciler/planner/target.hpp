#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "inventory/points.hpp"
#include "policy/policy.hpp"
#include "schedule/slots.hpp"

/// What the planner's rules ask of a dataset and of the attempts at its points.
namespace stillpoint::planner {

/// A slot that a point is wanted for. `start_by` is empty if it was asked for outside the schedule.
struct WantedSlot {
  support::WallTime slot;
  std::optional<support::WallTime> start_by;
};

/// One dataset of one server under one policy, with everything that its rules look at.
struct Target {
  const policy::Policy& policy;
  const policy::Dataset& dataset;
  const cloud::Server& server;
  const inventory::Series& series;
  schedule::DueSlot due;             ///< what the schedule asks for
  std::optional<WantedSlot> wanted;  ///< what is asked for: by the schedule, or outside it

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

/// The point of the target at the slot; none if nothing exists of it.
const inventory::Point* point_at(const Target& target, support::WallTime slot);

/// Whether the point makes another attempt at its slot unnecessary.
bool serves_slot(const inventory::Point& point, const policy::Dataset& dataset);

/// For people: how the dataset would be held.
std::string describe_hold(const policy::HoldSettings& hold);

}  // namespace stillpoint::planner
