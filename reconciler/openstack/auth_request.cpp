#include "openstack/auth_request.hpp"

#include "openstack/json_read.hpp"

namespace stillpoint::openstack {
namespace {

using support::ErrorKind;
using support::fail;
using support::Result;

/// By id if there is one, or by name within a domain.
Json named(const std::string& id, const std::string& name, const std::string& domain_id,
           const std::string& domain_name) {
  if (!id.empty()) {
    return {{"id", id}};
  }
  Json domain = domain_id.empty() ? Json{{"name", domain_name}} : Json{{"id", domain_id}};
  return {{"name", name}, {"domain", std::move(domain)}};
}

Json user_of(const CloudConfig& config) {
  // A domain's name that is written beats an id that was assumed.
  const std::string& id = config.user_domain_name.empty() ? config.user_domain_id : std::string();
  return named(config.user_id, config.username, id, config.user_domain_name);
}

Json identity_of(const CloudConfig& config) {
  switch (config.type) {
    case AuthType::Password: {
      Json user = user_of(config);
      user["password"] = config.password.reveal();
      return {{"methods", Json::array({"password"})}, {"password", {{"user", std::move(user)}}}};
    }
    case AuthType::ApplicationCredential: {
      Json credential{{"secret", config.application_credential_secret.reveal()}};
      if (!config.application_credential_id.empty()) {
        credential["id"] = config.application_credential_id;
      } else {
        credential["name"] = config.application_credential_name;
        credential["user"] = user_of(config);
      }
      return {{"methods", Json::array({"application_credential"})}, {"application_credential", std::move(credential)}};
    }
    case AuthType::Token:
      return {{"methods", Json::array({"token"})}, {"token", {{"id", config.token.reveal()}}}};
  }
  return {};
}

std::vector<Endpoint> read_catalog(JsonFields& token) {
  std::vector<Endpoint> catalog;
  for (const Json& service : token.array_or_empty("catalog")) {
    JsonFields service_fields(service, "service");
    const std::string type = service_fields.text_or_empty("type");
    for (const Json& endpoint : service_fields.array_or_empty("endpoints")) {
      JsonFields fields(endpoint, "endpoint");
      Endpoint read{type, fields.text_or_empty("interface"), fields.text_or_empty("region_id"),
                    fields.text_or_empty("url")};
      if (read.region.empty()) {
        read.region = fields.text_or_empty("region");
      }
      while (read.url.ends_with('/')) {
        read.url.pop_back();
      }
      catalog.push_back(std::move(read));
    }
  }
  return catalog;
}

/// Nothing of it is asked for where a session is all that is wanted: what is missing stays empty.
Holder read_holder(JsonFields& token) {
  Holder holder;
  if (token.member("user").is_object()) {
    JsonFields user(token.member("user"), "token.user");
    holder.user_id = user.text_or_empty("id");
    holder.password_expires_at = user.time_or_none("password_expires_at");
  }
  if (token.member("application_credential").is_object()) {
    JsonFields credential(token.member("application_credential"), "token.application_credential");
    holder.application_credential_id = credential.text_or_empty("id");
    holder.application_credential_name = credential.text_or_empty("name");
    holder.access_rules = credential.array_or_empty("access_rules").size();
  }
  return holder;
}

}  // namespace

std::string auth_body(const CloudConfig& config) {
  Json auth{{"identity", identity_of(config)}};
  if (config.type != AuthType::ApplicationCredential) {
    const std::string& id = config.project_domain_name.empty() ? config.project_domain_id : std::string();
    auth["scope"] = {{"project", named(config.project_id, config.project_name, id, config.project_domain_name)}};
  }
  // Bytes that are no UTF-8 cannot be a password in JSON; Keystone then refuses it.
  return Json{{"auth", std::move(auth)}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Session> read_session(const http::Response& response, support::SteadyTime asked_at) {
  auto body = parse_json(response.body);
  if (!body) {
    return pass_on(std::move(body));
  }
  JsonFields answer(*body, "body");
  JsonFields token(answer.object("token"), "token");
  Session session;
  session.token = support::Secret(response.header("x-subject-token"));
  session.issued_at = token.time("issued_at");
  const support::WallTime expires_at = token.time("expires_at");
  JsonFields project(token.object("project"), "token.project");
  session.project_id = project.text("id");
  session.holder = read_holder(token);
  session.catalog = read_catalog(token);
  for (const auto& status : {answer.status(), token.status(), project.status()}) {
    if (!status) {
      return fail(status.error());
    }
  }
  if (session.token.empty()) {
    return fail(ErrorKind::Protocol, "the answer has no X-Subject-Token header");
  }
  session.lifetime = std::chrono::floor<std::chrono::seconds>(expires_at - session.issued_at);
  session.expires = asked_at + session.lifetime;
  return session;
}

}  // namespace stillpoint::openstack
