#pragma once

#include <span>
#include <string_view>

#include "http/client.hpp"
#include "openstack/api.hpp"

namespace stillpoint::openstack {

enum class Service { BlockStorage, Compute, Network, Identity };

/// Below what a call's path lies: the service's endpoint in the catalog, the part of it that names the API's version
/// (`/v3/`), or Keystone's `auth_url`.
enum class Below { Endpoint, Version, AuthUrl };

enum class Effect { Looks, Changes };

/// One kind of request that this module sends with a token, or that Nova sends with the same token for its sake.
struct KindOfCall {
  Service service;
  http::Method method;
  Below below;
  /// `{name}` stands for one segment. `{project_id}` and `{user_id}` are those of the token.
  std::string_view path;
  Effect effect;
};

/// Every kind of request that is sent with our token, and no other. What a request's path is made of is in the code
/// that sends it; tests hold what is sent against this table, since access rules are made of it.
std::span<const KindOfCall> kinds_of_calls();

/// What the services are called in the catalog and in headers.
const ServiceName& block_storage_name();
const ServiceName& compute_name();
/// Nova asks it; we do not.
const ServiceName& network_name();

}  // namespace stillpoint::openstack
