#include "policy/datasets.hpp"

#include <map>
#include <optional>
#include <string>

#include "policy/keeping.hpp"

namespace stillpoint::policy {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr size_t kMostDatasets = 64;

VolumeSelector read_volumes(const Field& field) {
  VolumeSelector volumes;
  if (auto fields = field.fields()) {
    fields->get("nameContains").read(volumes.name_contains, kText);
    fields->get("namePattern").read(volumes.name_pattern, kText);
    fields->get("ids").read(volumes.ids, kUuid);
    fields->need_one_of({"nameContains", "namePattern", "ids"}, "the volumes");
    fields->finish({{"metadata", "select the volumes by their names or ids"},
                    {"type", "select the volumes by their names or ids"},
                    {"devices", "select the volumes by their names or ids: what a server calls a device may change"}});
  }
  return volumes;
}

Method default_method(Driver driver) {
  switch (driver) {
    case Driver::None:
      return Method::None;
    case Driver::Filesystem:
      return Method::Filesystem;
    case Driver::Mariadb:
      return Method::BackupStage;
  }
  return Method::None;
}

bool belongs(Method method, Driver driver) {
  return method == default_method(driver) || (driver == Driver::Mariadb && method == Method::StopService);
}

/// False if the field is wrong.
bool read_method(const Field& field, HoldSettings& hold) {
  hold.method = default_method(hold.driver);
  Method method = hold.method;
  const bool known =
      field.read(method,
                 {{"backupStage", Method::BackupStage},
                  {"stopService", Method::StopService},
                  {"filesystem", Method::Filesystem},
                  {"none", Method::None}},
                 {{"readLock", "use backupStage, which MariaDB 10.5 and later have, or stopService"},
                  {"instanceLock", "use stopService with MariaDB, or the driver filesystem"},
                  {"fsyncLock", "use the driver filesystem, whose freeze MongoDB's journal recovers from"},
                  {"journal", "use the driver filesystem, whose freeze MongoDB's journal recovers from"},
                  {"checkpoint", "use the driver filesystem, whose freeze PostgreSQL recovers from"},
                  {"backupMode", "use the driver filesystem, whose freeze PostgreSQL recovers from"},
                  {"script", "use one of backupStage, stopService, filesystem, none"}});
  if (!known || belongs(method, hold.driver)) {
    hold.method = method;
    return known;
  }
  const std::string right =
      hold.driver == Driver::Mariadb ? "backupStage or stopService" : std::string(to_string(hold.method));
  field.wrong("the method " + std::string(to_string(method)) + " does not belong to the driver " +
                  std::string(to_string(hold.driver)),
              "use " + right);
  return false;
}

void check_freeze(const Field& field, HoldSettings& hold) {
  if (hold.driver == Driver::None && hold.freeze) {
    field.wrong("the driver none holds nothing still", "use the driver filesystem to freeze");
  } else if (hold.driver == Driver::Filesystem && !hold.freeze) {
    field.wrong("the driver filesystem is a freeze", "remove this field, or use the driver none");
  }
}

void belongs_to_method(const Field& field, const HoldSettings& hold, Method method) {
  if (field.present() && hold.method != method) {
    field.wrong("belongs to the method " + std::string(to_string(method)) + " and has no meaning with " +
                    std::string(to_string(hold.method)),
                "remove it");
  }
}

void belongs_to_mariadb(const Field& field, const HoldSettings& hold) {
  if (field.present() && hold.driver != Driver::Mariadb) {
    field.wrong("belongs to the driver mariadb and has no meaning with " + std::string(to_string(hold.driver)),
                "remove it");
  }
}

/// Fills in `hold`. False if driver or method are wrong, so that nothing can be said about what depends on them.
bool read_hold(const Field& field, HoldSettings& hold) {
  auto fields = field.fields();
  if (!fields) {
    return !field.present();
  }
  const auto driver = fields->need("driver", "one of mariadb, filesystem, none");
  const auto method = fields->get("method");
  const auto freeze = fields->get("freeze");
  const auto service = fields->get("service");
  const auto stop_timeout = fields->get("stopTimeout");
  const auto start_timeout = fields->get("startTimeout");
  const auto defaults_file = fields->get("defaultsFile");
  const auto socket = fields->get("socket");
  fields->get("maxHold").read(hold.max_hold, seconds(1), minutes(10));
  fields->finish({{"devices", "remove it: the volumes are found on the server by their ids"},
                  {"resyncTimeout", "remove it"},
                  {"verify", "remove it: a hold is always verified"},
                  {"stopCommand", "name the unit of systemd in service"},
                  {"startCommand", "name the unit of systemd in service"},
                  {"statusCommand", "name the unit of systemd in service"},
                  {"command", "use the driver filesystem, or none"},
                  {"longQuery", "remove it: queries that would outlast the hold are refused as they are"},
                  {"user", "log in through the socket as root, or name an option file in defaultsFile"},
                  {"host", "remove it: the database is reached on the server itself"},
                  {"port", "remove it: the database is reached by its socket"}});

  const bool driver_known = driver.read(
      hold.driver, {{"mariadb", Driver::Mariadb}, {"filesystem", Driver::Filesystem}, {"none", Driver::None}},
      {{"mongodb", "use filesystem, which freezes the volume, or none"},
       {"postgresql", "use filesystem, which freezes the volume, or none"},
       {"mysql", "use filesystem, which freezes the volume, or none; mariadb is for MariaDB only"},
       {"redis", "use filesystem, which freezes the volume, or none"},
       {"script", "use filesystem, which freezes the volume, or none"}});
  hold.freeze = hold.driver == Driver::Filesystem;
  freeze.read(hold.freeze);
  service.read(hold.service, kUnitName);
  stop_timeout.read(hold.stop_timeout, seconds(1), minutes(15));
  start_timeout.read(hold.start_timeout, seconds(1), minutes(15));
  defaults_file.read(hold.defaults_file, kServerPath);
  socket.read(hold.socket, kSocketPath);
  if (!driver.present() || !driver_known) {
    return false;
  }
  check_freeze(freeze, hold);
  belongs_to_mariadb(defaults_file, hold);
  belongs_to_mariadb(socket, hold);
  if (!read_method(method, hold)) {
    return false;
  }
  belongs_to_method(service, hold, Method::StopService);
  belongs_to_method(stop_timeout, hold, Method::StopService);
  belongs_to_method(start_timeout, hold, Method::StopService);
  return true;
}

/// `highest` is the level that the hold can prove; nothing if the hold itself is wrong.
void read_requirement(Fields& fields, Dataset& dataset, const std::optional<Consistency>& highest) {
  const auto require = fields.get("require");
  const auto on_failure = fields.get("onFailure");
  dataset.require = highest.value_or(Consistency::Crash);
  const bool require_known = require.read(dataset.require, {{"application", Consistency::Application},
                                                            {"filesystem", Consistency::Filesystem},
                                                            {"crash", Consistency::Crash}});
  on_failure.read(dataset.on_failure, {{"fail", OnFailure::Fail}, {"downgrade", OnFailure::Downgrade}});
  if (!highest || !require_known) {
    return;
  }
  if (dataset.require > *highest) {
    require.wrong(std::string(to_string(dataset.require)) + " is a level that the method " +
                      std::string(to_string(dataset.hold.method)) + " cannot prove",
                  "require " + std::string(to_string(*highest)) + ", or use a stronger method");
  }
  if (dataset.on_failure == OnFailure::Downgrade && dataset.require == Consistency::Crash) {
    on_failure.wrong("nothing is below the level crash that is required here", "use fail, or remove it");
  }
}

Dataset read_dataset(const Field& field, const Policy& policy) {
  Dataset dataset;
  dataset.mark = field.mark();
  auto fields = field.fields();
  if (!fields) {
    return dataset;
  }
  fields->need("name", "the dataset a name").read(dataset.name, kName);
  dataset.volumes = read_volumes(fields->need("volumes", "the volumes by one of nameContains, namePattern, ids"));
  const auto hold = fields->get("hold");
  const bool hold_known = read_hold(hold, dataset.hold);
  if (hold_known && dataset.hold.driver != Driver::None && !policy.has_ssh) {
    hold.wrong("the driver " + std::string(to_string(dataset.hold.driver)) + " works on the server",
               "give spec.ssh, how to log in there");
  }
  const auto previous = fields->get("previousNames");
  previous.read(dataset.previous_names, kName);
  check_previous_names(previous, dataset.previous_names, dataset.name);
  if (const auto retention = fields->get("retention"); retention.present()) {
    dataset.retention = read_retention(retention, policy.retention);
  }
  read_requirement(*fields, dataset, hold_known ? std::optional(highest_level(dataset.hold.method)) : std::nullopt);
  fields->finish({{"schedule", "write a policy of its own for what has another schedule"},
                  {"cluster", "write a policy of its own, with spec.cluster"},
                  {"optional", "select only servers that have the volumes"}});
  return dataset;
}

/// Points belong to one dataset: to the one that has their name, or to the only one that had it.
void check_previous_names_apart(const std::vector<Field>& fields, const std::vector<Dataset>& datasets) {
  std::map<std::string, size_t> owners;
  for (size_t i = 0; i < datasets.size(); ++i) {
    owners.emplace(datasets[i].name, i);
  }
  for (size_t i = 0; i < datasets.size(); ++i) {
    for (const auto& name : datasets[i].previous_names) {
      const auto [owner, is_new] = owners.emplace(name, i);
      if (!is_new && owner->second != i) {
        fields[i].wrong("its previous name " + name + " is taken by " + fields[owner->second].path(),
                        "remove it here: points belong to one dataset");
      }
    }
  }
}

/// Volumes of two datasets of one server must not be the same: neither point would be of its own hold.
void check_apart(const std::vector<Field>& fields, const std::vector<Dataset>& datasets) {
  for (size_t i = 0; i < datasets.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!datasets[i].name.empty() && datasets[i].name == datasets[j].name) {
        fields[i].wrong("the name " + datasets[i].name + " is taken by " + fields[j].path(), "choose another");
      }
      if (datasets[i].volumes == datasets[j].volumes && datasets[i].volumes != VolumeSelector{}) {
        fields[i].wrong("selects the same volumes as " + fields[j].path(), "let them select different volumes");
      }
    }
  }
}

}  // namespace

std::vector<Dataset> read_datasets(const Field& list, const Policy& policy) {
  std::vector<Dataset> datasets;
  const auto fields = list.items(kMostDatasets);
  datasets.reserve(fields.size());
  for (const auto& field : fields) {
    datasets.push_back(read_dataset(field, policy));
  }
  check_apart(fields, datasets);
  check_previous_names_apart(fields, datasets);
  return datasets;
}

}  // namespace stillpoint::policy
