#include "app/cloud_session.hpp"

#include "openstack/clouds_yaml.hpp"
#include "openstack/openstack_cloud.hpp"

namespace stillpoint::app {

std::vector<CloudGroup> by_cloud(const std::vector<policy::Policy>& policies, const Options& options) {
  std::map<std::string, std::vector<policy::Policy>> groups;
  for (const auto& policy : policies) {
    groups[policy.cloud.empty() ? options.os_cloud : policy.cloud].push_back(policy);
  }
  std::vector<CloudGroup> list;
  for (auto& [cloud, members] : groups) {
    list.push_back({cloud, std::move(members)});
  }
  return list;
}

support::Result<std::unique_ptr<cloud::Cloud>> open_cloud(const std::string& name, support::Clock& clock,
                                                          telemetry::Metrics& metrics) {
  auto config = openstack::load_cloud_config(name, openstack::current_environment());
  if (!config) {
    return support::pass_on(std::move(config));
  }
  return openstack::connect(*config, clock,
                            [&metrics](const http::Request& request, int code, std::chrono::nanoseconds took) {
                              metrics.request_ended(request.service, http::to_string(request.method), code, took);
                            });
}

}  // namespace stillpoint::app
