#pragma once

#include <string>
#include <vector>

#include "http/client.hpp"
#include "openstack/clouds_yaml.hpp"
#include "openstack/identity.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// One request that an application credential may send, as Keystone's access rules say it: `*` and `{name}` in the path
/// stand for one segment.
struct AccessRule {
  std::string service;  ///< the type in the catalog
  std::string method;
  std::string path;  ///< as the service sees it, the version and the project included
  friend bool operator==(const AccessRule&, const AccessRule&) = default;
};

/// Reading alone is enough for all commands but those that change the cloud.
enum class Access { ReadOnly, Full };

/// The rules for everything that this module asks of the session's project, and nothing else. Where the catalog has a
/// service under several types, each rule comes with each of them: which one it checks only the service knows. Pure.
/// InvalidInput if the catalog lacks a service.
support::Result<std::vector<AccessRule>> access_rules_of(const Session& session, const CloudConfig& config,
                                                         Access access);

/// Whose rules they are, and the rules.
struct RulesOfCloud {
  std::string project_id;
  std::string user_id;
  std::vector<AccessRule> rules;
};

/// The same of a cloud, which is asked for its catalog by logging in; nothing else is asked. Errors are those of a
/// login, and InvalidInput.
support::Result<RulesOfCloud> ask_for_access_rules(const CloudConfig& config, support::Clock& clock,
                                                   http::Observer observer, Access access, support::Deadline deadline);

}  // namespace stillpoint::openstack
