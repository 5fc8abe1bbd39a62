#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace stillpoint::policy {

/// A value as YAML on one line, quoted wherever it would be read as something else.
std::string yaml_of(const nlohmann::ordered_json& value);

/// `name: value` as a person would write it: on one line if it fits, else a line for each member.
std::string yaml_of(const std::string& name, const nlohmann::ordered_json& value);

}  // namespace stillpoint::policy
