#pragma once

#include <memory>

#include "support/log.hpp"

namespace stillpoint::telemetry {

enum class LogFormat { Text, Json };

/// A log that writes to standard error, one line an event, its time in UTC. Lines below `lowest` are dropped.
std::unique_ptr<support::Log> make_log(LogFormat format, support::LogLevel lowest);

}  // namespace stillpoint::telemetry
