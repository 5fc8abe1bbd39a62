#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace stillpoint::telemetry {

/// One line of Prometheus' text format.
struct Sample {
  std::string name;
  std::map<std::string, std::string> labels;
  double value = 0;
};

/// Reads a line as `Metrics::text` writes it. Empty for comments and for everything that is no sample of a finite
/// value. Pure.
std::optional<Sample> parse_sample(std::string_view line);

}  // namespace stillpoint::telemetry
