#include <algorithm>

#include "cinder.hpp"
#include "lifecycle.hpp"

namespace stillpoint::cloudsim {

namespace {

const std::set<std::string> kCreateFields{"name",        "description",       "size",
                                          "volume_type", "availability_zone", "snapshot_id",
                                          "metadata",    "multiattach",       "display_name"};
// Cinder knows these; they may be sent as long as they say nothing.
const std::set<std::string> kNotSimulated{"imageRef", "source_volid", "consistencygroup_id", "backup_id"};
const std::set<std::string> kFilters{
    "name",     "status", "metadata",   "bootable",   "migration_status", "availability_zone",
    "group_id", "size",   "created_at", "updated_at", "consumes_quota"};

const std::string kServiceId = "00000000-0000-4000-8000-0000000051d0";

enum class Detail { Created, Full };

Json links_of(const CinderCall& call, const Volume& volume) {
  const std::string tail = "/volumes/" + volume.id;
  return Json::array(
      {{{"rel", "self"}, {"href", call.project_url() + tail}},
       {{"rel", "bookmark"}, {"href", call.state.base_url + "/volume/" + call.caller.project_id + tail}}});
}

Json show_attachment(const Volume& volume, const Attachment& attachment) {
  return {{"id", volume.id},
          {"attachment_id", attachment.id},
          {"volume_id", volume.id},
          {"server_id", attachment.server_id},
          {"host_name", nullptr},
          {"device", attachment.device},
          {"attached_at", iso_time(attachment.attached_at)}};
}

Json show(const CinderCall& call, const Volume& volume, Detail detail) {
  Json attachments = Json::array();
  for (const auto& attachment : volume.attachments) attachments.push_back(show_attachment(volume, attachment));
  Json shown{{"id", volume.id},
             {"status", volume.status},
             {"size", volume.size_gib},
             {"availability_zone", "nova"},
             {"created_at", iso_time(volume.created_at)},
             {"updated_at", optional_time(volume.updated_at)},
             {"name", null_if_empty(volume.name)},
             {"description", null_if_empty(volume.description)},
             {"volume_type", volume.type},
             {"snapshot_id", null_if_empty(volume.source_snapshot_id)},
             {"source_volid", nullptr},
             {"metadata", Json(volume.metadata)},
             {"links", links_of(call, volume)},
             {"user_id", volume.user_id},
             {"bootable", "false"},
             {"encrypted", false},
             {"replication_status", nullptr},
             {"consistencygroup_id", nullptr},
             {"multiattach", volume.multiattach},
             {"attachments", attachments}};
  if (call.minor >= 13) shown["group_id"] = nullptr;
  if (call.minor >= 48) {
    shown["shared_targets"] = false;
    shown["service_uuid"] = volume.status == "creating" ? Json() : Json(kServiceId);
  }
  if (call.minor >= 63) shown["volume_type_id"] = "type-" + volume.type;
  if (call.minor >= 65) shown["consumes_quota"] = true;
  if (detail == Detail::Full) shown["os-vol-tenant-attr:tenant_id"] = volume.project_id;
  return shown;
}

Json show_brief(const CinderCall& call, const Volume& volume) {
  return {{"id", volume.id}, {"name", null_if_empty(volume.name)}, {"links", links_of(call, volume)}};
}

enum class Listing { Brief, Detailed };

Response list(const CinderCall& call, Listing listing) {
  const auto filters = cinder_filters(call, kFilters);
  const std::function<bool(const Volume&)> wanted = [&](const Volume& volume) {
    if (volume.project_id != call.caller.project_id) return false;
    return filters.empty() || passes(show(call, volume, Detail::Full), filters);
  };
  const std::function<Json(const Volume&)> row = [&](const Volume& volume) {
    return listing == Listing::Detailed ? show(call, volume, Detail::Full) : show_brief(call, volume);
  };
  return list_response(call, call.state.volumes, "volumes", "Volume", wanted, row);
}

const Snapshot* require_source(const CinderCall& call, const std::string& id) {
  if (id.empty()) return nullptr;
  const Snapshot* snapshot = call.state.snapshots.find(id);
  if (!snapshot || !call.caller.may_see(snapshot->project_id)) {
    refuse_not_found("Snapshot " + id + " could not be found.");
  }
  if (snapshot->status != "available") {
    refuse_bad_request("Invalid snapshot: Originating snapshot status must be one of 'available' values");
  }
  return snapshot;
}

int read_size(const Json& wanted, const Snapshot* source) {
  const Json size = wanted.value("size", Json());
  if (size.is_null() && source) return source->size_gib;
  if (size.is_null()) {
    refuse_bad_request(
        "The server could not comply with the request since it is either malformed or otherwise incorrect.");
  }
  if (!size.is_number_integer()) refuse_field("size", size, python_text(size) + " does not match '^[0-9]+$'");
  if (size.get<int>() < 1) refuse_field("size", size, size.dump() + " is less than the minimum of 1");
  if (source && size.get<int>() < source->size_gib) {
    refuse_bad_request("Invalid input received: Volume size " + size.dump() +
                       "GB cannot be smaller than the snapshot size " + std::to_string(source->size_gib) +
                       "GB. They must be >= original snapshot size.");
  }
  return size.get<int>();
}

std::string read_type(const CinderCall& call, const Json& wanted, const Snapshot* source) {
  const std::string type = text_field(wanted, "volume_type");
  if (type.empty()) return source ? source->volume_type : call.state.volume_types.front();
  const auto& types = call.state.volume_types;
  if (std::find(types.begin(), types.end(), type) == types.end()) {
    refuse_not_found("Volume type with name " + type + " could not be found.");
  }
  return type;
}

Response create(const CinderCall& call) {
  State& state = call.state;
  const Json wanted = body_member(call.request, "volume");
  for (const auto& [name, value] : wanted.items()) {
    const bool left_out = value.is_null() && kNotSimulated.contains(name);
    if (!left_out && !kCreateFields.contains(name)) {
      refuse_field("volume", wanted, "Additional properties are not allowed ('" + name + "' was unexpected)");
    }
  }
  const Snapshot* source = require_source(call, text_field(wanted, "snapshot_id"));
  Volume made;
  made.size_gib = read_size(wanted, source);
  made.type = read_type(call, wanted, source);
  require_quota(call, "volumes", made.type, made.size_gib);
  made.id = new_uuid();
  made.project_id = call.caller.project_id;
  made.user_id = call.caller.user->id;
  made.name = text_field(wanted, wanted.contains("name") ? "name" : "display_name");
  made.description = text_field(wanted, "description");
  made.status = "creating";
  made.source_snapshot_id = source ? source->id : std::string();
  made.created_at = state.now();
  made.metadata = read_metadata(wanted);
  made.multiattach = wanted.value("multiattach", false);
  state.charge(made.project_id, made.type, "volumes", 1);
  state.charge(made.project_id, made.type, "gigabytes", made.size_gib);
  const Volume& stored = state.volumes.insert(std::move(made));
  finish_volume(state, stored);
  return json_response(202, {{"volume", show(call, stored, Detail::Created)}});
}

Response remove(const CinderCall& call, Volume& volume) {
  const bool has_snapshots =
      call.state.snapshots.any([&volume](const Snapshot& snapshot) { return snapshot.volume_id == volume.id; });
  if ((volume.status != "available" && volume.status != "error") || has_snapshots) {
    refuse_bad_request(
        "Invalid volume: Volume status must be available or error or error_restoring or error_extending or "
        "error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, "
        "or be disassociated from snapshots after volume transfer.");
  }
  volume.status = "deleting";
  volume.updated_at = call.state.now();
  finish_volume_deletion(call.state, volume);
  return accepted_without_body();
}

}  // namespace

Response cinder_volumes(const CinderCall& call) {
  const auto& segments = call.segments;
  const std::string& method = call.request.method;
  if (segments.size() == 1) {
    if (method == "POST") return create(call);
    if (method == "GET") return list(call, Listing::Brief);
    refuse_no_such_path();
  }
  if (segments.size() != 2) refuse_no_such_path();
  if (segments[1] == "detail" && method == "GET") return list(call, Listing::Detailed);
  Volume* volume = call.state.volumes.find(segments[1]);
  if (!volume || !call.caller.may_see(volume->project_id)) {
    refuse_not_found("Volume " + segments[1] + " could not be found.");
  }
  if (method == "GET") return json_response(200, {{"volume", show(call, *volume, Detail::Full)}});
  if (method == "DELETE") return remove(call, *volume);
  refuse_no_such_path();
}

}  // namespace stillpoint::cloudsim
