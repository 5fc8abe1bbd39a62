#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace stillpoint::support {

enum class LogLevel { Debug, Info, Warn, Error };

/// One key and value of a log line.
using LogField = std::pair<std::string_view, std::string>;

/// Where log lines go. Implementations are safe to call from any thread; a line is one event with its fields.
class Log {
 public:
  virtual ~Log() = default;
  virtual void write(LogLevel level, std::string_view message, std::span<const LogField> fields) = 0;

  using Fields = std::initializer_list<LogField>;
  void debug(std::string_view message, Fields fields = {}) { write(LogLevel::Debug, message, fields); }
  void info(std::string_view message, Fields fields = {}) { write(LogLevel::Info, message, fields); }
  void warn(std::string_view message, Fields fields = {}) { write(LogLevel::Warn, message, fields); }
  void error(std::string_view message, Fields fields = {}) { write(LogLevel::Error, message, fields); }
};

/// A log that keeps nothing.
Log& null_log();

}  // namespace stillpoint::support
