#include "app/cloud_session.hpp"

#include <map>

#include "openstack/openstack_cloud.hpp"

namespace stillpoint::app {
namespace {

constexpr std::chrono::minutes kOpeningTime{1};
constexpr size_t kLongestRequestId = 100;

/// What of a URL says what was asked, without the host, which the service stands for.
std::string path_of(const std::string& url) {
  const size_t host = url.find("://");
  const size_t path = host == std::string::npos ? host : url.find('/', host + 3);
  return path == std::string::npos ? "/" : url.substr(path);
}

void log_request(support::Log& log, const http::Tried& tried) {
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(tried.took);
  log.debug("Request ended",
            {{"service", tried.request.service},
             {"method", std::string(http::to_string(tried.request.method))},
             {"path", path_of(tried.request.url)},
             {"code", tried.response == nullptr ? "none" : std::to_string(tried.response->code)},
             {"ms", std::to_string(took.count())},
             {"request_id", tried.response == nullptr
                                ? ""
                                : tried.response->header("x-openstack-request-id").substr(0, kLongestRequestId)}});
}

/// For an error about a cloud: who asks for it.
std::string who_names(const policy::Policy& policy) {
  return policy.mark.file + ":" + std::to_string(policy.mark.line) + ": policy '" + policy.name + "'";
}

}  // namespace

CloudGroups by_cloud(const std::vector<policy::Policy>& policies, const Options& options) {
  std::map<std::string, std::vector<policy::Policy>> named;
  if (policies.empty()) {
    named[options.os_cloud];
  }
  for (const auto& policy : policies) {
    named[policy.cloud.empty() ? options.os_cloud : policy.cloud].push_back(policy);
  }
  // By the name that came out, since OS_CLOUD may stand for an entry that others name themselves: two plans of one
  // cloud would not know of each other.
  std::map<std::string, CloudGroup> groups;
  CloudGroups found;
  const auto environment = openstack::current_environment();
  for (auto& [name, members] : named) {
    auto config = openstack::load_cloud_config(name, environment);
    if (!config) {
      found.errors.push_back(members.empty() ? std::move(config.error())
                                             : std::move(config.error()).with_context(who_names(members.front())));
      continue;
    }
    auto& group = groups[config->name];
    group.config = std::move(*config);
    std::move(members.begin(), members.end(), std::back_inserter(group.policies));
  }
  for (auto& [name, group] : groups) {
    found.groups.push_back(std::move(group));
  }
  return found;
}

support::Result<std::unique_ptr<cloud::Cloud>> open_cloud(const openstack::CloudConfig& config, support::Clock& clock,
                                                          telemetry::Metrics& metrics, support::Log& log,
                                                          const std::stop_token& stop) {
  const auto observer = [&metrics, &log](const http::Tried& tried) {
    metrics.request_ended(tried.request.service, http::to_string(tried.request.method),
                          tried.response == nullptr ? 0 : tried.response->code, tried.took);
    log_request(log, tried);
  };
  auto cloud = openstack::connect(config, clock, observer, {}, stop);
  if (!cloud) {
    return cloud;
  }
  // A region that does not exist comes out here and not after something was done in another cloud.
  auto ready =
      (*cloud)->warm_up(std::chrono::seconds(0), 0, support::Deadline::after(clock, kOpeningTime).unless_stopped(stop));
  if (!ready) {
    return support::pass_on(std::move(ready));
  }
  return cloud;
}

}  // namespace stillpoint::app
