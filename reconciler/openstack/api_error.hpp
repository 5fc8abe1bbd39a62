#pragma once

#include "http/client.hpp"
#include "openstack/redaction.hpp"
#include "support/error.hpp"

namespace stillpoint::openstack {

/// The error that an answer stands for which is not the one that was hoped for. Its text names the request, the code,
/// the request id, and what the service itself said, without the secrets of `redaction`. `now` is for a `Retry-After`
/// that is a date.
support::Error error_of(const http::Request& request, const http::Response& response, const Redaction& redaction,
                        support::WallTime now);

}  // namespace stillpoint::openstack
