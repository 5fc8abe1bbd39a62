#include "policy/policy.hpp"

#include <algorithm>
#include <array>

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
    case Driver::Postgresql:
      return "postgresql";
    case Driver::Script:
      return "script";
  }
  return "unknown";
}

namespace {

struct MethodFacts {
  Method method;
  std::string_view word;
  Consistency highest;
};

constexpr std::array<MethodFacts, 7> kMethods{{
    {Method::None, "none", Consistency::Crash},
    {Method::Filesystem, "filesystem", Consistency::Filesystem},
    {Method::BackupStage, "backupStage", Consistency::Application},
    {Method::ReadLock, "readLock", Consistency::Application},
    {Method::StopService, "stopService", Consistency::Application},
    {Method::Checkpoint, "checkpoint", Consistency::Crash},
    {Method::Script, "script", Consistency::Application},  // as far as its own `verify` goes
}};

const MethodFacts& facts_of(Method method) {
  return kMethods.at(static_cast<size_t>(method));
}

}  // namespace

std::string_view to_string(Method method) {
  return facts_of(method).word;
}

std::optional<Method> parse_method(std::string_view word) {
  const auto* found =
      std::find_if(kMethods.begin(), kMethods.end(), [&](const MethodFacts& facts) { return facts.word == word; });
  return found == kMethods.end() ? std::nullopt : std::optional(found->method);
}

Consistency highest_level(Method method) {
  return facts_of(method).highest;
}

std::span<const Method> methods_of(Driver driver) {
  static constexpr std::array kNone{Method::None};
  static constexpr std::array kFilesystem{Method::Filesystem};
  static constexpr std::array kMariadb{Method::BackupStage, Method::ReadLock, Method::StopService};
  static constexpr std::array kPostgresql{Method::Checkpoint, Method::StopService};
  static constexpr std::array kScript{Method::Script};
  switch (driver) {
    case Driver::None:
      return kNone;
    case Driver::Filesystem:
      return kFilesystem;
    case Driver::Mariadb:
      return kMariadb;
    case Driver::Postgresql:
      return kPostgresql;
    case Driver::Script:
      return kScript;
  }
  return {};
}

}  // namespace stillpoint::policy
