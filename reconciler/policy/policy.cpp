#include "policy/policy.hpp"

namespace stillpoint::policy {

std::string_view to_string(Consistency level) {
  switch (level) {
    case Consistency::Unproven:
      return "unproven";
    case Consistency::Crash:
      return "crash";
    case Consistency::Filesystem:
      return "filesystem";
    case Consistency::Application:
      return "application";
  }
  return "unknown";
}

std::optional<Consistency> parse_consistency(std::string_view word) {
  for (const auto level :
       {Consistency::Unproven, Consistency::Crash, Consistency::Filesystem, Consistency::Application}) {
    if (word == to_string(level)) {
      return level;
    }
  }
  return std::nullopt;
}

std::string_view to_string(Driver driver) {
  switch (driver) {
    case Driver::None:
      return "none";
    case Driver::Filesystem:
      return "filesystem";
    case Driver::Mariadb:
      return "mariadb";
  }
  return "unknown";
}

std::string_view to_string(Method method) {
  switch (method) {
    case Method::None:
      return "none";
    case Method::Filesystem:
      return "filesystem";
    case Method::BackupStage:
      return "backupStage";
    case Method::StopService:
      return "stopService";
  }
  return "unknown";
}

std::optional<Method> parse_method(std::string_view word) {
  for (const auto method : {Method::None, Method::Filesystem, Method::BackupStage, Method::StopService}) {
    if (word == to_string(method)) {
      return method;
    }
  }
  return std::nullopt;
}

Consistency highest_level(Method method) {
  switch (method) {
    case Method::None:
      return Consistency::Crash;
    case Method::Filesystem:
      return Consistency::Filesystem;
    case Method::BackupStage:
    case Method::StopService:
      return Consistency::Application;
  }
  return Consistency::Unproven;
}

}  // namespace stillpoint::policy
