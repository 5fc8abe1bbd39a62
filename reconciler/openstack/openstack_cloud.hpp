#pragma once

#include <memory>
#include <stop_token>

#include "cloud/cloud.hpp"
#include "http/client.hpp"
#include "openstack/clouds_yaml.hpp"
#include "openstack/listing_limits.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// The project over Keystone, Cinder and Nova. Authenticates before it returns, so that a wrong password is said at
/// once; Interrupted if `stop` is requested meanwhile. `clock` must outlive the cloud; `observer` sees every try of
/// every request and must be safe to call from any thread.
support::Result<std::unique_ptr<cloud::Cloud>> connect(const CloudConfig& config, support::Clock& clock,
                                                       http::Observer observer = {}, const ListingLimits& limits = {},
                                                       const std::stop_token& stop = {});

/// The same over a client that the caller has made.
support::Result<std::unique_ptr<cloud::Cloud>> connect_over(std::unique_ptr<http::Client> client,
                                                            const CloudConfig& config, support::Clock& clock,
                                                            const ListingLimits& limits = {},
                                                            const std::stop_token& stop = {});

}  // namespace stillpoint::openstack
