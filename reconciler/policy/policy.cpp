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
    case Driver::Mysql:
      return "mysql";
    case Driver::Postgresql:
      return "postgresql";
    case Driver::Mongodb:
      return "mongodb";
    case Driver::Script:
      return "script";
  }
  return "unknown";
}

namespace {

/// What it holds by.
enum class Holder { Session, Other };
/// Whether several volumes need a freeze beside it.
enum class Volumes { Joined, Apart };

struct MethodFacts {
  Method method;
  std::string_view word;
  Consistency highest;
  Holder holder;
  Volumes volumes;
};

constexpr std::array<MethodFacts, 11> kMethods{{
    {Method::None, "none", Consistency::Crash, Holder::Other, Volumes::Apart},
    {Method::Filesystem, "filesystem", Consistency::Filesystem, Holder::Other, Volumes::Joined},
    {Method::BackupStage, "backupStage", Consistency::Application, Holder::Session, Volumes::Joined},
    {Method::ReadLock, "readLock", Consistency::Application, Holder::Session, Volumes::Joined},
    {Method::InstanceLock, "instanceLock", Consistency::Crash, Holder::Session, Volumes::Apart},  // rows may change
    {Method::StopService, "stopService", Consistency::Application, Holder::Other, Volumes::Joined},
    {Method::Checkpoint, "checkpoint", Consistency::Crash, Holder::Other, Volumes::Apart},
    // The point has the label, but not the WAL up to the backup's end.
    {Method::BackupMode, "backupMode", Consistency::Crash, Holder::Session, Volumes::Joined},
    {Method::Journal, "journal", Consistency::Crash, Holder::Other, Volumes::Apart},
    {Method::FsyncLock, "fsyncLock", Consistency::Application, Holder::Session, Volumes::Joined},
    // As far as its own `verify` goes.
    {Method::Script, "script", Consistency::Application, Holder::Other, Volumes::Joined},
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

bool is_session(Method method) {
  return facts_of(method).holder == Holder::Session;
}

bool joins_volumes(Method method) {
  return facts_of(method).volumes == Volumes::Joined;
}

std::span<const Method> methods_of(Driver driver) {
  static constexpr std::array kNone{Method::None};
  static constexpr std::array kFilesystem{Method::Filesystem};
  static constexpr std::array kMariadb{Method::BackupStage, Method::ReadLock, Method::StopService};
  static constexpr std::array kMysql{Method::InstanceLock, Method::ReadLock, Method::StopService};
  static constexpr std::array kPostgresql{Method::Checkpoint, Method::BackupMode, Method::StopService};
  static constexpr std::array kMongodb{Method::Journal, Method::FsyncLock, Method::StopService};
  static constexpr std::array kScript{Method::Script};
  switch (driver) {
    case Driver::None:
      return kNone;
    case Driver::Filesystem:
      return kFilesystem;
    case Driver::Mariadb:
      return kMariadb;
    case Driver::Mysql:
      return kMysql;
    case Driver::Postgresql:
      return kPostgresql;
    case Driver::Mongodb:
      return kMongodb;
    case Driver::Script:
      return kScript;
  }
  return {};
}

}  // namespace stillpoint::policy
