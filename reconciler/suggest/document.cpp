#include "suggest/document.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::suggest {
namespace {

constexpr int kMostPoints = 7;
constexpr int kFloor = 2;

/// Any text as a word of YAML: what comes from a cloud may hold anything, and a name such as 123 or null is no text
/// without quotes.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : support::printable(text)) {
    out += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  }
  return out + "\"";
}

/// A remark of one line, whatever the text is.
std::string remark(const std::string& indent, const std::string& text) {
  return indent + "# " + support::printable(text) + "\n";
}

std::string list_of(const std::vector<std::string>& words) {
  std::vector<std::string> items;
  std::transform(words.begin(), words.end(), std::back_inserter(items), quoted);
  return "[" + support::join(items, ", ") + "]";
}

std::string servers_of(const Group& group) {
  std::vector<std::string> words;
  for (const auto& server : group.servers) {
    words.push_back(group.by_id ? server.id.str() : server.name);
  }
  return std::string("  servers: {") + (group.by_id ? "ids: " : "names: ") + list_of(words) + "}\n";
}

/// Where servers are in several networks, a person knows which of them leads here.
std::string ssh_of(const Group& group) {
  std::set<std::string> networks;
  for (const auto& server : group.servers) {
    for (const auto& address : server.addresses) {
      networks.insert(address.network);
    }
  }
  std::string text =
      "  # A login of its own, which may run the helper and nothing else: `stillpoint enroll` sets it up.\n"
      "  ssh:\n    user: stillpoint\n    helper: installed\n    keyFile: ~/.ssh/id_ed25519\n"
      "    knownHostsFile: ~/.ssh/known_hosts\n";
  if (networks.size() > 1) {
    text += remark("    ", "The networks are " + support::join({networks.begin(), networks.end()}, ", ") +
                               "; name the one that this machine reaches:");
    text += "    # address: {network: " + quoted(*networks.begin()) + "}\n";
  }
  return text;
}

std::string volumes_of(const Dataset& dataset) {
  if (!dataset.name_contains.empty()) {
    return "{nameContains: " + quoted(dataset.name_contains) + "}";
  }
  std::vector<std::string> ids;
  for (const auto& volume : dataset.volumes) {
    ids.push_back(volume.id.str());
  }
  return "{ids: " + list_of(ids) + "}";
}

std::string dataset_of(const Dataset& dataset) {
  std::vector<std::string> names;
  long gibibytes = 0;
  for (const auto& volume : dataset.volumes) {
    names.push_back(volume.name.empty() ? volume.id.str() : volume.name);
    gibibytes += volume.size_gib;
  }
  std::string text = "    - name: " + quoted(dataset.name) + "\n";
  text += remark("      ", support::join(names, ", ") + " (" + std::to_string(gibibytes) + " GiB)");
  text += "      volumes: " + volumes_of(dataset) + "\n";
  if (dataset.guess != nullptr) {
    text += remark("      ", std::string(dataset.guess->remark));
    return text + "      hold: " + std::string(dataset.guess->hold) + "\n";
  }
  text += remark("      ", "the name does not tell what is on it: with a database, say its driver");
  return text + "      hold: {driver: filesystem, maxHold: 20s}\n";
}

std::string cluster_of(const Group& group) {
  if (!group.looks_like_cluster()) {
    return "";
  }
  const auto members = std::to_string(group.servers.size());
  return "  # These " + members +
         " servers look like members of one cluster. If they are, say which one takes the writes, by its\n" +
         "  # address; it is never held unless `allowWriter: true`. If they have nothing to do with each other, remove "
         "the\n"
         "  # block. Stillpoint does not guess here, since to hold the writer would stop the others' clients.\n"
         "  cluster:\n    name: " +
         quoted(group.name) + "\n    minHealthyMembers: " + members + "\n    writer: {addresses: [" +
         std::string(kFillIn) + "]}\n";
}

std::string policy_of(const Group& group, const Surroundings& surroundings, int points) {
  std::string text =
      "apiVersion: stillpoint.dev/v1alpha1\nkind: BackupPolicy\nmetadata: {name: " + quoted(group.name) + "}\nspec:\n";
  if (!surroundings.cloud.empty()) {
    text += "  cloud: " + quoted(surroundings.cloud) + "\n";
  }
  text += servers_of(group) + ssh_of(group);
  text += "  # Every night; `timeZone: Europe/Zurich` would say whose.\n  schedule: {cron: \"5 1 * * *\"}\n";
  text += "  datasets:\n";
  for (const auto& dataset : group.datasets) {
    text += dataset_of(dataset);
  }
  if (!group.others.empty()) {
    text += remark("    ",
                   "Not taken, since their names do not tell what is on them: " + support::join(group.others, ", "));
  }
  return text + cluster_of(group) + "  retention: {keepLast: " + std::to_string(points) +
         ", floor: " + std::to_string(std::min(points, kFloor)) + "}\n";
}

/// What a point of everything is charged to. The volumes of further members are taken to be as large as the first
/// one's.
std::map<std::string, long> charges_of_a_night(const Groups& groups) {
  std::vector<cloud::Volume> volumes;
  for (const auto& group : groups.groups) {
    for (const auto& dataset : group.datasets) {
      for (std::size_t i = 0; i < group.servers.size(); ++i) {
        volumes.insert(volumes.end(), dataset.volumes.begin(), dataset.volumes.end());
      }
    }
  }
  return cloud::quota_charges(volumes);
}

/// Those of the charges that the project has a limit for, with it.
std::map<std::string, std::pair<long, cloud::QuotaUse>> limited(const std::map<std::string, long>& charges,
                                                                const cloud::Quota& quota) {
  std::map<std::string, std::pair<long, cloud::QuotaUse>> found;
  for (const auto& [resource, amount] : charges) {
    const auto limit = quota.find(resource);
    if (limit != quota.end() && !limit->second.unlimited() && amount > 0) {
      found.emplace(resource, std::pair(amount, limit->second));
    }
  }
  return found;
}

std::string about_quota(const Groups& groups, const cloud::Quota& quota, int points) {
  auto charges = charges_of_a_night(groups);
  const long snapshots = charges["snapshots"];
  const long gibibytes = charges["gigabytes"];
  std::string text = "# Each night makes " + support::count_of(static_cast<std::size_t>(snapshots), "snapshot") +
                     " of " + std::to_string(gibibytes) + " GiB; " +
                     support::count_of(static_cast<std::size_t>(points), "point") +
                     " of everything, and one more while it is made, are " + std::to_string(snapshots * (points + 1)) +
                     " snapshots of " + std::to_string(gibibytes * (points + 1)) + " GiB.\n";
  for (const auto& [resource, charge] : limited(charges, quota)) {
    const auto& use = charge.second;
    text += remark("", "The project's quota is " + std::to_string(use.limit) + " " + resource + ", of which " +
                           std::to_string(use.in_use + use.reserved) + " are in use.");
  }
  return text;
}

/// What is said before the policies.
std::string preface_of(const Groups& groups, const Surroundings& surroundings, int points) {
  std::string text =
      "# Written by `stillpoint init` of what the cloud shows. Guesses have a remark: read them before you go on.\n"
      "# `stillpoint explain spec` says what each field means.\n" +
      about_quota(groups, surroundings.quota, points);
  for (const auto& left_out : groups.left_out) {
    text += remark("", "Not taken: " + left_out.server + ": " + left_out.reason);
  }
  return text;
}

}  // namespace

int points_that_fit(const Groups& groups, const cloud::Quota& quota, int most) {
  long points = most;
  for (const auto& [resource, charge] : limited(charges_of_a_night(groups), quota)) {
    points = std::min(points, charge.second.room() / charge.first - 1);
  }
  return static_cast<int>(std::max(points, 1L));
}

std::string document_of(const Groups& groups, const Surroundings& surroundings) {
  const int points = points_that_fit(groups, surroundings.quota, kMostPoints);
  std::string text = preface_of(groups, surroundings, points);
  for (const auto& group : groups.groups) {
    text += "---\n" + policy_of(group, surroundings, points);
  }
  return text;
}

std::map<std::string, std::string> documents_of(const Groups& groups, const Surroundings& surroundings) {
  const int points = points_that_fit(groups, surroundings.quota, kMostPoints);
  const std::string preface = preface_of(groups, surroundings, points);
  std::map<std::string, std::string> documents;
  for (const auto& group : groups.groups) {
    documents[group.name] = preface + policy_of(group, surroundings, points);
  }
  return documents;
}

}  // namespace stillpoint::suggest
