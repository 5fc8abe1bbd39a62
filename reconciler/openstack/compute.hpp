#pragma once

#include <vector>

#include "cloud/types.hpp"
#include "openstack/api.hpp"
#include "openstack/listing_limits.hpp"

namespace stillpoint::openstack {

/// Nova's servers, read from its JSON. Errors are Protocol.
support::Result<cloud::Server> read_server(const Json& json);

/// Nova. The calls are those of `cloud::Cloud`, whose comments hold here.
class Compute {
 public:
  /// The references must outlive it.
  Compute(Identity& identity, http::Client& client, support::Clock& clock, ListingLimits limits);

  support::Result<std::vector<cloud::Server>> list_servers(support::Deadline deadline);

 private:
  Api api_;
  const ListingLimits limits_;
};

}  // namespace stillpoint::openstack
