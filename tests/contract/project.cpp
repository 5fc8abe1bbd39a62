#include "contract/project.hpp"

#include <stdexcept>

namespace stillpoint::contract {

namespace {

using http::Method;
using Json = nlohmann::json;

constexpr std::chrono::seconds kPatience{120};
constexpr std::chrono::milliseconds kPollPause{50};
constexpr const char* kVolumeVersion = "volume 3.66";
constexpr const char* kComputeVersion = "compute 2.53";

Json named(const std::string& id, const std::string& name) {
  return id.empty() ? Json{{"name", name}} : Json{{"id", id}};
}

Json in_domain(Json object, const std::string& id, const std::string& name) {
  if (!object.contains("id")) object["domain"] = named(id, name.empty() ? "Default" : name);
  return object;
}

Json password_login(const openstack::CloudConfig& config) {
  Json user = in_domain(named(config.user_id, config.username), config.user_domain_id, config.user_domain_name);
  user["password"] = config.password.reveal();
  const Json project =
      in_domain(named(config.project_id, config.project_name), config.project_domain_id, config.project_domain_name);
  const Json identity{{"methods", Json::array({"password"})}, {"password", {{"user", user}}}};
  return {{"auth", {{"identity", identity}, {"scope", {{"project", project}}}}}};
}

}  // namespace

Project::Project(openstack::CloudConfig config, support::Clock& clock)
    : config_(std::move(config)), clock_(clock), client_(http::make_client({}, clock)) {
  log_in();
}

void Project::log_in() {
  if (config_.type != openstack::AuthType::Password) {
    throw std::runtime_error("the contract suite needs a cloud with a user name and a password");
  }
  http::Request request;
  request.method = Method::Post;
  request.url = config_.auth_url + "/auth/tokens";
  request.body = password_login(config_).dump();
  request.service = "identity";
  const auto response = client_->send(request, support::Deadline::after(clock_, kPatience));
  if (!response) throw std::runtime_error(response.error().to_string());
  if (response->code != 201) throw std::runtime_error("cannot log in: " + response->body);
  const Json token = Json::parse(response->body).at("token");
  token_ = response->header("x-subject-token");
  project_id_ = token.at("project").at("id");
  catalog_ = token.at("catalog");
}

std::string Project::endpoint(const std::string& type) const {
  for (const auto& service : catalog_) {
    if (service.at("type") != type) continue;
    for (const auto& endpoint : service.at("endpoints")) {
      const bool right_region = config_.region_name.empty() || endpoint.at("region") == config_.region_name;
      if (endpoint.at("interface") == "public" && right_region) return endpoint.at("url");
    }
  }
  return {};
}

Project::Answer Project::send(Method method, const std::string& url, const Json& body) {
  http::Request request;
  request.method = method;
  request.url = url;
  request.headers = {{"X-Auth-Token", token_}};
  const bool is_compute = url.starts_with(endpoint("compute"));
  request.headers["OpenStack-API-Version"] = is_compute ? kComputeVersion : kVolumeVersion;
  if (!body.is_null()) request.body = body.dump();
  request.repeat = method == Method::Post ? http::Repeat::Never : http::Repeat::Safe;
  request.service = "setup";
  const auto response = client_->send(request, support::Deadline::after(clock_, kPatience));
  if (!response) throw std::runtime_error(response.error().to_string());
  return {response->code, Json::parse(response->body, nullptr, false)};
}

Json Project::demand(Method method, const std::string& url, int code, const Json& body) {
  Answer answer = send(method, url, body);
  if (answer.code == code) return std::move(answer.body);
  throw std::runtime_error(std::string(http::to_string(method)) + " " + url + ": " + std::to_string(answer.code) + " " +
                           answer.body.dump());
}

void Project::await(const std::string& what, const std::function<bool()>& is_so) {
  const auto deadline = support::Deadline::after(clock_, kPatience);
  while (!is_so()) {
    if (deadline.passed(clock_)) throw std::runtime_error("waited in vain for " + what);
    clock_.sleep_for(kPollPause);
  }
}

std::string Project::type_or_default(const std::string& type) {
  const Json types = demand(Method::Get, endpoint("volumev3") + "/types", 200).at("volume_types");
  for (const auto& entry : types) {
    if (entry.at("name") == type) return type;
  }
  return {};
}

std::string Project::volume_status(const std::string& id) {
  const Answer answer = send(Method::Get, endpoint("volumev3") + "/volumes/" + id);
  return answer.code == 404 ? "gone" : answer.body.at("volume").at("status").get<std::string>();
}

cloud::VolumeId Project::await_volume(const Json& wanted) {
  const Json made = demand(Method::Post, endpoint("volumev3") + "/volumes", 202, {{"volume", wanted}});
  const std::string id = made.at("volume").at("id");
  await("volume " + id, [&] { return volume_status(id) != "creating"; });
  if (const std::string status = volume_status(id); status != "available") {
    throw std::runtime_error("volume " + id + " has become " + status);
  }
  return cloud::VolumeId(id);
}

cloud::VolumeId Project::create_volume(const std::string& name, const std::string& type) {
  Json wanted{{"name", name}, {"size", 1}};
  if (!type.empty()) wanted["volume_type"] = type;
  return await_volume(wanted);
}

cloud::VolumeId Project::restore(const cloud::SnapshotId& snapshot, const std::string& name) {
  return await_volume({{"name", name}, {"snapshot_id", snapshot.str()}});
}

void Project::delete_volume(const cloud::VolumeId& id) {
  const std::string url = endpoint("volumev3") + "/volumes/" + id.str();
  await("the deletion of " + id.str() + " to be accepted", [&] {
    const int code = send(Method::Delete, url).code;
    return code == 202 || code == 404;
  });
  await("volume " + id.str() + " to be gone", [&] { return volume_status(id.str()) == "gone"; });
}

cloud::ServerId Project::create_server(const std::string& name) {
  const std::string compute = endpoint("compute");
  Json wanted{{"name", name}, {"networks", "none"}, {"metadata", {{"purpose", "contract"}}}};
  wanted["flavorRef"] = demand(Method::Get, compute + "/flavors", 200).at("flavors").at(0).at("id");
  if (const std::string images = endpoint("image"); !images.empty()) {
    const Json list = demand(Method::Get, images + "/v2/images", 200).at("images");
    if (!list.empty()) wanted["imageRef"] = list.at(0).at("id");
  }
  const Json made = demand(Method::Post, compute + "/servers", 202, {{"server", wanted}});
  const std::string id = made.at("server").at("id");
  await("server " + id,
        [&] { return demand(Method::Get, compute + "/servers/" + id, 200).at("server").at("status") == "ACTIVE"; });
  return cloud::ServerId(id);
}

void Project::delete_server(const cloud::ServerId& id) {
  const std::string url = endpoint("compute") + "/servers/" + id.str();
  send(Method::Delete, url);
  await("server " + id.str() + " to be gone", [&] { return send(Method::Get, url).code == 404; });
}

void Project::attach(const cloud::ServerId& server, const cloud::VolumeId& volume) {
  demand(Method::Post, endpoint("compute") + "/servers/" + server.str() + "/os-volume_attachments", 200,
         {{"volumeAttachment", {{"volumeId", volume.str()}}}});
  await("the attachment of " + volume.str(), [&] { return volume_status(volume.str()) == "in-use"; });
}

void Project::detach(const cloud::ServerId& server, const cloud::VolumeId& volume) {
  send(Method::Delete, endpoint("compute") + "/servers/" + server.str() + "/os-volume_attachments/" + volume.str());
  await("the detachment of " + volume.str(), [&] { return volume_status(volume.str()) == "available"; });
}

long Project::set_quota(const std::string& project_id, const std::string& resource, long limit) {
  const std::string url = endpoint("volumev3") + "/os-quota-sets/" + project_id;
  const long before = demand(Method::Get, url, 200).at("quota_set").at(resource);
  demand(Method::Put, url, 200, {{"quota_set", {{resource, limit}}}});
  return before;
}

}  // namespace stillpoint::contract
