#pragma once

#include <string>

#include "executor/context.hpp"
#include "executor/job.hpp"
#include "planner/plan.hpp"
#include "policy/policy.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// What an attempt is proven to be.
struct Label {
  policy::Consistency level;
  std::optional<std::chrono::milliseconds> held;  ///< empty: it was not held
  std::string window = {};                        ///< of several datasets that were held at the same time
};

/// What a label says of how long the server was held: nothing where the method, in its word, holds nothing.
std::optional<std::chrono::milliseconds> held_by(const std::string& method, std::chrono::milliseconds held);

/// Writes the label on every member. Safe to repeat. Used right after a release and by later passes.
support::Status write_label(const Context& context, const std::vector<cloud::SnapshotId>& members, const Label& label);

/// Writes the pin on every snapshot of the attempt. Empty texts take it off. An error leaves some of them written: one
/// protects all, so that a pin holds as soon as the first is there, and until the last is gone.
support::Status write_pin(cloud::Cloud& cloud, const support::Clock& clock, const inventory::Attempt& attempt,
                          const std::string& owner, const std::string& until);

/// What is known of an attempt after it was settled.
enum class Settled {
  Labelled,   ///< what was to be written is there
  NotIntact,  ///< the server says that nothing proves it
  StillHeld,  ///< it is not over yet
};

/// Carries out a complete action (see planner::Complete).
support::Status complete_labels(const Context& context, const inventory::Attempt& attempt);

/// Carries out a relabel action (see planner::Relabel) of the job.
support::Result<Settled> settle_attempt(const Context& context, const Job& job, const planner::Relabel& wanted);

}  // namespace stillpoint::executor
