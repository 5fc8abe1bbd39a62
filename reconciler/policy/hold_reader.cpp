#include "policy/hold_reader.hpp"

#include <algorithm>
#include <string>

#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Others wait behind a lock of everything from its request on.
constexpr seconds kWholeLockTimeout(5);

/// False if the field is wrong.
bool read_method(const Field& field, HoldSettings& hold) {
  const auto methods = methods_of(hold.driver);
  hold.method = methods.front();
  Method method = hold.method;
  const bool known = field.read(method, {{"backupStage", Method::BackupStage},
                                         {"readLock", Method::ReadLock},
                                         {"instanceLock", Method::InstanceLock},
                                         {"stopService", Method::StopService},
                                         {"checkpoint", Method::Checkpoint},
                                         {"backupMode", Method::BackupMode},
                                         {"journal", Method::Journal},
                                         {"fsyncLock", Method::FsyncLock},
                                         {"script", Method::Script},
                                         {"filesystem", Method::Filesystem},
                                         {"none", Method::None}});
  if (!known || std::find(methods.begin(), methods.end(), method) != methods.end()) {
    hold.method = method;
    return known;
  }
  std::vector<std::string> right;
  for (const auto one : methods) {
    right.emplace_back(to_string(one));
  }
  field.wrong("the method " + std::string(to_string(method)) + " does not belong to the driver " +
                  std::string(to_string(hold.driver)),
              "use " + support::join(right, " or "));
  return false;
}

std::string default_service(Driver driver) {
  switch (driver) {
    case Driver::Mysql:
      return "mysql";
    case Driver::Postgresql:
      return "postgresql";
    case Driver::Mongodb:
      return "mongod";
    default:
      return "mariadb";
  }
}

void check_freeze(const Field& field, HoldSettings& hold) {
  if (hold.driver == Driver::None && hold.freeze) {
    field.wrong("the driver none holds nothing still", "use the driver filesystem to freeze");
  } else if (hold.driver == Driver::Filesystem && !hold.freeze) {
    field.wrong("the driver filesystem is a freeze", "remove this field, or use the driver none");
  }
}

/// A field that only some methods or drivers have; `given` is the one that the hold has.
template <class Word>
void belongs_to(const Field& field, const std::string& what, std::initializer_list<Word> owners, Word given) {
  if (!field.present() || std::find(owners.begin(), owners.end(), given) != owners.end()) {
    return;
  }
  std::vector<std::string> words;
  for (const auto owner : owners) {
    words.emplace_back(to_string(owner));
  }
  field.wrong("belongs to the " + what + " " + support::join(words, " or ") + " and has no meaning with " +
                  std::string(to_string(given)),
              "remove it");
}

void belongs_to_method(const Field& field, const HoldSettings& hold, std::initializer_list<Method> methods) {
  belongs_to(field, "method", methods, hold.method);
}

void belongs_to_driver(const Field& field, const HoldSettings& hold, std::initializer_list<Driver> drivers) {
  belongs_to(field, "driver", drivers, hold.driver);
}

}  // namespace

bool read_hold(const Field& field, HoldSettings& hold) {
  auto fields = field.fields();
  if (!fields) {
    return !field.present();
  }
  const auto driver = fields->need("driver", "one of mariadb, mysql, postgresql, mongodb, filesystem, script, none");
  const auto method = fields->get("method");
  const auto freeze = fields->get("freeze");
  const auto shared_window = fields->get("sharedWindow");
  const auto service = fields->get("service");
  const auto stop_timeout = fields->get("stopTimeout");
  const auto start_timeout = fields->get("startTimeout");
  const auto defaults_file = fields->get("defaultsFile");
  const auto socket = fields->get("socket");
  const auto command = fields->get("command");
  const auto lock_timeout = fields->get("lockTimeout");
  const auto max_lag = fields->get("maxLag");
  fields->get("maxHold").read(hold.max_hold, seconds(1), minutes(10));
  fields->finish({{"devices", "remove it: the volumes are found on the server by their ids"},
                  {"resyncTimeout", "remove it"},
                  {"verify", "remove it: a hold is always verified"},
                  {"stopCommand", "name the unit of systemd in service"},
                  {"startCommand", "name the unit of systemd in service"},
                  {"statusCommand", "name the unit of systemd in service"},
                  {"longQuery", "remove it: queries that would outlast the hold are refused as they are"},
                  {"user", "log in through the socket as root, or name an option file in defaultsFile"},
                  {"host", "remove it: the database is reached on the server itself"},
                  {"port", "remove it: the database is reached by its socket"}});

  const bool driver_known = driver.read(hold.driver,
                                        {{"mariadb", Driver::Mariadb},
                                         {"mysql", Driver::Mysql},
                                         {"postgresql", Driver::Postgresql},
                                         {"mongodb", Driver::Mongodb},
                                         {"filesystem", Driver::Filesystem},
                                         {"script", Driver::Script},
                                         {"none", Driver::None}},
                                        {{"redis", "use filesystem, which freezes the volume, or none"}});
  hold.freeze = hold.driver == Driver::Filesystem;
  freeze.read(hold.freeze);
  shared_window.read(hold.shared_window);
  hold.service = default_service(hold.driver);
  service.read(hold.service, kUnitName);
  command.read(hold.command, kServerPath);
  stop_timeout.read(hold.stop_timeout, seconds(1), minutes(15));
  start_timeout.read(hold.start_timeout, seconds(1), minutes(15));
  max_lag.read(hold.max_lag, seconds(1), hours(24));
  defaults_file.read(hold.defaults_file, kServerPath);
  socket.read(hold.socket, kSocketPath);
  if (!driver.present() || !driver_known) {
    return false;
  }
  check_freeze(freeze, hold);
  if (hold.driver == Driver::None && hold.shared_window) {
    shared_window.wrong("the driver none holds nothing, so there is nothing to share", "remove it, or use a driver");
  }
  belongs_to_driver(defaults_file, hold, {Driver::Mariadb, Driver::Mysql, Driver::Mongodb});
  belongs_to_driver(socket, hold, {Driver::Mariadb, Driver::Mysql, Driver::Postgresql, Driver::Mongodb});
  belongs_to_driver(max_lag, hold, {Driver::Mongodb});
  if (hold.driver == Driver::Mongodb && defaults_file.present() && socket.present()) {
    socket.wrong("what connects to MongoDB is the file of `defaultsFile`",
                 "name the socket in that file, or remove one");
  }
  belongs_to_driver(command, hold, {Driver::Script});
  if (hold.driver == Driver::Script && !command.present()) {
    field.wrong("the driver script needs `command`", "name the program on the server that holds the data still");
  }
  if (!read_method(method, hold)) {
    return false;
  }
  belongs_to_method(service, hold, {Method::StopService});
  belongs_to_method(stop_timeout, hold, {Method::StopService});
  belongs_to_method(start_timeout, hold,
                    {Method::StopService, Method::BackupStage, Method::ReadLock, Method::FsyncLock});
  belongs_to_method(lock_timeout, hold,
                    {Method::BackupStage, Method::ReadLock, Method::InstanceLock, Method::FsyncLock});
  const bool locks_all = hold.method == Method::ReadLock || hold.method == Method::FsyncLock;
  hold.lock_timeout = locks_all ? kWholeLockTimeout : seconds(0);
  lock_timeout.read(hold.lock_timeout, seconds(1), minutes(10));
  return true;
}

}  // namespace stillpoint::policy
