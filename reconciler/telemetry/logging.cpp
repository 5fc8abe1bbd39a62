#include "telemetry/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

namespace stillpoint::telemetry {
namespace {

spdlog::level::level_enum to_spdlog(support::LogLevel level) {
  switch (level) {
    case support::LogLevel::Debug:
      return spdlog::level::debug;
    case support::LogLevel::Info:
      return spdlog::level::info;
    case support::LogLevel::Warn:
      return spdlog::level::warn;
    case support::LogLevel::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// The text as a quoted string on one line, whatever it contains.
std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

class SpdLog final : public support::Log {
 public:
  SpdLog(LogFormat format, support::LogLevel lowest)
      : format_(format), logger_("stillpoint", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    logger_.set_level(to_spdlog(lowest));
    auto formatter = std::make_unique<spdlog::pattern_formatter>(
        format == LogFormat::Text ? "%Y-%m-%dT%H:%M:%S.%eZ %-5l %v"
                                  : R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
        spdlog::pattern_time_type::utc);
    logger_.set_formatter(std::move(formatter));
  }

  void write(support::LogLevel level, std::string_view message, std::span<const support::LogField> fields) override {
    std::string line = format_ == LogFormat::Text ? std::string(message) : "\"message\":" + json_string(message);
    for (const auto& [key, value] : fields) {
      line += format_ == LogFormat::Text ? " " + std::string(key) + "=" : "," + json_string(key) + ":";
      line += json_string(value);
    }
    logger_.log(to_spdlog(level), "{}", line);
  }

 private:
  LogFormat format_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<support::Log> make_log(LogFormat format, support::LogLevel lowest) {
  return std::make_unique<SpdLog>(format, lowest);
}

}  // namespace stillpoint::telemetry
