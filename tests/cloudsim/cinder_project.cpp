#include "cinder.hpp"

namespace stillpoint::cloudsim {

namespace {

constexpr int kMessages = 3;
constexpr int64_t kMessageLifetime = 30L * 24 * 3600;
const std::set<std::string> kMessageFilters{"resource_uuid", "resource_type", "event_id", "request_id",
                                            "message_level"};

long used(const Project& project, const std::string& resource) {
  const auto found = project.usage.find(resource);
  return found == project.usage.end() ? 0 : found->second;
}

Response over_limit(const std::string& message) {
  Response response = json_response(413, {{"overLimit", {{"code", 413}, {"message", message}, {"retryAfter", "0"}}}});
  response.headers["Retry-After"] = "0";
  return response;
}

/// Whether `amount` more of the resource would be over the project's limit of it.
bool is_over(const CinderCall& call, const std::string& resource, long amount) {
  const long limit = call.state.quota_limit(call.caller.project_id, resource);
  return limit >= 0 && used(call.state.projects.at(call.caller.project_id), resource) + amount > limit;
}

Json show_quota(const CinderCall& call, const Project& project, bool with_usage) {
  Json set = Json::object();
  for (const auto& resource : call.state.quota_resources()) {
    const long limit = call.state.quota_limit(project.id, resource);
    set[resource] =
        with_usage ? Json{{"limit", limit}, {"in_use", used(project, resource)}, {"reserved", 0}} : Json(limit);
  }
  return set;
}

Json show_message(const CinderCall& call, const UserMessage& message) {
  const std::string tail = "/messages/" + message.id;
  return {{"id", message.id},
          {"event_id", message.event_id},
          {"user_message", message.text},
          {"message_level", "ERROR"},
          {"created_at", iso_time(message.created_at)},
          {"guaranteed_until", iso_time(message.created_at + kMessageLifetime)},
          {"request_id", message.request_id},
          {"resource_type", "VOLUME_SNAPSHOT"},
          {"resource_uuid", message.resource_id},
          {"links", Json::array({{{"rel", "self"}, {"href", call.project_url() + tail}}})}};
}

}  // namespace

void require_quota(const CinderCall& call, const std::string& resource, const std::string& type, int size_gib) {
  const Project& project = call.state.projects.at(call.caller.project_id);
  for (const std::string& name : {std::string("gigabytes"), "gigabytes_" + type}) {
    if (!is_over(call, name, size_gib)) continue;
    refuse(over_limit("VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed " + name +
                      " quota. Requested " + std::to_string(size_gib) + "G, quota is " +
                      std::to_string(call.state.quota_limit(project.id, name)) + "G and " +
                      std::to_string(used(project, name)) + "G has been consumed."));
  }
  for (const std::string& name : {resource, resource + "_" + type}) {
    if (!is_over(call, name, 1)) continue;
    const std::string limit = std::to_string(call.state.quota_limit(project.id, name));
    refuse(over_limit(resource == "snapshots"
                          ? "SnapshotLimitExceeded: Maximum number of snapshots allowed (" + limit + ") exceeded"
                          : "VolumeLimitExceeded: Maximum number of volumes allowed (" + limit +
                                ") exceeded for quota '" + name + "'."));
  }
}

Response cinder_quota_sets(const CinderCall& call) {
  if (call.segments.size() != 2) refuse_no_such_path();
  const std::string& id = call.segments[1];
  const auto found = call.state.projects.find(id);
  if (found == call.state.projects.end() || !call.caller.may_see(id)) {
    refuse(fault_response(403, "forbidden", "Policy doesn't allow volume_extension:quotas:show to be performed."));
  }
  Project& project = found->second;
  if (call.request.method == "GET") {
    const std::string usage = call.request.param("usage").value_or("");
    Json set = show_quota(call, project, usage == "True" || usage == "true" || usage == "1");
    set["id"] = id;
    return json_response(200, {{"quota_set", set}});
  }
  if (!call.caller.user->admin) {
    refuse(fault_response(403, "forbidden", "Policy doesn't allow volume_extension:quotas:update to be performed."));
  }
  if (call.request.method == "DELETE") {
    project.quota.clear();
    Response response;
    response.headers["Content-Type"] = "application/json";
    return response;
  }
  if (call.request.method != "PUT") refuse_no_such_path();
  const Json wanted = body_member(call.request, "quota_set");
  for (const auto& [name, value] : wanted.items()) {
    project.quota[name] = value.get<long>();
  }
  return json_response(200, {{"quota_set", show_quota(call, project, false)}});
}

Response cinder_limits(const CinderCall& call) {
  if (call.request.method != "GET" || call.segments.size() != 1) refuse_no_such_path();
  const Project& project = call.state.projects.at(call.caller.project_id);
  const auto limit = [&](const char* resource) { return call.state.quota_limit(project.id, resource); };
  const Json absolute{{"maxTotalVolumes", limit("volumes")},
                      {"maxTotalSnapshots", limit("snapshots")},
                      {"maxTotalVolumeGigabytes", limit("gigabytes")},
                      {"maxTotalBackups", limit("backups")},
                      {"maxTotalBackupGigabytes", limit("backup_gigabytes")},
                      {"totalVolumesUsed", used(project, "volumes")},
                      {"totalGigabytesUsed", used(project, "gigabytes")},
                      {"totalSnapshotsUsed", used(project, "snapshots")},
                      {"totalBackupsUsed", 0},
                      {"totalBackupGigabytesUsed", 0}};
  return json_response(200, {{"limits", {{"rate", Json::array()}, {"absolute", absolute}}}});
}

Response cinder_messages(const CinderCall& call) {
  if (call.minor < kMessages) refuse_not_found("The resource could not be found.");
  if (call.request.method != "GET" || call.segments.size() != 1) refuse_no_such_path();
  const auto filters = cinder_filters(call, kMessageFilters);
  const std::function<Json(const UserMessage&)> row = [&](const UserMessage& message) {
    return show_message(call, message);
  };
  const std::function<bool(const UserMessage&)> wanted = [&](const UserMessage& message) {
    return message.project_id == call.caller.project_id && passes(row(message), filters);
  };
  return list_response(call, call.state.messages, "messages", "Message", wanted, row);
}

Response cinder_types(const CinderCall& call) {
  if (call.request.method != "GET" || call.segments.size() != 1) refuse_no_such_path();
  Json types = Json::array();
  for (const auto& name : call.state.volume_types) {
    types.push_back({{"id", "type-" + name},
                     {"name", name},
                     {"is_public", true},
                     {"os-volume-type-access:is_public", true},
                     {"description", nullptr},
                     {"extra_specs", Json::object()}});
  }
  return json_response(200, {{"volume_types", types}});
}

}  // namespace stillpoint::cloudsim
