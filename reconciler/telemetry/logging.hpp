#pragma once

#include <memory>

#include "support/log.hpp"

namespace stillpoint::telemetry {

/// `Text`: the message, then `key="value"`. `Json`: an object a line, with `time`, `level`, `message` and the fields.
enum class LogFormat { Text, Json };

/// A log that writes to standard error, one line an event, its time in UTC. Lines below `lowest` are dropped. Values
/// are quoted, so that no foreign text reaches a terminal as it is; whoever logs sees to it that they are no secrets
/// (P11). Safe to use from any thread.
std::unique_ptr<support::Log> make_log(LogFormat format, support::LogLevel lowest);

}  // namespace stillpoint::telemetry
