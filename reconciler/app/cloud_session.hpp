#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "cloud/cloud.hpp"
#include "openstack/clouds_yaml.hpp"
#include "policy/policy.hpp"
#include "support/log.hpp"
#include "support/result.hpp"
#include "telemetry/metrics.hpp"

namespace stillpoint::app {

/// The policies of one cloud, in which they are planned together.
struct CloudGroup {
  openstack::CloudConfig config;
  std::vector<policy::Policy> policies;
};

/// Policies by the cloud that they are for.
struct CloudGroups {
  std::vector<CloudGroup> groups;      ///< in order of the clouds' names
  std::vector<support::Error> errors;  ///< InvalidInput: of each cloud whose configuration cannot be used
};

/// Reads the configuration of each cloud that a policy names, of `options.os_cloud` for those that name none, and of
/// nothing but the latter if there is no policy at all. Nothing is sent to any cloud.
CloudGroups by_cloud(const std::vector<policy::Policy>& policies, const Options& options);

/// Logs in and finds the services that are written to. Only reads. All of the references must outlive the cloud.
/// Errors: InvalidInput (the configuration fits no region or service of the cloud), Interrupted (`stop` was requested),
/// and those of `cloud::Cloud`.
support::Result<std::unique_ptr<cloud::Cloud>> open_cloud(const openstack::CloudConfig& config, support::Clock& clock,
                                                          telemetry::Metrics& metrics, support::Log& log,
                                                          const std::stop_token& stop = {});

}  // namespace stillpoint::app
