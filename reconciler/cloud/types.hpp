#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cloud/shared_metadata.hpp"
#include "support/clock.hpp"
#include "support/ids.hpp"

namespace stillpoint::cloud {

using VolumeId = support::Id<struct VolumeIdTag>;
using SnapshotId = support::Id<struct SnapshotIdTag>;
using ServerId = support::Id<struct ServerIdTag>;

/// One address of a server as Nova lists it.
struct Address {
  std::string network;
  std::string address;
  int version = 4;
  std::string type;  ///< `fixed` or `floating`
};

/// A Nova server.
struct Server {
  ServerId id;
  std::string name;
  std::string status;  ///< Nova's word, e.g. `ACTIVE`
  std::vector<Address> addresses;
  Metadata metadata;
  std::vector<std::string> tags;
};

struct Attachment {
  ServerId server;
  std::string device;  ///< what Nova called it; a guest may call it otherwise
};

/// A Cinder volume.
struct Volume {
  VolumeId id;
  std::string name;
  int size_gib = 0;
  std::string status;  ///< Cinder's word, e.g. `in-use`
  std::string volume_type;
  std::string availability_zone;
  bool multiattach = false;
  std::vector<Attachment> attachments;
};

/// A Cinder snapshot. `created_at` is when the API took the request, not when the data were cut.
struct Snapshot {
  SnapshotId id;
  std::string name;
  VolumeId volume;
  std::string status;  ///< Cinder's word, e.g. `available`
  int size_gib = 0;
  support::WallTime created_at;
  std::optional<support::WallTime> updated_at;
  SharedMetadata metadata;
  std::string group_snapshot_id;  ///< empty unless it was made through a group
};

/// What a snapshot is asked to be. The volume may be in use.
struct NewSnapshot {
  VolumeId volume;
  std::string name;
  std::string description;
  Metadata metadata;
};

/// One limit of a project. A limit of -1 means none.
struct QuotaUse {
  long limit = -1;
  long in_use = 0;
  long reserved = 0;

  bool unlimited() const { return limit < 0; }
  /// How much more fits; meaningless if unlimited. Never negative.
  long room() const;
};

/// The limits that a snapshot counts against: of the project, and of each volume type (`snapshots_TYPE`,
/// `gigabytes_TYPE`), keyed by Cinder's own resource names.
using Quota = std::map<std::string, QuotaUse>;

/// What Cinder charges snapshots of the volumes to, by resource: each one to `snapshots` and the size of its volume in
/// GiB to `gigabytes`, and both to the limits of the volume's type.
std::map<std::string, long> quota_charges(const std::vector<Volume>& volumes);

/// Cinder's explanation of an asynchronous failure (`GET /messages`, microversion 3.3).
struct Message {
  std::string event_id;
  std::string text;
  support::WallTime created_at;
};

}  // namespace stillpoint::cloud
