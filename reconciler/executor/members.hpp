#pragma once

#include <vector>

#include "executor/context.hpp"
#include "executor/preflight.hpp"
#include "inventory/ownership.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// Asks for a snapshot of every volume of the subject at once and returns when all are `available`, or with the first
/// error. Ends by `deadline`, which is the hold's. An answer that never came is looked for in the listing, never
/// repeated. Interrupted once `stop` was requested: for what is not held, since a hold is let finish.
support::Result<std::vector<cloud::Snapshot>> cut_members(const Context& context, const Subject& subject,
                                                          const inventory::Ownership& own, support::Deadline deadline,
                                                          const std::stop_token& stop = {});

}  // namespace stillpoint::executor
