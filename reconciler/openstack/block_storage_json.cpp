#include "openstack/block_storage_json.hpp"

#include <limits>

namespace stillpoint::openstack {
namespace {

using cloud::Quota;
using cloud::QuotaUse;
using support::fail;
using support::Result;

constexpr long kMostGib = std::numeric_limits<int>::max();
constexpr long kMostUse = std::numeric_limits<long>::max() / 4;

/// Both that a snapshot of the size counts against, of the project or of one volume type.
bool counts_snapshots(const std::string& resource) {
  return resource == "snapshots" || resource == "gigabytes" || resource.starts_with("snapshots_") ||
         resource.starts_with("gigabytes_");
}

}  // namespace

Result<cloud::Volume> read_volume(const Json& json) {
  JsonFields fields(json, "volume");
  cloud::Volume volume;
  volume.id = cloud::VolumeId(fields.text("id"));
  volume.name = fields.text_or_empty("name");
  volume.size_gib = static_cast<int>(fields.number("size", 0, kMostGib));
  volume.status = fields.text("status");
  volume.volume_type = fields.text_or_empty("volume_type");
  volume.availability_zone = fields.text_or_empty("availability_zone");
  volume.multiattach = fields.flag_or("multiattach", false);
  for (const Json& attachment : fields.array_or_empty("attachments")) {
    JsonFields attached(attachment, "volume.attachments");
    volume.attachments.push_back(
        {cloud::ServerId(attached.text_or_empty("server_id")), attached.text_or_empty("device")});
    if (const auto status = attached.status(); !status) {
      return fail(status.error());
    }
  }
  if (const auto status = fields.status(); !status) {
    return fail(status.error());
  }
  return volume;
}

Result<cloud::Snapshot> read_snapshot(const Json& json) {
  JsonFields fields(json, "snapshot");
  cloud::Snapshot snapshot;
  snapshot.id = cloud::SnapshotId(fields.text("id"));
  snapshot.name = fields.text_or_empty("name");
  snapshot.volume = cloud::VolumeId(fields.text("volume_id"));
  snapshot.status = fields.text("status");
  snapshot.size_gib = static_cast<int>(fields.number("size", 0, kMostGib));
  snapshot.created_at = fields.time("created_at");
  snapshot.updated_at = fields.time_or_none("updated_at");
  snapshot.metadata = fields.texts("metadata");
  snapshot.group_snapshot_id = fields.text_or_empty("group_snapshot_id");
  if (const auto status = fields.status(); !status) {
    return fail(status.error());
  }
  return snapshot;
}

Result<Quota> read_quota_set(const Json& body) {
  JsonFields answer(body, "body");
  Quota quota;
  for (const auto& [resource, use] : answer.object("quota_set").items()) {
    if (!counts_snapshots(resource)) {
      continue;
    }
    JsonFields fields(use, "quota_set." + resource);
    quota[resource] = QuotaUse{fields.number("limit", -1, kMostUse), fields.number("in_use", 0, kMostUse),
                               fields.number("reserved", 0, kMostUse)};
    if (const auto status = fields.status(); !status) {
      return fail(status.error());
    }
  }
  for (const char* resource : {"snapshots", "gigabytes"}) {
    if (!quota.contains(resource)) {
      answer.wrong(std::string("quota_set.") + resource, "an object");
    }
  }
  if (const auto status = answer.status(); !status) {
    return fail(status.error());
  }
  return quota;
}

Result<Quota> read_limits(const Json& body) {
  JsonFields answer(body, "body");
  JsonFields limits(answer.object("limits"), "limits");
  JsonFields absolute(limits.object("absolute"), "limits.absolute");
  Quota quota;
  quota["snapshots"] = QuotaUse{absolute.number("maxTotalSnapshots", -1, kMostUse),
                                absolute.number("totalSnapshotsUsed", 0, kMostUse), 0};
  quota["gigabytes"] = QuotaUse{absolute.number("maxTotalVolumeGigabytes", -1, kMostUse),
                                absolute.number("totalGigabytesUsed", 0, kMostUse), 0};
  for (const auto& status : {answer.status(), limits.status(), absolute.status()}) {
    if (!status) {
      return fail(status.error());
    }
  }
  return quota;
}

Result<MessageRow> read_message(const Json& json) {
  JsonFields fields(json, "message");
  MessageRow row;
  row.id = support::Id<MessageIdTag>(fields.text("id"));
  row.object_id = fields.text_or_empty("resource_uuid");
  row.message.event_id = fields.text_or_empty("event_id");
  row.message.text = fields.text_or_empty("user_message");
  row.message.created_at = fields.time("created_at");
  if (const auto status = fields.status(); !status) {
    return fail(status.error());
  }
  return row;
}

Json snapshot_body(const cloud::NewSnapshot& wanted, bool with_force) {
  Json snapshot{{"volume_id", wanted.volume.str()}, {"name", wanted.name}, {"description", wanted.description}};
  snapshot["metadata"] = wanted.metadata;
  if (with_force) {
    snapshot["force"] = true;
  }
  return Json{{"snapshot", std::move(snapshot)}};
}

}  // namespace stillpoint::openstack
