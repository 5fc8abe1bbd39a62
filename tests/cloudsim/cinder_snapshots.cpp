#include <chrono>

#include "cinder.hpp"
#include "lifecycle.hpp"

namespace stillpoint::cloudsim {

namespace {

constexpr int kInUseWithoutForce = 66;
constexpr size_t kUuidLength = 36;
const std::set<std::string> kCreateFields{"volume_id",           "name",  "description", "display_name",
                                          "display_description", "force", "metadata"};
const std::set<std::string> kFilters{"name", "status", "volume_id", "metadata", "availability_zone", "consumes_quota"};
const std::set<std::string> kStatuses{"error",    "available",      "creating",   "deleting",   "deleted",
                                      "updating", "error_deleting", "unmanaging", "backing-up", "restoring"};

enum class Detail { Brief, Created, Updated, Full };

Json show(const CinderCall& call, const Snapshot& snapshot, Detail detail) {
  const int micros = detail == Detail::Created ? snapshot.created_micros : 0;
  Json shown{{"id", snapshot.id},
             {"created_at", iso_time(snapshot.created_at, micros)},
             {"updated_at", optional_time(snapshot.updated_at)},
             {"name", null_if_empty(snapshot.name)},
             {"description", null_if_empty(snapshot.description)},
             {"volume_id", snapshot.volume_id},
             {"status", snapshot.status},
             {"size", snapshot.size_gib},
             {"metadata", Json(snapshot.metadata)}};
  if (detail == Detail::Brief) return shown;
  if (call.minor >= 14) shown["group_snapshot_id"] = nullptr;
  if (call.minor >= 41) shown["user_id"] = snapshot.user_id;
  if (call.minor >= 65) shown["consumes_quota"] = true;
  if (detail != Detail::Full) return shown;
  shown["os-extended-snapshot-attributes:project_id"] = snapshot.project_id;
  shown["os-extended-snapshot-attributes:progress"] = snapshot.status == "creating" ? "0%" : "100%";
  return shown;
}

Response list(const CinderCall& call, Detail detail) {
  const auto filters = cinder_filters(call, kFilters);
  const std::function<bool(const Snapshot&)> wanted = [&](const Snapshot& snapshot) {
    if (snapshot.project_id != call.caller.project_id) return false;
    return filters.empty() || passes(show(call, snapshot, Detail::Brief), filters);
  };
  const std::function<Json(const Snapshot&)> row = [&](const Snapshot& snapshot) {
    return show(call, snapshot, detail);
  };
  return list_response(call, call.state.snapshots, "snapshots", "Snapshot", wanted, row);
}

Snapshot& require_snapshot(const CinderCall& call, const std::string& id) {
  Snapshot* snapshot = call.state.snapshots.find(id);
  if (!snapshot || !call.caller.may_see(snapshot->project_id)) {
    refuse_not_found("Snapshot " + id + " could not be found.");
  }
  return *snapshot;
}

/// Whether the volume may be in use: asked for below 3.66, always from then on.
bool allows_in_use(const CinderCall& call, const Json& wanted) {
  const Json force = wanted.value("force", Json());
  const bool forced = force == true || force == "true" || force == "True" || force == "1" || force == 1;
  if (call.minor < kInUseWithoutForce) return forced;
  if (!force.is_null() && !forced) {
    refuse_bad_request(
        "Since microversion 3.66 the 'force' flag is invalid for this request.  For backward compatability, however, "
        "when the 'force' flag is passed with a value evaluating to True, it is silently ignored.");
  }
  return true;
}

void check_fields(const Json& wanted) {
  for (const auto& [name, value] : wanted.items()) {
    if (!kCreateFields.contains(name)) {
      refuse_field("snapshot", wanted, "Additional properties are not allowed ('" + name + "' was unexpected)");
    }
  }
  if (!wanted.contains("volume_id")) refuse_field("snapshot", wanted, "'volume_id' is a required property");
}

Volume& require_source(const CinderCall& call, const Json& wanted) {
  const std::string id = text_field(wanted, "volume_id");
  if (id.size() != kUuidLength) {
    refuse_field("volume_id", id, "'" + id + "' is not valid under any of the given schemas");
  }
  Volume* volume = call.state.volumes.find(id);
  if (!volume || !call.caller.may_see(volume->project_id)) {
    refuse_not_found("Volume " + id + " could not be found.");
  }
  return *volume;
}

void require_status(const Volume& volume, bool in_use_allowed) {
  if (volume.status == "available" || (in_use_allowed && volume.status == "in-use")) return;
  refuse_bad_request("Invalid volume: Volume " + volume.id + " status must be " +
                     (in_use_allowed ? "available, in-use" : "available") +
                     ", but current status is: " + volume.status + ".");
}

Response create(const CinderCall& call) {
  State& state = call.state;
  const Json wanted = body_member(call.request, "snapshot");
  check_fields(wanted);
  const Metadata metadata = read_metadata(wanted);
  const bool in_use_allowed = allows_in_use(call, wanted);
  const Volume& volume = require_source(call, wanted);
  require_status(volume, in_use_allowed);
  require_quota(call, "snapshots", volume.type, volume.size_gib);

  Snapshot made;
  made.id = new_uuid();
  made.project_id = call.caller.project_id;
  made.user_id = call.caller.user->id;
  made.volume_id = volume.id;
  made.volume_type = volume.type;
  made.name = text_field(wanted, wanted.contains("name") ? "name" : "display_name");
  made.description = text_field(wanted, wanted.contains("description") ? "description" : "display_description");
  made.status = "creating";
  made.size_gib = volume.size_gib;
  made.created_at = state.now();
  made.created_micros = static_cast<int>(
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
          .count() %
      1'000'000);
  made.metadata = metadata;
  made.fails = volume.snapshots_fail;
  state.charge(made.project_id, made.volume_type, "snapshots", 1);
  state.charge(made.project_id, made.volume_type, "gigabytes", made.size_gib);
  Snapshot& stored = state.snapshots.insert(std::move(made));
  note(state, "created", stored);
  schedule_cut(state, stored, volume.cut_delay.value_or(state.settings.cut_delay));
  return json_response(202, {{"snapshot", show(call, stored, Detail::Created)}});
}

Response remove(const CinderCall& call, Snapshot& snapshot) {
  note(call.state, "delete", snapshot);
  if (snapshot.status != "available" && snapshot.status != "error") {
    refuse_bad_request("Invalid snapshot: Snapshot status must be available or error and must not be part of a group.");
  }
  snapshot.status = "deleting";
  snapshot.updated_at = call.state.now();
  note(call.state, "status", snapshot);
  schedule_snapshot_deletion(call.state, snapshot, call.state.settings.delete_delay);
  return accepted_without_body();
}

Response update(const CinderCall& call, Snapshot& snapshot) {
  const Json wanted = body_member(call.request, "snapshot");
  if (wanted.contains("name")) snapshot.name = text_field(wanted, "name");
  if (wanted.contains("description")) snapshot.description = text_field(wanted, "description");
  snapshot.updated_at = call.state.now();
  return json_response(200, {{"snapshot", show(call, snapshot, Detail::Updated)}});
}

Response reset_status(const CinderCall& call, Snapshot& snapshot) {
  const Json wanted = body_member(call.request, "os-reset_status");
  if (!call.caller.user->admin) {
    refuse(
        fault_response(403, "forbidden",
                       "Policy doesn't allow volume_extension:snapshot_admin_actions:reset_status to be performed."));
  }
  const std::string status = text_field(wanted, "status");
  if (!kStatuses.contains(status)) refuse_bad_request("Snapshot status: " + status + " is invalid");
  snapshot.status = status;
  snapshot.updated_at = call.state.now();
  ++snapshot.generation;  // whatever was pending no longer applies
  note(call.state, "status", snapshot);
  Response response;
  response.code = 202;
  response.headers["Content-Type"] = "application/json";
  return response;
}

Response metadata(const CinderCall& call, Snapshot& snapshot) {
  const std::string& method = call.request.method;
  if (call.segments.size() == 4 && method == "DELETE") {
    if (snapshot.metadata.erase(call.segments[3]) == 0) {
      refuse_not_found("Snapshot " + snapshot.id + " has no metadata with key " + call.segments[3] + ".");
    }
    return Response{};
  }
  if (call.segments.size() != 3) refuse_no_such_path();
  if (method == "POST" || method == "PUT") {
    const Json body = Json::parse(call.request.body, nullptr, false);
    if (!body.is_object() || !body.contains("metadata")) {
      refuse_bad_request("Missing required element 'metadata' in request body.");
    }
    check_metadata_update(body["metadata"]);
    if (method == "PUT") snapshot.metadata.clear();
    for (const auto& [key, value] : body["metadata"].items()) snapshot.metadata[key] = value.get<std::string>();
    note(call.state, "metadata", snapshot);
  } else if (method != "GET") {
    refuse_no_such_path();
  }
  return json_response(200, {{"metadata", Json(snapshot.metadata)}});
}

}  // namespace

Response cinder_snapshots(const CinderCall& call) {
  const auto& segments = call.segments;
  const std::string& method = call.request.method;
  if (segments.size() == 1) {
    if (method == "POST") return create(call);
    if (method == "GET") return list(call, Detail::Brief);
    refuse_no_such_path();
  }
  if (segments.size() == 2 && segments[1] == "detail" && method == "GET") return list(call, Detail::Full);
  Snapshot& snapshot = require_snapshot(call, segments[1]);
  if (segments.size() == 2 && method == "GET") {
    return json_response(200, {{"snapshot", show(call, snapshot, Detail::Full)}});
  }
  if (segments.size() == 2 && method == "DELETE") return remove(call, snapshot);
  if (segments.size() == 2 && method == "PUT") return update(call, snapshot);
  if (segments.size() == 3 && segments[2] == "action" && method == "POST") return reset_status(call, snapshot);
  if (segments.size() >= 3 && segments[2] == "metadata") return metadata(call, snapshot);
  refuse_no_such_path();
}

}  // namespace stillpoint::cloudsim
