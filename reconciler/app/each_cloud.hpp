#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/cloud_session.hpp"
#include "app/exit_code.hpp"

namespace stillpoint::app {

/// One of the clouds that a command works on, and the policies that are planned together in it.
struct CloudTask {
  std::string name;    ///< the entry of clouds.yaml; empty: the OS_* environment
  std::string prefix;  ///< for lines of text about it: `name: `, or empty if it is the only cloud
  cloud::Cloud& cloud;
  const openstack::CloudConfig& config;  ///< by which it was opened
  const std::vector<policy::Policy>& policies;
};

struct CloudTrouble {
  std::string prefix;  ///< as that of its task
  support::Error error;
};

/// How a command ended.
struct CloudsEnded {
  ExitCode code = ExitCode::Ok;
  /// The clouds that the policies name; empty if they or a cloud's configuration are invalid.
  std::optional<std::vector<std::string>> clouds;
  /// Those that could not be opened, or of which `act` failed, with why; standard error has said it.
  std::vector<CloudTrouble> troubles;
};

/// Loads the policies, if `options` names any, opens each of their clouds, and then calls `act` for each that could be
/// opened, in order of name. Errors go to standard error.
///
/// InvalidInput means that `act` was called for no cloud or failed in all. A cloud that cannot be read does not stop
/// the others: it is NoCloud if no cloud could be read, and Failed otherwise.
CloudsEnded for_each_cloud(const Options& options, support::Clock& clock, telemetry::Metrics& metrics,
                           support::Log& log, const std::function<support::Result<ExitCode>(const CloudTask&)>& act);

/// The same for policies that are at hand and in order.
CloudsEnded for_each_cloud_of(const std::vector<policy::Policy>& policies, const Options& options,
                              support::Clock& clock, telemetry::Metrics& metrics, support::Log& log,
                              const std::function<support::Result<ExitCode>(const CloudTask&)>& act);

/// What a cloud is called in text for people.
std::string title_of(const std::string& cloud);

}  // namespace stillpoint::app
