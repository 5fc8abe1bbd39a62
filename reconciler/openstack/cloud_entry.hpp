#pragma once

#include <map>
#include <string>

#include "openstack/clouds_yaml.hpp"
#include "support/result.hpp"

namespace stillpoint::openstack {

/// Settings by the names that clouds.yaml gives them, whatever they came from: those under `auth` begin with `auth.`.
using Settings = std::map<std::string, std::string>;

/// One entry of clouds.yaml, not yet checked.
struct CloudEntry {
  Settings settings;
  std::string file;
};

/// Looks for clouds.yaml and secure.yaml where openstacksdk does, and reads the entry `name` of both.
support::Result<CloudEntry> read_cloud_entry(const std::string& name, const Environment& env);

/// The variable's value, or empty.
std::string variable(const Environment& env, const std::string& name);

}  // namespace stillpoint::openstack
