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

/// Volumes that are captured as they are.
class NoDriver final : public Driver {
 public:
  bool offers(Method method) const override { return method == Method::None; }
  std::vector<Setting> settings(const HoldSettings&) const override { return {}; }
};

/// File systems that are synced and frozen, whatever writes to them.
class FilesystemDriver final : public Driver {
 public:
  bool offers(Method method) const override { return method == Method::Filesystem; }
  std::vector<Setting> settings(const HoldSettings&) const override { return {}; }
};

/// MariaDB and Galera. The client's options are wanted by every method: the volume proof asks the database where its
/// files are.
class MariadbDriver final : public Driver {
 public:
  bool offers(Method method) const override { return method == Method::BackupStage || method == Method::StopService; }

  std::vector<Setting> settings(const HoldSettings& hold) const override {
    std::vector<Setting> settings;
    add_if_given(settings, "defaults-file", hold.defaults_file);
    add_if_given(settings, "socket", hold.socket);
    if (hold.method == Method::StopService) {
      add_if_given(settings, "service", hold.service);
      settings.emplace_back("stop-timeout-ms", milliseconds_of(hold.stop_timeout));
      settings.emplace_back("start-timeout-ms", milliseconds_of(hold.start_timeout));
    }
    return settings;
  }
};

}  // namespace

const Driver& driver_of(policy::Driver driver) {
  static const NoDriver kNone;
  static const FilesystemDriver kFilesystem;
  static const MariadbDriver kMariadb;
  switch (driver) {
    case policy::Driver::Filesystem:
      return kFilesystem;
    case policy::Driver::Mariadb:
      return kMariadb;
    case policy::Driver::None:
      break;
  }
  return kNone;
}

}  // namespace stillpoint::quiesce
