#include "policy/datasets.hpp"

#include <map>
#include <optional>
#include <string>

#include "policy/hold_reader.hpp"
#include "policy/keeping.hpp"

namespace stillpoint::policy {
namespace {

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

/// Somebody who asks for one instant of two databases must not get two because one of them does not ask.
void check_shared_window(const std::vector<Field>& fields, const std::vector<Dataset>& datasets) {
  const auto shares = [](const Dataset& dataset) { return dataset.hold.shared_window; };
  const auto only = std::find_if(datasets.begin(), datasets.end(), shares);
  if (std::count_if(datasets.begin(), datasets.end(), shares) == 1) {
    fields[static_cast<size_t>(only - datasets.begin())].wrong(
        "hold.sharedWindow: no other dataset of this policy shares its window",
        "set it in another dataset too, or remove it here");
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
  check_shared_window(fields, datasets);
  return datasets;
}

}  // namespace stillpoint::policy
