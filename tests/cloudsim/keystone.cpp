#include <algorithm>
#include <optional>
#include <regex>

#include "secrets.hpp"
#include "services.hpp"
#include "support/ids.hpp"

namespace stillpoint::cloudsim {

namespace {

constexpr int kTokenBytes = 48;

Response identity_error(const State& state, int code, const std::string& title, const std::string& message) {
  Response response = json_response(code, {{"error", {{"code", code}, {"message", message}, {"title", title}}}});
  response.headers["Vary"] = "X-Auth-Token";
  if (code == 401) response.headers["WWW-Authenticate"] = "Keystone uri=\"" + state.base_url + "/identity/v3\"";
  return response;
}

Response unauthorized(const State& state) {
  return identity_error(state, 401, "Unauthorized", "The request you have made requires authentication.");
}

Response no_such_resource(const State& state) {
  return identity_error(state, 404, "Not Found", "The resource could not be found.");
}

Json version_document(const State& state) {
  return {{"id", "v3.14"},
          {"status", "stable"},
          {"updated", "2020-04-07T00:00:00Z"},
          {"links", Json::array({{{"rel", "self"}, {"href", state.base_url + "/identity/v3/"}}})},
          {"media-types",
           Json::array({{{"base", "application/json"}, {"type", "application/vnd.openstack.identity-v3+json"}}})}};
}

bool in_default_domain(const Json& named) {
  const Json domain = named.value("domain", Json::object());
  return domain.value("id", std::string()) == "default" || domain.value("name", std::string()) == "Default";
}

/// Finds by `id`, or by `name` within the default domain.
template <class Row>
const Row* find_named(const std::map<std::string, Row>& rows, const Json& wanted) {
  if (wanted.contains("id")) {
    const auto found = rows.find(wanted.value("id", std::string()));
    return found == rows.end() ? nullptr : &found->second;
  }
  for (const auto& [id, row] : rows) {
    if (in_default_domain(wanted) && row.name == wanted.value("name", std::string())) return &row;
  }
  return nullptr;
}

struct Login {
  const User* user = nullptr;
  const ApplicationCredential* credential = nullptr;
  std::optional<int64_t> expires_at;  ///< that of the token it was made from
};

Login login_by_password(const State& state, const Json& identity) {
  const Json user = identity.value("password", Json::object()).value("user", Json::object());
  const User* found = find_named(state.users, user);
  if (!found || found->password != user.value("password", std::string())) return {};
  return {found, nullptr, std::nullopt};
}

Login login_by_credential(const State& state, const Json& identity) {
  const Json wanted = identity.value("application_credential", Json::object());
  for (const auto& [id, credential] : state.credentials) {
    const bool named = wanted.contains("id") ? wanted.value("id", std::string()) == id
                                             : wanted.value("name", std::string()) == credential.name &&
                                                   find_named(state.users, wanted.value("user", Json::object())) ==
                                                       &state.users.at(credential.user_id);
    if (named && wanted.value("secret", std::string()) == credential.secret) {
      return {&state.users.at(credential.user_id), &credential, std::nullopt};
    }
  }
  return {};
}

Login login_by_token(const State& state, const Json& identity) {
  const auto found = state.tokens.find(identity.value("token", Json::object()).value("id", std::string()));
  if (found == state.tokens.end() || found->second.expires_at <= state.now()) return {};
  return {&state.users.at(found->second.user_id), nullptr, found->second.expires_at};
}

Login log_in(const State& state, const Json& identity, std::string& method) {
  const Json methods = identity.value("methods", Json::array());
  method = methods.size() == 1 && methods[0].is_string() ? methods[0].get<std::string>() : std::string();
  if (method == "password") return login_by_password(state, identity);
  if (method == "application_credential") return login_by_credential(state, identity);
  if (method == "token") return login_by_token(state, identity);
  return {};
}

Json catalog_entry(const std::string& type, const std::string& name, const std::string& url) {
  Json endpoints = Json::array();
  for (const char* interface : {"public", "internal"}) {
    endpoints.push_back({{"id", new_keystone_id()},
                         {"interface", interface},
                         {"region", "RegionOne"},
                         {"region_id", "RegionOne"},
                         {"url", url}});
  }
  return {{"type", type}, {"name", name}, {"id", new_keystone_id()}, {"endpoints", endpoints}};
}

Json catalog(const State& state, const std::string& project_id) {
  const auto entry = [&state](const std::string& type, const std::string& name, const std::string& own) {
    const auto forced = state.settings.endpoints.find(type);
    return catalog_entry(type, name, forced == state.settings.endpoints.end() ? state.base_url + own : forced->second);
  };
  return Json::array({entry("volumev3", "cinderv3", "/volume/v3/" + project_id),
                      entry("compute", "nova", "/compute/v2.1"), entry("image", "glance", "/image"),
                      entry("identity", "keystone", "/identity/v3")});
}

const Json& default_domain() {
  static const Json domain{{"id", "default"}, {"name", "Default"}};
  return domain;
}

Json roles_of(const User& user) {
  Json roles = Json::array({{{"id", "role-member"}, {"name", "member"}}, {{"id", "role-reader"}, {"name", "reader"}}});
  if (user.admin) roles.push_back({{"id", "role-admin"}, {"name", "admin"}});
  return roles;
}

Json token_document(const State& state, const Token& token, const User& user, const std::string& method) {
  Json document{
      {"methods", Json::array({method})},
      {"issued_at", iso_time(token.issued_at) + "Z"},
      {"expires_at", iso_time(token.expires_at) + "Z"},
      {"audit_ids", Json::array({support::random_hex(11)})},
      {"user", {{"id", user.id}, {"name", user.name}, {"domain", default_domain()}, {"password_expires_at", nullptr}}}};
  if (token.project_id.empty()) return document;
  const Project& project = state.projects.at(token.project_id);
  document["project"] = {{"id", project.id}, {"name", project.name}, {"domain", default_domain()}};
  document["is_domain"] = false;
  document["roles"] = roles_of(user);
  document["catalog"] = catalog(state, project.id);
  return document;
}

Response issue_token(State& state, const Request& request) {
  const Json body = Json::parse(request.body, nullptr, false);
  if (body.is_discarded() || !body.contains("auth")) {
    return identity_error(state, 400, "Bad Request", "Expecting to find auth in request body.");
  }
  const Json& auth = body["auth"];
  std::string method;
  const Login login = log_in(state, auth.value("identity", Json::object()), method);
  if (!login.user) return unauthorized(state);

  Token token;
  token.user_id = login.user->id;
  token.issued_at = state.now();
  token.expires_at = login.expires_at.value_or(token.issued_at + state.settings.token_lifetime.count());
  if (login.credential) {
    token.project_id = login.credential->project_id;
    token.access_rules = login.credential->access_rules;
  } else if (auth.contains("scope")) {
    const Project* project = find_named(state.projects, auth["scope"].value("project", Json::object()));
    if (!project || project->id != login.user->project_id) return unauthorized(state);
    token.project_id = project->id;
  }
  Json document = token_document(state, token, *login.user, method);
  if (login.credential) {
    document["application_credential"] = {
        {"id", login.credential->id}, {"name", login.credential->name}, {"restricted", true}};
    if (!token.access_rules.empty()) document["application_credential"]["access_rules"] = token.access_rules;
  }
  const std::string id = make_secret("sim-", kTokenBytes);
  state.tokens[id] = token;
  state.journal.add({{"what", "token"}, {"token", id}});
  Response response = json_response(201, {{"token", document}});
  response.headers["X-Subject-Token"] = id;
  response.headers["Vary"] = "X-Auth-Token";
  return response;
}

Json show_credential(const ApplicationCredential& credential, const User& user) {
  Json shown{{"id", credential.id},
             {"name", credential.name},
             {"project_id", credential.project_id},
             {"user_id", credential.user_id},
             {"unrestricted", false},
             {"description", nullptr},
             {"expires_at", credential.expires_at.empty() ? Json() : Json(credential.expires_at)},
             {"roles", roles_of(user)}};
  if (!credential.access_rules.is_null()) shown["access_rules"] = credential.access_rules;
  return shown;
}

Response get_credential(const State& state, const Request& request, const std::string& user_id, const std::string& id) {
  const Caller caller = authenticate(state, request);
  const auto found = state.credentials.find(id);
  if (caller.user->id != user_id || found == state.credentials.end()) return no_such_resource(state);
  return json_response(200, {{"application_credential", show_credential(found->second, *caller.user)}});
}

Response create_credential(State& state, const Request& request, const std::string& user_id) {
  const Caller caller = authenticate(state, request);
  if (caller.user->id != user_id) return no_such_resource(state);
  const Json wanted = body_member(request, "application_credential");
  ApplicationCredential made;
  made.id = new_keystone_id();
  made.name = wanted.value("name", std::string());
  made.secret = wanted.contains("secret") ? text_field(wanted, "secret") : make_secret("", kTokenBytes);
  made.user_id = user_id;
  made.project_id = caller.project_id;
  made.access_rules = wanted.value("access_rules", Json());
  made.expires_at = text_field(wanted, "expires_at");
  state.credentials[made.id] = made;
  Json shown = show_credential(made, *caller.user);
  shown["secret"] = made.secret;
  return json_response(201, {{"application_credential", shown}});
}

Response revoke_token(State& state, const Request& request) {
  authenticate(state, request);
  if (state.tokens.erase(request.header("x-subject-token")) == 0) return no_such_resource(state);
  Response response;
  response.code = 204;
  return response;
}

/// The type that a service calls itself in the filter that checks access rules.
std::string type_of(const std::string& path) {
  if (path.starts_with("/volume/")) return "volumev3";
  if (path.starts_with("/compute/")) return "compute";
  return path.starts_with("/identity/") ? "identity" : "image";
}

/// As keystonemiddleware does it: `**` is anything, `*` and `{name}` are one segment.
bool path_matches(const std::string& path, const std::string& pattern) {
  static const std::regex kWild("\\*\\*|\\*|\\{[^}]*\\}");
  std::string expression;
  auto begin = pattern.begin();
  for (std::sregex_iterator at(pattern.begin(), pattern.end(), kWild), end; at != end; ++at) {
    expression.append(begin, pattern.begin() + at->position());
    expression += at->str() == "**" ? ".*" : "[^/]+";
    begin = pattern.begin() + at->position() + at->length();
  }
  expression.append(begin, pattern.end());
  return std::regex_match(path, std::regex(expression));
}

/// Keystone 22 does not hold its own API to the rules; a later one may, so this one does.
bool is_allowed(const Token& token, const Request& request) {
  const std::string type = type_of(request.path);
  return token.access_rules.is_null() ||
         std::any_of(token.access_rules.begin(), token.access_rules.end(), [&](const Json& rule) {
           return rule.at("method") == request.method && rule.at("service") == type &&
                  path_matches(request.path, rule.at("path").get<std::string>());
         });
}

}  // namespace

Caller authenticate(const State& state, const Request& request) {
  const auto found = state.tokens.find(request.header("x-auth-token"));
  if (found == state.tokens.end() || found->second.expires_at <= state.now() || !is_allowed(found->second, request)) {
    Response response = unauthorized(state);
    response.headers.erase("Vary");
    refuse(std::move(response));
  }
  return {&found->second, &state.users.at(found->second.user_id), found->second.project_id};
}

Response identity(State& state, const Request& request, const std::string& path) {
  const auto segments = path_segments(path);
  if (segments.empty()) {
    return json_response(300, {{"versions", {{"values", Json::array({version_document(state)})}}}});
  }
  if (segments[0] != "v3") return no_such_resource(state);
  if (segments.size() == 1) {
    Response response = json_response(200, {{"version", version_document(state)}});
    response.headers["Vary"] = "X-Auth-Token";
    return response;
  }
  const bool tokens = segments.size() == 3 && segments[1] == "auth" && segments[2] == "tokens";
  if (tokens && request.method == "POST") return issue_token(state, request);
  if (tokens && request.method == "DELETE") return revoke_token(state, request);
  if (segments.size() == 4 && segments[1] == "users" && segments[3] == "application_credentials" &&
      request.method == "POST") {
    return create_credential(state, request, segments[2]);
  }
  if (segments.size() == 5 && segments[1] == "users" && segments[3] == "application_credentials" &&
      request.method == "GET") {
    return get_credential(state, request, segments[2], segments[4]);
  }
  return no_such_resource(state);
}

}  // namespace stillpoint::cloudsim
