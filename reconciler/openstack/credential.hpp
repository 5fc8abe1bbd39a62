#pragma once

#include <optional>
#include <string>

#include "http/client.hpp"
#include "openstack/clouds_yaml.hpp"
#include "openstack/identity.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// What Keystone tells of the credentials that are logged in with.
struct CredentialReport {
  AuthType type = AuthType::Password;
  Holder holder;
  /// When they end: the password, the application credential or the token. Nothing if they do not.
  std::optional<support::WallTime> expires_at;
  /// Why Keystone did not say when the application credential ends; empty if it did.
  std::string untold;
};

/// Logs in, and asks when the credentials end. Changes nothing. Errors are those of a login.
support::Result<CredentialReport> inspect_credential(const CloudConfig& config, support::Clock& clock,
                                                     http::Observer observer, support::Deadline deadline);

}  // namespace stillpoint::openstack
