#include "openstack/clouds_yaml.hpp"

#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "openstack/cloud_entry.hpp"
#include "support/text.hpp"

namespace stillpoint::openstack {
namespace {

using support::Error;
using support::ErrorKind;
using support::fail;
using support::printable;
using support::Result;
using support::Secret;
using support::Status;

/// The first of the settings that is there and not empty.
std::string first_of(const Settings& settings, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto found = settings.find(name);
    if (found != settings.end() && !found->second.empty()) {
      return found->second;
    }
  }
  return {};
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

bool is_one_of(const std::string& text, std::initializer_list<const char*> words) {
  return std::any_of(words.begin(), words.end(), [&](const char* word) { return text == word; });
}

Settings settings_of(const Environment& env) {
  static const std::map<std::string, std::string> kPlain{{"OS_REGION_NAME", "region_name"},
                                                         {"OS_INTERFACE", "interface"},
                                                         {"OS_ENDPOINT_TYPE", "endpoint_type"},
                                                         {"OS_CACERT", "cacert"},
                                                         {"OS_INSECURE", "insecure"},
                                                         {"OS_AUTH_TYPE", "auth_type"},
                                                         {"OS_IDENTITY_API_VERSION", "identity_api_version"}};
  Settings settings;
  for (const auto& [name, value] : env) {
    if (const auto plain = kPlain.find(name); plain != kPlain.end()) {
      settings[plain->second] = value;
    } else if (name.starts_with("OS_")) {
      settings["auth." + lower(name.substr(3))] = value;
    }
  }
  return settings;
}

/// Turns settings into a configuration, or says what is wrong with them.
class Decoder {
 public:
  Decoder(const Settings& settings, std::string name, std::string source) : settings_(settings) {
    config_.name = std::move(name);
    config_.source = std::move(source);
  }

  Result<CloudConfig> decode() {
    for (const auto step : {&Decoder::refuse_unsupported, &Decoder::decode_address, &Decoder::decode_type,
                            &Decoder::decode_credentials, &Decoder::decode_project}) {
      if (Status done = (this->*step)(); !done) {
        return pass_on(std::move(done));
      }
    }
    return config_;
  }

 private:
  tl::unexpected<Error> bad(const std::string& why) const {
    const std::string entry = config_.name.empty() ? "" : ", cloud `" + printable(config_.name) + "`";
    return fail(ErrorKind::InvalidInput, config_.source + entry + ": " + why);
  }

  Status refuse_unsupported() {
    for (const char* key : {"profile", "cloud"}) {
      if (!first_of(settings_, {key}).empty()) {
        return bad(std::string("`") + key +
                   "` (a vendor's defaults) is not supported; write `auth_url`, `region_name` and "
                   "the rest into the entry itself");
      }
    }
    if (is_one_of(lower(first_of(settings_, {"verify"})), {"false", "no", "off", "0"}) ||
        is_one_of(lower(first_of(settings_, {"insecure"})), {"true", "yes", "on", "1"})) {
      return bad(
          "certificates are always verified; instead of turning that off, name the cloud's authority with `cacert`");
    }
    if (!first_of(settings_, {"cert", "key"}).empty()) {
      return bad("client certificates (`cert`, `key`) are not supported");
    }
    const std::string version = first_of(settings_, {"identity_api_version"});
    if (!version.empty() && !version.starts_with('3')) {
      return bad("`identity_api_version` is " + printable(version) +
                 "; only version 3 of the identity API is supported");
    }
    return {};
  }

  Status decode_address() {
    config_.auth_url = first_of(settings_, {"auth.auth_url"});
    if (config_.auth_url.empty()) {
      return bad("`auth.auth_url` is missing: the address of Keystone, e.g. https://cloud.example.org:5000/v3");
    }
    while (config_.auth_url.ends_with('/')) {
      config_.auth_url.pop_back();
    }
    if (config_.auth_url.ends_with("/v2.0")) {
      return bad("`auth.auth_url` leads to version 2.0 of the identity API; only version 3 is supported");
    }
    if (!config_.auth_url.ends_with("/v3")) {
      config_.auth_url += "/v3";
    }
    config_.region_name = first_of(settings_, {"region_name"});
    config_.cacert = first_of(settings_, {"cacert"});
    const std::string interface = lower(first_of(settings_, {"interface", "endpoint_type"}));
    if (!interface.empty()) {
      config_.interface = interface.ends_with("url") ? interface.substr(0, interface.size() - 3) : interface;
    }
    if (!is_one_of(config_.interface, {"public", "internal", "admin"})) {
      return bad("`interface` is " + printable(interface) + "; it must be public, internal or admin");
    }
    return {};
  }

  Status decode_type() {
    const std::string written = first_of(settings_, {"auth_type"});
    const bool has_credential =
        !first_of(settings_, {"auth.application_credential_id", "auth.application_credential_name"}).empty();
    const bool has_password = !first_of(settings_, {"auth.password"}).empty();
    const bool has_token = !first_of(settings_, {"auth.token"}).empty();
    if (is_one_of(written, {"password", "v3password"})) {
      config_.type = AuthType::Password;
    } else if (written == "v3applicationcredential" || (written.empty() && has_credential)) {
      config_.type = AuthType::ApplicationCredential;
    } else if (is_one_of(written, {"token", "v3token"})) {
      config_.type = AuthType::Token;
    } else if (!written.empty()) {
      return bad("`auth_type` is " + printable(written) +
                 "; supported are v3password, v3applicationcredential and v3token");
    } else {
      config_.type = has_token && !has_password ? AuthType::Token : AuthType::Password;
    }
    return {};
  }

  Status decode_credentials() {
    config_.username = first_of(settings_, {"auth.username", "auth.user_name"});
    config_.user_id = first_of(settings_, {"auth.user_id"});
    config_.user_domain_name =
        first_of(settings_, {"auth.user_domain_name", "auth.domain_name", "auth.default_domain_name"});
    config_.user_domain_id =
        first_of(settings_, {"auth.user_domain_id", "auth.domain_id", "auth.default_domain_id", "auth.default_domain"});
    switch (config_.type) {
      case AuthType::Password:
        config_.password = Secret(first_of(settings_, {"auth.password"}));
        return check_password();
      case AuthType::ApplicationCredential:
        config_.application_credential_id = first_of(settings_, {"auth.application_credential_id"});
        config_.application_credential_name = first_of(settings_, {"auth.application_credential_name"});
        config_.application_credential_secret = Secret(first_of(settings_, {"auth.application_credential_secret"}));
        return check_application_credential();
      case AuthType::Token:
        config_.token = Secret(first_of(settings_, {"auth.token"}));
        return config_.token.empty() ? bad("`auth.token` is missing") : Status();
    }
    return {};
  }

  Status check_password() {
    if (config_.username.empty() && config_.user_id.empty()) {
      return bad("`auth.username` (or `auth.user_id`) is missing");
    }
    if (config_.password.empty()) {
      return bad("`auth.password` is missing; it may stand in secure.yaml");
    }
    default_user_domain();
    return {};
  }

  Status check_application_credential() {
    if (config_.application_credential_id.empty() && config_.application_credential_name.empty()) {
      return bad("`auth.application_credential_id` is missing");
    }
    if (config_.application_credential_secret.empty()) {
      return bad("`auth.application_credential_secret` is missing; it may stand in secure.yaml");
    }
    if (config_.application_credential_id.empty() && config_.username.empty() && config_.user_id.empty()) {
      return bad("`auth.application_credential_name` needs `auth.username` or `auth.user_id`, or use the id");
    }
    default_user_domain();
    return {};
  }

  /// As the `openstack` command does: who names no domain means the one with the id `default`.
  void default_user_domain() {
    if (config_.user_id.empty() && config_.user_domain_name.empty() && config_.user_domain_id.empty()) {
      config_.user_domain_id = "default";
    }
  }

  Status decode_project() {
    if (config_.type == AuthType::ApplicationCredential) {
      return {};  // It is bound to its project.
    }
    config_.project_id = first_of(settings_, {"auth.project_id", "auth.tenant_id"});
    config_.project_name = first_of(settings_, {"auth.project_name", "auth.tenant_name"});
    config_.project_domain_id = first_of(
        settings_, {"auth.project_domain_id", "auth.domain_id", "auth.default_domain_id", "auth.default_domain"});
    config_.project_domain_name =
        first_of(settings_, {"auth.project_domain_name", "auth.domain_name", "auth.default_domain_name"});
    if (config_.project_id.empty() && config_.project_name.empty()) {
      return bad("`auth.project_name` (or `auth.project_id`) is missing: snapshots belong to a project");
    }
    if (config_.project_id.empty() && config_.project_domain_name.empty() && config_.project_domain_id.empty()) {
      config_.project_domain_id = "default";
    }
    return {};
  }

  const Settings& settings_;
  CloudConfig config_;
};

}  // namespace

Environment current_environment() {
  Environment variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (const size_t equals = text.find('='); equals != std::string::npos) {
      variables[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  return variables;
}

std::string cloud_name(const std::string& name, const Environment& env) {
  return name.empty() ? variable(env, "OS_CLOUD") : name;
}

Result<CloudConfig> load_cloud_config(const std::string& name, const Environment& env) {
  const std::string wanted = cloud_name(name, env);
  if (wanted.empty()) {
    if (variable(env, "OS_AUTH_URL").empty()) {
      return fail(
          ErrorKind::InvalidInput,
          "no cloud is named: say which entry of clouds.yaml is meant (`--os-cloud`, `spec.cloud` or OS_CLOUD), "
          "or set OS_AUTH_URL and the other OS_* variables");
    }
    return Decoder(settings_of(env), "", "the OS_* environment").decode();
  }
  auto entry = read_cloud_entry(wanted, env);
  if (!entry) {
    return pass_on(std::move(entry));
  }
  return Decoder(entry->settings, wanted, entry->file).decode();
}

}  // namespace stillpoint::openstack
