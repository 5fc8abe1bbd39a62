#include <algorithm>

#include "lifecycle.hpp"
#include "microversion.hpp"
#include "services.hpp"

namespace stillpoint::cloudsim {

namespace {

const Microversions kSpoken{"compute", 2, 1, 93};
constexpr int kNetworksRequired = 37;

struct NovaCall {
  State& state;
  const Request& request;
  Caller caller;
  int minor = 1;                      ///< microversion 2.MINOR
  std::vector<std::string> segments;  ///< of the path below `/v2.1`
};

Json version_document(const State& state) {
  return {
      {"id", "v2.1"},
      {"status", "CURRENT"},
      {"version", kSpoken.text(kSpoken.max_minor)},
      {"min_version", "2.1"},
      {"updated", "2013-07-23T11:33:21Z"},
      {"links", Json::array({{{"rel", "self"}, {"href", state.base_url + "/compute/v2.1/"}}})},
      {"media-types",
       Json::array({{{"base", "application/json"}, {"type", "application/vnd.openstack.compute+json;version=2.1"}}})}};
}

void mark_version(Response& response, const std::string& version) {
  mark_microversion(response, kSpoken, version);
  response.headers["X-OpenStack-Nova-API-Version"] = version;
}

std::string asked_version(const Request& request) {
  const std::string asked = asked_microversion(request, kSpoken.service);
  return asked.empty() ? request.header("x-openstack-nova-api-version") : asked;
}

Json links_of(const NovaCall& call, const Server& server) {
  return Json::array({{{"rel", "self"}, {"href", call.state.base_url + "/compute/v2.1/servers/" + server.id}},
                      {{"rel", "bookmark"}, {"href", call.state.base_url + "/compute/servers/" + server.id}}});
}

Json addresses_of(const Server& server) {
  Json addresses = Json::object();
  for (const auto& [network, address] : server.addresses) {
    addresses[network].push_back({{"addr", address},
                                  {"version", address.find(':') == std::string::npos ? 4 : 6},
                                  {"OS-EXT-IPS:type", "fixed"},
                                  {"OS-EXT-IPS-MAC:mac_addr", "fa:16:3e:00:00:01"}});
  }
  return addresses;
}

Json volumes_of(const NovaCall& call, const Server& server) {
  Json attached = Json::array();
  call.state.volumes.any([&](const Volume& volume) {
    for (const auto& attachment : volume.attachments) {
      if (attachment.server_id != server.id) continue;
      Json entry{{"id", volume.id}};
      if (call.minor >= 3) entry["delete_on_termination"] = false;
      attached.push_back(entry);
    }
    return false;
  });
  return attached;
}

/// Nova's times have no fraction and a zone, other than Cinder's.
std::string nova_time(int64_t seconds) {
  const std::string time = iso_time(seconds);
  return time.substr(0, time.find('.')) + "Z";
}

Json show_flavor(const NovaCall& call) {
  if (call.minor < 47) return {{"id", "1"}, {"links", Json::array()}};
  return {{"original_name", "sim"},       {"vcpus", 1}, {"ram", 64}, {"disk", 1}, {"ephemeral", 0}, {"swap", 0},
          {"extra_specs", Json::object()}};
}

Json show(const NovaCall& call, const Server& server) {
  Json shown{{"id", server.id},
             {"name", server.name},
             {"status", server.status},
             {"tenant_id", server.project_id},
             {"user_id", server.user_id},
             {"metadata", Json(server.metadata)},
             {"created", nova_time(server.created_at)},
             {"updated", nova_time(server.updated_at)},
             {"addresses", addresses_of(server)},
             {"accessIPv4", ""},
             {"accessIPv6", ""},
             {"links", links_of(call, server)},
             {"progress", 0},
             {"config_drive", ""},
             {"key_name", nullptr},
             {"hostId", std::string(56, '0')},
             {"OS-DCF:diskConfig", "MANUAL"},
             {"OS-EXT-AZ:availability_zone", "nova"},
             {"OS-EXT-STS:task_state", nullptr},
             {"OS-EXT-STS:vm_state", server.status == "ACTIVE" ? "active" : "building"},
             {"OS-EXT-STS:power_state", server.status == "ACTIVE" ? 1 : 0},
             {"os-extended-volumes:volumes_attached", volumes_of(call, server)}};
  shown["image"] = "";  // as of a server that boots from a volume
  shown["flavor"] = show_flavor(call);
  shown["OS-SRV-USG:launched_at"] = server.status == "BUILD" ? Json() : Json(iso_time(server.updated_at));
  shown["OS-SRV-USG:terminated_at"] = nullptr;
  if (call.minor >= 9) shown["locked"] = false;
  if (call.minor >= 63) shown["trusted_image_certificates"] = nullptr;
  if (call.minor >= 73) shown["locked_reason"] = nullptr;
  if (call.minor >= 90) shown["OS-EXT-SRV-ATTR:hostname"] = server.name;
  if (call.minor >= 19) shown["description"] = nullptr;
  if (call.minor >= 26) shown["tags"] = server.tags;
  return shown;
}

Json show_brief(const NovaCall& call, const Server& server) {
  return {{"id", server.id}, {"name", server.name}, {"links", links_of(call, server)}};
}

Paging read_paging(const NovaCall& call) {
  Paging paging;
  paging.limit = call.state.settings.page_limit;
  paging.marker = call.request.param("marker");
  if (const auto limit = call.request.param("limit")) {
    const auto number = read_number(*limit);
    if (!number || *number < 0) {
      refuse_bad_request("Invalid input for query parameters limit. Value: " + *limit + ". '" + *limit +
                         "' does not match '^[0-9]*$'");
    }
    paging.limit = std::min(paging.limit, *number);
  }
  return paging;
}

enum class Listing { Brief, Detailed };

Response list(const NovaCall& call, Listing listing) {
  const Paging paging = read_paging(call);
  const auto name = call.request.param("name");
  const auto status = call.request.param("status");
  const auto page = call.state.servers.page(paging, [&](const Server& server) {
    return server.project_id == call.caller.project_id && (!name || server.name.find(*name) != std::string::npos) &&
           (!status || server.status == *status);
  });
  if (!page) refuse_bad_request("marker [" + *paging.marker + "] not found");
  Json rows = Json::array();
  for (const Server* server : page->rows) {
    rows.push_back(listing == Listing::Detailed ? show(call, *server) : show_brief(call, *server));
  }
  Json body{{"servers", rows}};
  if (page->full) {
    const Json link{{"rel", "next"}, {"href", call.state.base_url + next_page(call.request, page->rows.back()->id)}};
    body["servers_links"] = Json::array({link});
  }
  return json_response(200, body);
}

/// The embedded cloud has no Neutron: whatever is given as a network's id is its name as well.
std::vector<ServerAddress> read_networks(const NovaCall& call, const Json& wanted) {
  const Json networks = wanted.value("networks", Json());
  if (networks.is_null() && call.minor >= kNetworksRequired) {
    refuse_bad_request("Invalid input for field/attribute server. 'networks' is a required property");
  }
  std::vector<ServerAddress> addresses;
  if (!networks.is_array()) return addresses;
  for (const auto& network : networks) {
    const std::string address = text_field(network, "fixed_ip");
    if (!address.empty()) addresses.push_back({text_field(network, "uuid"), address});
  }
  return addresses;
}

Response create(const NovaCall& call) {
  State& state = call.state;
  const Json wanted = body_member(call.request, "server");
  Server made;
  made.id = new_uuid();
  made.name = text_field(wanted, "name");
  if (made.name.empty()) refuse_bad_request("Invalid input for field/attribute server. 'name' is a required property");
  made.project_id = call.caller.project_id;
  made.user_id = call.caller.user->id;
  made.status = "BUILD";
  made.created_at = state.now();
  made.updated_at = made.created_at;
  made.addresses = read_networks(call, wanted);
  made.metadata = wanted.value("metadata", Metadata{});
  made.tags = wanted.value("tags", std::vector<std::string>{});
  const Server& stored = state.servers.insert(std::move(made));
  finish_server(state, stored);
  Response response = json_response(202, {{"server",
                                           {{"id", stored.id},
                                            {"links", links_of(call, stored)},
                                            {"OS-DCF:diskConfig", "MANUAL"},
                                            {"security_groups", Json::array({{{"name", "default"}}})}}}});
  response.headers["Location"] = state.base_url + "/compute/v2.1/servers/" + stored.id;
  return response;
}

std::vector<std::string> attached_volumes(const NovaCall& call, const Server& server) {
  std::vector<std::string> ids;
  for (const auto& entry : volumes_of(call, server)) ids.push_back(entry["id"]);
  return ids;
}

void begin_detaching(State& state, Volume& volume, const std::string& server_id) {
  volume.status = "detaching";
  finish_detachment(state, volume.id, server_id);
}

Response remove(const NovaCall& call, const Server& server) {
  for (const auto& id : attached_volumes(call, server)) {
    begin_detaching(call.state, *call.state.volumes.find(id), server.id);
  }
  call.state.servers.erase(server.id);
  Response response;
  response.code = 204;
  response.headers["Content-Type"] = "application/json";
  return response;
}

Json show_attachment(const NovaCall& call, const Server& server, const std::string& volume_id,
                     const Attachment& attachment) {
  Json shown{{"serverId", server.id}, {"volumeId", volume_id}, {"device", attachment.device}};
  if (call.minor < 89) shown["id"] = volume_id;
  if (call.minor >= 70) shown["tag"] = nullptr;
  if (call.minor >= 79) shown["delete_on_termination"] = false;
  if (call.minor >= 89) {
    shown["attachment_id"] = attachment.id;
    shown["bdm_uuid"] = attachment.id;
  }
  return shown;
}

Response list_attachments(const NovaCall& call, const Server& server) {
  Json rows = Json::array();
  for (const auto& id : attached_volumes(call, server)) {
    for (const auto& attachment : call.state.volumes.find(id)->attachments) {
      if (attachment.server_id == server.id) rows.push_back(show_attachment(call, server, id, attachment));
    }
  }
  return json_response(200, {{"volumeAttachments", rows}});
}

Response attach(const NovaCall& call, const Server& server) {
  const std::string id = text_field(body_member(call.request, "volumeAttachment"), "volumeId");
  Volume* volume = call.state.volumes.find(id);
  if (!volume || volume->project_id != server.project_id) refuse_not_found("Volume " + id + " could not be found.");
  if (!volume->attachments.empty() && !volume->multiattach) {
    refuse_bad_request("Invalid volume: volume " + id +
                       " is already attached to instances: " + volume->attachments.front().server_id);
  }
  if (volume->status != "available" && volume->status != "in-use") {
    refuse_bad_request("Invalid volume: volume '" + id + "' status must be 'available'. Currently in '" +
                       volume->status + "' status.");
  }
  Attachment made;
  made.id = new_uuid();
  made.server_id = server.id;
  made.device = "/dev/vd" + std::string(1, static_cast<char>('b' + attached_volumes(call, server).size() % 25));
  volume->status = "reserved";
  finish_attachment(call.state, id, made);
  return json_response(200, {{"volumeAttachment", show_attachment(call, server, id, made)}});
}

Response detach(const NovaCall& call, const Server& server, const std::string& volume_id) {
  const auto ids = attached_volumes(call, server);
  if (std::find(ids.begin(), ids.end(), volume_id) == ids.end()) {
    refuse_not_found("Instance " + server.id + " is not attached to volume " + volume_id);
  }
  begin_detaching(call.state, *call.state.volumes.find(volume_id), server.id);
  Response response;
  response.code = 202;
  response.headers["Content-Type"] = "application/json";
  return response;
}

Response attachments(const NovaCall& call, const Server& server) {
  const std::string& method = call.request.method;
  if (call.segments.size() == 3 && method == "GET") return list_attachments(call, server);
  if (call.segments.size() == 3 && method == "POST") return attach(call, server);
  if (call.segments.size() == 4 && method == "DELETE") return detach(call, server, call.segments[3]);
  refuse_no_such_path();
}

Response show_one(const NovaCall& call, const Server& server) {
  Json shown = show(call, server);
  if (call.minor >= 71) shown["server_groups"] = Json::array();
  return json_response(200, {{"server", shown}});
}

/// One, for clients that want to name one; it changes nothing.
Response flavors() {
  return json_response(200, {{"flavors", Json::array({{{"id", "1"}, {"name", "sim"}, {"links", Json::array()}}})}});
}

Response dispatch(const NovaCall& call) {
  const auto& segments = call.segments;
  const std::string& method = call.request.method;
  if (segments.size() == 1 && segments[0] == "flavors" && method == "GET") return flavors();
  if (segments.empty() || segments[0] != "servers") refuse_no_such_path();
  if (segments.size() == 1 && method == "POST") return create(call);
  if (segments.size() == 1 && method == "GET") return list(call, Listing::Brief);
  if (segments.size() == 1) refuse_no_such_path();
  if (segments.size() == 2 && segments[1] == "detail" && method == "GET") return list(call, Listing::Detailed);
  const Server* server = call.state.servers.find(segments[1]);
  if (!server || !call.caller.may_see(server->project_id)) {
    refuse_not_found("Instance " + segments[1] + " could not be found.");
  }
  if (segments.size() == 2 && method == "GET") return show_one(call, *server);
  if (segments.size() == 2 && method == "DELETE") return remove(call, *server);
  if (segments.size() >= 3 && segments[2] == "os-volume_attachments") return attachments(call, *server);
  refuse_no_such_path();
}

}  // namespace

Response compute(State& state, const Request& request, const std::string& path) {
  auto segments = path_segments(path);
  if (segments.empty()) return json_response(200, {{"versions", Json::array({version_document(state)})}});
  if (segments[0] != "v2.1") refuse_no_such_path();
  if (segments.size() == 1) {
    Response response = json_response(200, {{"version", version_document(state)}});
    mark_version(response, kSpoken.text(kSpoken.min_minor));
    return response;
  }
  const Caller caller = authenticate(state, request);
  const int minor = negotiate(kSpoken, asked_version(request));
  Response response;
  try {
    response = dispatch({state, request, caller, minor, {segments.begin() + 1, segments.end()}});
  } catch (Refused& refused) {
    response = std::move(refused.response);
    if (response.headers["Content-Type"] != "application/json") return response;
  }
  mark_version(response, kSpoken.text(minor));
  return response;
}

}  // namespace stillpoint::cloudsim
