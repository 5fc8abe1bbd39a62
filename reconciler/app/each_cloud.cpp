#include "app/each_cloud.hpp"

#include <algorithm>
#include <iostream>

#include "app/policies.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::Error;
using support::ErrorKind;

/// The text of an error may hold names that came from a cloud or a server.
void say(const std::string& prefix, const Error& error) {
  std::cerr << "stillpoint: " << prefix << support::printable(error.to_string()) << "\n";
}

struct Opened {
  const CloudGroup* group;
  std::string prefix;
  std::unique_ptr<cloud::Cloud> cloud;
};

}  // namespace

std::string title_of(const std::string& cloud) {
  return cloud.empty() ? "the OS_* environment" : cloud;
}

CloudsEnded for_each_cloud(const Options& options, support::Clock& clock, telemetry::Metrics& metrics,
                           support::Log& log, const std::function<support::Result<ExitCode>(const CloudTask&)>& act) {
  const auto checked = options.files.empty() ? CheckedPolicies() : load_policies(options.files);
  if (!checked.ok()) {
    std::cerr << render_errors(checked);
    return {ExitCode::InvalidInput, std::nullopt, {}};
  }
  return for_each_cloud_of(checked.policies, options, clock, metrics, log, act);
}

CloudsEnded for_each_cloud_of(const std::vector<policy::Policy>& policies, const Options& options,
                              support::Clock& clock, telemetry::Metrics& metrics, support::Log& log,
                              const std::function<support::Result<ExitCode>(const CloudTask&)>& act) {
  const auto [groups, errors] = by_cloud(policies, options);
  for (const auto& error : errors) {
    say("", error);
  }
  if (!errors.empty()) {
    return {ExitCode::InvalidInput, std::nullopt, {}};
  }
  CloudsEnded ended{ExitCode::Ok, std::vector<std::string>(), {}};
  std::vector<Opened> opened;
  bool any_invalid = false;
  const auto give_up = [&](const std::string& prefix, const Error& error) {
    say(prefix, error);
    ended.troubles.push_back({prefix, error});
    any_invalid = any_invalid || error.kind() == ErrorKind::InvalidInput;
  };
  for (const auto& group : groups) {
    const std::string prefix = groups.size() > 1 ? title_of(group.config.name) + ": " : "";
    ended.clouds->push_back(group.config.name);
    auto cloud = open_cloud(group.config, clock, metrics, log);
    if (cloud) {
      opened.push_back({&group, prefix, std::move(*cloud)});
    } else {
      give_up(prefix, cloud.error());
    }
  }
  if (any_invalid) {
    ended.code = ExitCode::InvalidInput;
    return ended;
  }
  for (const auto& [group, prefix, cloud] : opened) {
    auto acted = act({group->config.name, prefix, *cloud, group->config, group->policies});
    if (acted) {
      ended.code = worse(ended.code, *acted);
    } else {
      give_up(prefix, acted.error());
    }
  }
  if (ended.troubles.size() == groups.size()) {
    ended.code = any_invalid ? ExitCode::InvalidInput : ExitCode::NoCloud;
  } else if (!ended.troubles.empty()) {
    ended.code = worse(ended.code, ExitCode::Failed);
  }
  return ended;
}

}  // namespace stillpoint::app
