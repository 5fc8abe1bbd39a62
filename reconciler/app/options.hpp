#pragma once

#include <string>
#include <vector>

#include "support/log.hpp"
#include "telemetry/logging.hpp"

namespace stillpoint::app {

enum class Output { Table, Wide, Json, Name };
enum class ColourMode { Auto, Always, Never };

/// What the command line says, for all commands; each reads what is its own.
struct Options {
  std::vector<std::string> files;
  std::string os_cloud;  ///< for policies that name no cloud; empty: the OS_* environment
  std::string installation = "default";
  Output output = Output::Table;
  ColourMode colour = ColourMode::Auto;
  bool now = false;
  bool allow_mass_delete = false;
  std::string metrics_file;
  support::LogLevel log_level = support::LogLevel::Warn;
  telemetry::LogFormat log_format = telemetry::LogFormat::Text;
};

}  // namespace stillpoint::app
