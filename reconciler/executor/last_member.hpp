#pragma once

#include "executor/context.hpp"
#include "executor/preflight.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// Before a service of a cluster's member is stopped: whether that of the other member that was stopped last is up
/// again (P10). What is known of that is in the snapshots, so it holds for every controller, and after a restart. Busy
/// if it is not, or cannot be asked. Members of one policy only; nothing is asked where no service is to be stopped.
support::Status check_last_member(const Context& context, const Subject& subject);

}  // namespace stillpoint::executor
