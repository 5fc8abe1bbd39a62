#pragma once

#include <vector>

#include "executor/context.hpp"
#include "inventory/points.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// Deletes the snapshots of one attempt and waits until they are gone. Each is read back just before its deletion and
/// left alone unless it still carries the same installation, point and attempt, and no pin (P4). A point is
/// first marked as going, so that an interrupted deletion is finished by a later pass (P7). One after another, up to
/// the first error; a snapshot that comes back to `available` because clones depend on it is a Conflict.
support::Status delete_attempt(const Context& context, const inventory::Attempt& attempt);

/// Reads each volume afresh: a Conflict if one is attached to the server. A listing that has lost the server, or its
/// volumes, looks like a server that is gone.
support::Status check_detached(const Context& context, const std::vector<cloud::VolumeId>& volumes,
                               const cloud::ServerId& server);

}  // namespace stillpoint::executor
