#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "app/options.hpp"
#include "support/text.hpp"

/// What the lists of `get` have in common.
namespace stillpoint::app {

/// Whether the name is among those on the command line, or none is there.
inline bool is_asked_for(const Options& options, const std::string& name) {
  return options.names.empty() || std::find(options.names.begin(), options.names.end(), name) != options.names.end();
}

inline std::string or_dash(const std::optional<support::WallTime>& when) {
  return when ? support::format_utc(*when) : "-";
}

inline bool is_document(Output output) {
  return output == Output::Json || output == Output::Yaml;
}

}  // namespace stillpoint::app
