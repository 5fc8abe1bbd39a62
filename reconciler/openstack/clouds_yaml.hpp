#pragma once

#include <map>
#include <string>

#include "support/result.hpp"
#include "support/secret.hpp"

namespace stillpoint::openstack {

/// The environment variables of a process, passed in so that tests decide them.
using Environment = std::map<std::string, std::string>;

/// The variables of this process.
Environment current_environment();

enum class AuthType { Password, ApplicationCredential, Token };

/// How to reach one project of one cloud, checked: whatever `type` needs is there.
struct CloudConfig {
  std::string name;      ///< the entry of clouds.yaml; empty if it came from `OS_*`
  std::string source;    ///< for messages: the file, or `the OS_* environment`
  std::string auth_url;  ///< ends in `/v3`
  AuthType type = AuthType::Password;

  std::string username;
  std::string user_id;
  std::string user_domain_name;
  std::string user_domain_id;
  support::Secret password;

  std::string application_credential_id;
  std::string application_credential_name;
  support::Secret application_credential_secret;

  support::Secret token;

  std::string project_name;
  std::string project_id;
  std::string project_domain_name;
  std::string project_domain_id;

  std::string region_name;           ///< empty: the catalog's only one
  std::string interface = "public";  ///< `public`, `internal` or `admin`
  std::string cacert;                ///< PEM file; the system's store if empty
};

/// The entry of clouds.yaml that `name` stands for, whether it is there or not: an empty name means `OS_CLOUD`. Empty
/// if that is not set either: the `OS_*` variables.
std::string cloud_name(const std::string& name, const Environment& env);

/// Reads the entry `name` of clouds.yaml with secure.yaml laid over it, from where openstacksdk looks for them. An
/// empty name means `OS_CLOUD`, and without that the `OS_*` variables themselves. Errors are InvalidInput (the text
/// names the file and what would be right, and never a secret). The configuration's name is that of `cloud_name`.
support::Result<CloudConfig> load_cloud_config(const std::string& name, const Environment& env);

}  // namespace stillpoint::openstack
