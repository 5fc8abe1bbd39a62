#pragma once

#include <string>

#include "http/client.hpp"
#include "openstack/clouds_yaml.hpp"
#include "openstack/identity.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// The body of `POST /auth/tokens`. It holds secrets.
std::string auth_body(const CloudConfig& config);

/// Reads the answer to it. `asked_at` is when the request was sent, by our clock.
support::Result<Session> read_session(const http::Response& response, support::SteadyTime asked_at);

}  // namespace stillpoint::openstack
