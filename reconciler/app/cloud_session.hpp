#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/options.hpp"
#include "cloud/cloud.hpp"
#include "policy/policy.hpp"
#include "support/result.hpp"
#include "telemetry/metrics.hpp"

namespace stillpoint::app {

/// The policies of one cloud, in which they are planned together.
struct CloudGroup {
  std::string cloud;  ///< an entry of clouds.yaml, empty: the OS_* environment
  std::vector<policy::Policy> policies;
};

/// Policies by the cloud that they name, `options.os_cloud` for those that name none.
std::vector<CloudGroup> by_cloud(const std::vector<policy::Policy>& policies, const Options& options);

/// Reads the configuration of the cloud and logs in.
support::Result<std::unique_ptr<cloud::Cloud>> open_cloud(const std::string& name, support::Clock& clock,
                                                          telemetry::Metrics& metrics);

}  // namespace stillpoint::app
