#include "openstack/access_rules.hpp"

#include <algorithm>

#include "openstack/calls.hpp"

namespace stillpoint::openstack {
namespace {

using support::Result;

/// The path of an address, without a slash at its end.
std::string path_of(const std::string& url) {
  const std::size_t scheme = url.find("://");
  const std::size_t slash = url.find('/', scheme == std::string::npos ? 0 : scheme + 3);
  std::string path = slash == std::string::npos ? std::string() : url.substr(slash);
  while (path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

/// `{name}` of the path, where the session knows what it stands for.
std::string filled_in(std::string path, const std::string& name, const std::string& value) {
  if (const auto at = path.find(name); at != std::string::npos && !value.empty()) {
    path.replace(at, name.size(), value);
  }
  return path;
}

/// Where a service is asked, and all types under which the catalog has it.
struct Place {
  std::vector<std::string> endpoints;
  std::vector<std::string> types;
};

/// Neutron is asked by Nova, which goes by any of the interfaces: often one that we are not told to use, and that may
/// have another path.
std::vector<std::string> network_endpoints(const Session& session, const CloudConfig& config) {
  std::vector<std::string> endpoints;
  for (const Endpoint& known : session.catalog) {
    const bool is_here = config.region_name.empty() || known.region == config.region_name;
    const auto has_path = [&](const std::string& other) { return path_of(other) == path_of(known.url); };
    if (is_here && known.type == network_name().types.front() &&
        std::none_of(endpoints.begin(), endpoints.end(), has_path)) {
      endpoints.push_back(known.url);
    }
  }
  return endpoints;
}

Result<Place> place_of(Service service, const Session& session, const CloudConfig& config) {
  if (service == Service::Identity) {
    return Place{{config.auth_url}, {"identity"}};
  }
  const ServiceName& name = service == Service::Compute   ? compute_name()
                            : service == Service::Network ? network_name()
                                                          : block_storage_name();
  Place place;
  std::copy_if(name.types.begin(), name.types.end(), std::back_inserter(place.types), [&](const std::string& type) {
    return std::any_of(session.catalog.begin(), session.catalog.end(),
                       [&](const Endpoint& known) { return known.type == type; });
  });
  if (service == Service::Network) {
    place.endpoints = network_endpoints(session, config);
    return place;  // there may be none: a cloud without Neutron, where nobody asks it
  }
  auto endpoint = find_endpoint(session, name.types, config);
  if (!endpoint) {
    return pass_on(std::move(endpoint));
  }
  place.endpoints = {std::move(*endpoint)};
  return place;
}

std::string path_of(const KindOfCall& call, const std::string& endpoint, const Session& session) {
  std::string path = call.below == Below::Version ? path_of(version_url_of(endpoint)) + "/"
                                                  : path_of(endpoint) + std::string(call.path);
  path = filled_in(std::move(path), "{project_id}", session.project_id);
  return filled_in(std::move(path), "{user_id}", session.holder.user_id);
}

}  // namespace

Result<std::vector<AccessRule>> access_rules_of(const Session& session, const CloudConfig& config, Access access) {
  std::vector<AccessRule> rules;
  for (const KindOfCall& call : kinds_of_calls()) {
    if (access == Access::ReadOnly && call.effect == Effect::Changes) {
      continue;
    }
    const auto place = place_of(call.service, session, config);
    if (!place) {
      return support::fail(place.error());
    }
    for (const std::string& type : place->types) {
      for (const std::string& endpoint : place->endpoints) {
        rules.push_back({type, std::string(http::to_string(call.method)), path_of(call, endpoint, session)});
      }
    }
  }
  return rules;
}

Result<RulesOfCloud> ask_for_access_rules(const CloudConfig& config, support::Clock& clock, http::Observer observer,
                                          Access access, support::Deadline deadline) {
  const auto client = make_client(config, clock, std::move(observer));
  Identity identity(config, *client, clock);
  const auto session = identity.session(deadline);
  if (!session) {
    return support::fail(identity.redaction().error(session.error()));
  }
  auto rules = access_rules_of(**session, config, access);
  if (!rules) {
    return support::fail(identity.redaction().error(rules.error()));  // it says what the catalog has
  }
  return RulesOfCloud{(*session)->project_id, (*session)->holder.user_id, std::move(*rules)};
}

}  // namespace stillpoint::openstack
