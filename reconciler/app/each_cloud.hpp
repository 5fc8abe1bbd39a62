#pragma once

#include <iostream>
#include <utility>

#include "app/cloud_session.hpp"
#include "app/exit_code.hpp"
#include "app/policies.hpp"

namespace stillpoint::app {

/// Loads the policies, opens each of their clouds and calls `act(cloud, policies) -> Result<ExitCode>`. A cloud that
/// cannot be read does not stop the others: it is NoCloud if it was the only one, and Failed otherwise.
template <class Act>
ExitCode for_each_cloud(const Options& options, support::Clock& clock, telemetry::Metrics& metrics, Act act) {
  const auto checked = load_policies(options.files);
  if (!checked.ok()) {
    std::cerr << render_errors(checked);
    return ExitCode::InvalidInput;
  }
  ExitCode code = ExitCode::Ok;
  size_t unreadable = 0;
  const auto groups = by_cloud(checked.policies, options);
  for (const auto& group : groups) {
    auto ended = open_cloud(group.cloud, clock, metrics).and_then([&](const std::unique_ptr<cloud::Cloud>& cloud) {
      return act(*cloud, group.policies);
    });
    if (ended) {
      code = worse(code, *ended);
      continue;
    }
    std::cerr << "stillpoint: " << ended.error().to_string() << "\n";
    ++unreadable;
    code = worse(code,
                 ended.error().kind() == support::ErrorKind::InvalidInput ? ExitCode::InvalidInput : ExitCode::Failed);
  }
  return unreadable == groups.size() ? worse(code, ExitCode::NoCloud) : code;
}

}  // namespace stillpoint::app
