#include "inventory/match.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "support/ip_address.hpp"
#include "support/text.hpp"

namespace stillpoint::inventory {
namespace {

using support::ErrorKind;
using support::fail;

template <class Range, class Value>
bool contains(const Range& range, const Value& value) {
  return std::find(range.begin(), range.end(), value) != range.end();
}

/// Compared by what they mean: an IPv6 address can be written in many ways.
bool has_address(const cloud::Server& server, const std::vector<std::string>& wanted) {
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& one) {
    const auto canonical = support::canonical_ip(one);
    return canonical && std::any_of(server.addresses.begin(), server.addresses.end(), [&](const auto& address) {
             return support::canonical_ip(address.address) == canonical;
           });
  });
}

bool has_metadata(const cloud::Server& server, const std::vector<std::pair<std::string, std::string>>& wanted) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const auto& entry) {
    const auto found = server.metadata.find(entry.first);
    return found != server.metadata.end() && found->second == entry.second;
  });
}

bool matches(const policy::ServerSelector& selector, const cloud::Server& server) {
  const auto has_tag = [&](const std::string& tag) { return contains(server.tags, tag); };
  return (selector.names.empty() || contains(selector.names, server.name)) &&
         (selector.name_pattern.empty() || glob_matches(selector.name_pattern, server.name)) &&
         (selector.ids.empty() || contains(selector.ids, server.id.str())) && has_metadata(server, selector.metadata) &&
         std::all_of(selector.tags.begin(), selector.tags.end(), has_tag) &&
         (selector.addresses.empty() || has_address(server, selector.addresses));
}

bool matches(const policy::VolumeSelector& selector, const cloud::Volume& volume) {
  return (selector.name_contains.empty() || volume.name.find(selector.name_contains) != std::string::npos) &&
         (selector.name_pattern.empty() || glob_matches(selector.name_pattern, volume.name)) &&
         (selector.ids.empty() || contains(selector.ids, volume.id.str()));
}

bool attached_to(const cloud::Volume& volume, const cloud::ServerId& server) {
  return std::any_of(volume.attachments.begin(), volume.attachments.end(),
                     [&](const cloud::Attachment& attachment) { return attachment.server == server; });
}

template <class Object>
void sort_by_name(std::vector<Object>& objects) {
  std::sort(objects.begin(), objects.end(),
            [](const Object& a, const Object& b) { return std::tie(a.name, a.id) < std::tie(b.name, b.id); });
}

std::string describe(const policy::VolumeSelector& selector) {
  std::vector<std::string> parts;
  if (!selector.name_contains.empty()) {
    parts.push_back("nameContains '" + selector.name_contains + "'");
  }
  if (!selector.name_pattern.empty()) {
    parts.push_back("namePattern '" + selector.name_pattern + "'");
  }
  if (!selector.ids.empty()) {
    parts.push_back("ids " + support::join(selector.ids, ", "));
  }
  return support::join(parts, " and ");
}

}  // namespace

ServerIndex::ServerIndex(const std::vector<cloud::Server>& servers) : servers_(servers) {
  for (const auto& server : servers_) {
    by_name_.emplace(server.name, &server);
    by_id_.emplace(server.id.str(), &server);
  }
}

/// Every server that can match, and others.
std::vector<const cloud::Server*> ServerIndex::candidates(const policy::ServerSelector& selector) const {
  std::set<const cloud::Server*> found;
  for (const auto& id : selector.ids) {
    if (const auto server = by_id_.find(id); server != by_id_.end()) {
      found.insert(server->second);
    }
  }
  for (const auto& name : selector.names) {
    const auto [first, last] = by_name_.equal_range(name);
    std::for_each(first, last, [&](const auto& entry) { found.insert(entry.second); });
  }
  if (selector.ids.empty() && selector.names.empty()) {
    for (const auto& server : servers_) {
      found.insert(&server);
    }
  }
  return {found.begin(), found.end()};
}

support::Result<std::vector<cloud::Server>> select_servers(const policy::Policy& policy,
                                                           const std::vector<cloud::Server>& servers) {
  return ServerIndex(servers).select(policy);
}

support::Result<std::vector<cloud::Server>> ServerIndex::select(const policy::Policy& policy) const {
  std::vector<cloud::Server> selected;
  for (const auto* server : candidates(policy.servers)) {
    if (matches(policy.servers, *server)) {
      selected.push_back(*server);
    }
  }
  if (selected.empty()) {
    return fail(ErrorKind::InvalidInput,
                "no server of the project matches spec.servers; compare it with `openstack server list`");
  }
  for (const auto& name : policy.servers.names) {
    if (std::none_of(selected.begin(), selected.end(), [&](const auto& server) { return server.name == name; })) {
      return fail(ErrorKind::InvalidInput,
                  "no server named '" + name + "' matches spec.servers; mend or remove the name");
    }
  }
  for (const auto& id : policy.servers.ids) {
    if (std::none_of(selected.begin(), selected.end(), [&](const auto& server) { return server.id.str() == id; })) {
      return fail(ErrorKind::InvalidInput, "no server with id " + id + " matches spec.servers; mend or remove the id");
    }
  }
  sort_by_name(selected);
  if (!policy.servers.names.empty()) {
    for (size_t i = 1; i < selected.size(); ++i) {
      if (selected[i].name == selected[i - 1].name) {
        return fail(ErrorKind::InvalidInput, "two servers are named '" + selected[i].name + "' (" +
                                                 selected[i - 1].id.str() + " and " + selected[i].id.str() +
                                                 "); select one of them by spec.servers.ids");
      }
    }
  }
  return selected;
}

std::map<cloud::ServerId, std::vector<cloud::Volume>> by_server(const std::vector<cloud::Volume>& volumes) {
  std::map<cloud::ServerId, std::vector<cloud::Volume>> attached;
  for (const auto& volume : volumes) {
    std::set<cloud::ServerId> servers;
    for (const auto& attachment : volume.attachments) {
      if (servers.insert(attachment.server).second) {
        attached[attachment.server].push_back(volume);
      }
    }
  }
  return attached;
}

support::Result<std::vector<cloud::Volume>> select_volumes(const policy::Dataset& dataset, const cloud::Server& server,
                                                           const std::vector<cloud::Volume>& volumes) {
  std::vector<cloud::Volume> selected;
  std::vector<std::string> attached;
  for (const auto& volume : volumes) {
    if (!attached_to(volume, server.id)) {
      continue;
    }
    attached.push_back("'" + support::printable(volume.name) + "'");
    if (!matches(dataset.volumes, volume)) {
      continue;
    }
    if (volume.multiattach || volume.attachments.size() > 1) {
      return fail(ErrorKind::InvalidInput,
                  "volume '" + volume.name + "' (" + volume.id.str() +
                      ") can be attached to several servers at once; one server alone cannot hold it still");
    }
    selected.push_back(volume);
  }
  if (selected.empty()) {
    return fail(ErrorKind::InvalidInput,
                "no volume attached to the server matches " + describe(dataset.volumes) +
                    "; attached are: " + (attached.empty() ? "none" : support::join(attached, ", ")));
  }
  for (const auto& id : dataset.volumes.ids) {
    if (std::none_of(selected.begin(), selected.end(), [&](const auto& volume) { return volume.id.str() == id; })) {
      return fail(ErrorKind::InvalidInput, "volume " + id + " of the dataset is not attached to the server");
    }
  }
  sort_by_name(selected);
  return selected;
}

support::Result<std::string> select_address(const policy::SshSettings& ssh, const cloud::Server& server) {
  const cloud::Address* best = nullptr;
  for (const auto& address : server.addresses) {
    if (address.version == ssh.ip_version && (ssh.network.empty() || address.network == ssh.network) &&
        (best == nullptr || (best->type != "floating" && address.type == "floating"))) {
      best = &address;
    }
  }
  if (best == nullptr) {
    return fail(ErrorKind::InvalidInput, "server '" + server.name + "' has no IPv" + std::to_string(ssh.ip_version) +
                                             " address" +
                                             (ssh.network.empty() ? "" : " on network '" + ssh.network + "'") +
                                             "; give it one, or change spec.ssh.address");
  }
  return best->address;
}

bool is_writer(const policy::ClusterSettings& cluster, const cloud::Server& server) {
  const auto& writer = cluster.writer;
  return !writer.empty() && (writer.addresses.empty() || has_address(server, writer.addresses)) &&
         (writer.names.empty() || contains(writer.names, server.name)) && has_metadata(server, writer.metadata);
}

bool knows_writer(const policy::ClusterSettings& cluster, const std::vector<cloud::Server>& servers) {
  return std::any_of(servers.begin(), servers.end(),
                     [&](const cloud::Server& server) { return is_writer(cluster, server); });
}

bool glob_matches(std::string_view pattern, std::string_view text) {
  // Greedy with one point of return: linear in practice, never exponential.
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') {
    ++p;
  }
  return p == pattern.size();
}

}  // namespace stillpoint::inventory
