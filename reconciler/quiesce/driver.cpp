#include "quiesce/driver.hpp"

namespace stillpoint::quiesce {
namespace {

using policy::HoldSettings;
using policy::Method;

std::string milliseconds_of(std::chrono::milliseconds duration) {
  return std::to_string(duration.count());
}

void add_if_given(std::vector<Setting>& settings, const std::string& key, const std::string& value) {
  if (!value.empty()) {
    settings.emplace_back(key, value);
  }
}

/// Volumes that are captured as they are, and file systems that are synced and frozen, whatever writes to them.
class PlainDriver final : public Driver {
 public:
  std::vector<Setting> settings(const HoldSettings&) const override { return {}; }
};

void add_service(std::vector<Setting>& settings, const HoldSettings& hold) {
  if (hold.method == Method::StopService) {
    add_if_given(settings, "service", hold.service);
    settings.emplace_back("stop-timeout-ms", milliseconds_of(hold.stop_timeout));
  }
}

void add_lock_timeout(std::vector<Setting>& settings, const HoldSettings& hold) {
  if (hold.lock_timeout.count() > 0) {
    settings.emplace_back("lock-timeout-ms", milliseconds_of(hold.lock_timeout));
  }
}

/// MariaDB, Galera, MySQL and MongoDB. How the client logs in is wanted by every method: the volume proof asks the
/// database where its files are. After a lock a member has to be back in its cluster, after a stop the service has to
/// answer. A member of MongoDB is also told how far it may be behind.
class LoginDriver final : public Driver {
 public:
  std::vector<Setting> settings(const HoldSettings& hold) const override {
    std::vector<Setting> settings;
    add_if_given(settings, "defaults-file", hold.defaults_file);
    add_if_given(settings, "socket", hold.socket);
    add_service(settings, hold);
    add_lock_timeout(settings, hold);
    settings.emplace_back("start-timeout-ms", milliseconds_of(hold.start_timeout));
    if (hold.driver == policy::Driver::Mongodb) {
      settings.emplace_back("max-lag-ms", milliseconds_of(hold.max_lag));
    }
    return settings;
  }
};

class PostgresqlDriver final : public Driver {
 public:
  std::vector<Setting> settings(const HoldSettings& hold) const override {
    std::vector<Setting> settings;
    add_if_given(settings, "socket", hold.socket);
    add_service(settings, hold);
    if (hold.method == Method::StopService) {
      settings.emplace_back("start-timeout-ms", milliseconds_of(hold.start_timeout));
    }
    return settings;
  }
};

/// A program of the user's own on the server.
class ScriptDriver final : public Driver {
 public:
  std::vector<Setting> settings(const HoldSettings& hold) const override { return {{"command", hold.command}}; }
};

}  // namespace

const Driver& driver_of(policy::Driver driver) {
  static const PlainDriver kPlain;
  static const LoginDriver kLogin;
  static const PostgresqlDriver kPostgresql;
  static const ScriptDriver kScript;
  switch (driver) {
    case policy::Driver::Mariadb:
    case policy::Driver::Mysql:
    case policy::Driver::Mongodb:
      return kLogin;
    case policy::Driver::Postgresql:
      return kPostgresql;
    case policy::Driver::Script:
      return kScript;
    case policy::Driver::Filesystem:
    case policy::Driver::None:
      break;
  }
  return kPlain;
}

}  // namespace stillpoint::quiesce
