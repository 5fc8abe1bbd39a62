#pragma once

#include "executor/context.hpp"
#include "executor/preflight.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// Before a cluster's member is held in a way that it has to come back from (its service is stopped, or it is locked
/// and falls behind): whether the other members are well, so that they are not held one after the other while none
/// comes back (P10). Members are the running servers that the policy selects; each is asked what it is asked before its
/// own hold, which one that is on its way back does not pass. With `minHealthyMembers` above 1 so many must be well,
/// this one among them; otherwise all. Busy, with what one of the others said, if they are not. Nothing is asked for
/// other holds.
support::Status check_other_members(const Context& context, const Subject& subject);

}  // namespace stillpoint::executor
