#include "app/assumed_cloud.hpp"

#include <algorithm>
#include <utility>

#include "inventory/match.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// A name that fits the glob.
std::string name_like(std::string pattern) {
  std::replace(pattern.begin(), pattern.end(), '?', '1');
  for (auto star = pattern.find('*'); star != std::string::npos; star = pattern.find('*')) {
    pattern.replace(star, 1, "1");
  }
  return pattern;
}

std::string name_for(const policy::VolumeSelector& selector, const std::string& otherwise) {
  const std::string& part = selector.name_contains;
  if (selector.name_pattern.empty()) {
    return part.empty() ? otherwise : part;
  }
  // Where both are given, the part is put where the pattern leaves room.
  std::string pattern = selector.name_pattern;
  const auto star = pattern.find('*');
  if (star != std::string::npos && name_like(pattern).find(part) == std::string::npos) {
    pattern.replace(star, 1, part);
  }
  return name_like(pattern);
}

class Assuming {
 public:
  explicit Assuming(const Assumed& assumed) : assumed_(assumed) {
    cloud_.observed.quota["snapshots"].limit = assumed.quota_snapshots;
    cloud_.observed.quota["gigabytes"].limit = assumed.quota_gigabytes;
  }

  /// Policies that name servers come first: a pattern of another may mean one of them.
  void add_servers(const std::vector<policy::Policy>& policies) {
    for (const auto& policy : policies) {
      const auto& [names, pattern, ids, metadata, tags, addresses] = policy.servers;
      for (size_t i = 0; i < std::max(names.size(), ids.size()); ++i) {
        add_server(policy.servers, i < names.size() ? names[i] : "", i < ids.size() ? ids[i] : "");
      }
    }
    for (const auto& policy : policies) {
      if (!inventory::select_servers(policy, servers())) {
        add_server(policy.servers, "", "");
      }
      add_writer(policy.cluster);
    }
  }

  void add_volumes(const policy::Policy& policy) {
    const auto selected = inventory::select_servers(policy, servers());
    for (const auto& server : selected.value_or(std::vector<cloud::Server>())) {
      for (const auto& dataset : policy.datasets) {
        for (const auto& id : dataset.volumes.ids) {
          add_volume(id, name_for(dataset.volumes, id), server.id);
        }
        if (dataset.volumes.ids.empty()) {
          add_volume("assumed-" + policy.name + "-" + server.name + "-" + dataset.name,
                     name_for(dataset.volumes, dataset.name), server.id);
        }
      }
    }
  }

  AssumedCloud finish() && {
    cloud_.assumptions = {"Offline: no cloud was looked at. Assumed are no snapshots,", "  " + list_of(servers()) + ",",
                          "  " + support::count_of(cloud_.observed.volumes.size(), "volume") + " of " +
                              std::to_string(assumed_.volume_gib) + " GiB each,",
                          "  room for " + limit_text(assumed_.quota_snapshots, "snapshots") + " and " +
                              limit_text(assumed_.quota_gigabytes, "GiB of them") + "."};
    return std::move(cloud_);
  }

 private:
  static constexpr size_t kMostNames = 8;

  std::vector<cloud::Server>& servers() { return cloud_.observed.servers; }

  static std::string limit_text(long limit, const std::string& of_what) {
    return (limit < 0 ? "any number of" : std::to_string(limit)) + (" " + of_what);
  }

  static std::string list_of(const std::vector<cloud::Server>& servers) {
    std::vector<std::string> names;
    for (size_t i = 0; i < std::min(servers.size(), kMostNames); ++i) {
      names.push_back(servers[i].name);
    }
    return support::count_of(servers.size(), "server") + " (" + support::join(names, ", ") +
           (servers.size() > kMostNames ? ", ..." : "") + ")";
  }

  /// One that fits all that the selector says; an empty name or id is made up. One of several policies has what all of
  /// them ask for.
  void add_server(const policy::ServerSelector& selector, std::string name, std::string id) {
    if (name.empty()) {
      name = !selector.name_pattern.empty() ? name_like(selector.name_pattern)
             : id.empty()                   ? "server-" + std::to_string(servers().size() + 1)
                                            : id;
    }
    auto known = std::find_if(servers().begin(), servers().end(), [&](const cloud::Server& one) {
      return one.name == name && (id.empty() || one.id.str() == id);
    });
    if (known == servers().end()) {
      cloud::Server server;
      server.id = cloud::ServerId(id.empty() ? "assumed-" + name : id);
      server.name = name;
      server.status = "ACTIVE";
      known = servers().insert(servers().end(), server);
    }
    for (const auto& [key, value] : selector.metadata) {
      known->metadata[key] = value;
    }
    known->tags.insert(known->tags.end(), selector.tags.begin(), selector.tags.end());
    if (!selector.addresses.empty()) {
      known->addresses.push_back({"assumed", selector.addresses.front(), 4, "fixed"});
    }
  }

  /// The writer of a cluster is another server, unless the policy says otherwise.
  void add_writer(const policy::ClusterSettings& cluster) {
    if (cluster.name.empty() || cluster.writer.empty() || inventory::knows_writer(cluster, servers())) {
      return;
    }
    cloud::Server writer;
    writer.id = cloud::ServerId("assumed-writer-of-" + cluster.name);
    writer.name = cluster.writer.names.empty() ? "writer-of-" + cluster.name : cluster.writer.names.front();
    writer.status = "ACTIVE";
    for (const auto& [key, value] : cluster.writer.metadata) {
      writer.metadata[key] = value;
    }
    if (!cluster.writer.addresses.empty()) {
      writer.addresses = {{"assumed", cluster.writer.addresses.front(), 4, "fixed"}};
    }
    servers().push_back(std::move(writer));
  }

  void add_volume(const std::string& id, const std::string& name, const cloud::ServerId& server) {
    auto& volumes = cloud_.observed.volumes;
    if (std::any_of(volumes.begin(), volumes.end(), [&](const auto& one) { return one.id.str() == id; })) {
      return;  // a volume is attached to one server, and two datasets that name it are told so by the planner
    }
    cloud::Volume volume;
    volume.id = cloud::VolumeId(id);
    volume.name = name;
    volume.size_gib = assumed_.volume_gib;
    volume.status = "in-use";
    volume.attachments = {{server, ""}};
    volumes.push_back(std::move(volume));
  }

  const Assumed& assumed_;
  AssumedCloud cloud_;
};

}  // namespace

AssumedCloud assume_cloud(const std::vector<policy::Policy>& policies, const Assumed& assumed) {
  Assuming assuming(assumed);
  assuming.add_servers(policies);
  for (const auto& policy : policies) {
    assuming.add_volumes(policy);
  }
  return std::move(assuming).finish();
}

}  // namespace stillpoint::app
