#pragma once

#include "cloud/types.hpp"
#include "openstack/json_read.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// Cinder's objects, read from its JSON. Errors are Protocol.
support::Result<cloud::Volume> read_volume(const Json& json);
support::Result<cloud::Snapshot> read_snapshot(const Json& json);

/// Of a quota set with usage: what a snapshot counts against.
support::Result<cloud::Quota> read_quota_set(const Json& body);
/// The same of `GET /limits`, which knows nothing of volume types and reservations.
support::Result<cloud::Quota> read_limits(const Json& body);

/// A user message and the object that it is about.
struct MessageRow {
  support::Id<struct MessageIdTag> id;
  std::string object_id;
  cloud::Message message;
};
support::Result<MessageRow> read_message(const Json& json);

/// The body of `POST /snapshots`.
Json snapshot_body(const cloud::NewSnapshot& wanted, bool with_force);

}  // namespace stillpoint::openstack
