#pragma once

#include "executor/context.hpp"
#include "executor/preflight.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// Before the service of a cluster's member is stopped: whether the other members are well, so that they are not
/// stopped one after the other while none comes back (P10). Members are the running servers that the policy selects;
/// each is asked what it is asked before its own hold. With `minHealthyMembers` above 1 so many must be well, this one
/// among them; otherwise all. Busy, with what one of the others said, if they are not. Nothing is asked where no
/// service is to be stopped.
support::Status check_other_members(const Context& context, const Subject& subject);

}  // namespace stillpoint::executor
