#include "suggest/groups.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "inventory/match.hpp"
#include "support/text.hpp"

namespace stillpoint::suggest {
namespace {

constexpr std::size_t kLongestName = 63;

/// A policy's or a dataset's name made of any text.
std::string name_of(std::string_view text) {
  std::string name;
  for (const unsigned char c : text) {
    if (std::isalnum(c) != 0 && c < 0x80) {
      name += static_cast<char>(std::tolower(c));
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  name.resize(std::min(name.size(), kLongestName));
  while (name.ends_with('-')) {
    name.pop_back();
  }
  return name.empty() ? "servers" : name;
}

/// Servers start from the first disk; what is on it is the system.
bool is_system_disk(const cloud::Volume& volume) {
  return std::any_of(volume.attachments.begin(), volume.attachments.end(),
                     [](const cloud::Attachment& attachment) { return attachment.device.ends_with("da"); });
}

std::vector<Dataset> datasets_of(const std::vector<cloud::Volume>& volumes) {
  std::vector<Dataset> datasets;
  for (const auto& volume : volumes) {
    if (is_system_disk(volume)) {
      continue;
    }
    const auto match = guess_of(volume.name);
    const std::string name = match ? std::string(match->guess->dataset) : name_of(volume.name);
    auto known = std::find_if(datasets.begin(), datasets.end(), [&](const Dataset& one) { return one.name == name; });
    const std::string word = match ? match->written : std::string();
    if (known == datasets.end()) {
      known = datasets.insert(datasets.end(), {name, match ? match->guess : nullptr, word, {}});
    } else if (known->name_contains != word) {
      known->name_contains.clear();  // no one word selects them all
    }
    known->volumes.push_back(volume);
  }
  for (Dataset& dataset : datasets) {
    const auto selected = std::count_if(volumes.begin(), volumes.end(), [&](const cloud::Volume& volume) {
      return volume.name.find(dataset.name_contains) != std::string::npos;
    });
    if (static_cast<std::size_t>(selected) != dataset.volumes.size()) {
      dataset.name_contains.clear();
    }
  }
  return datasets;
}

bool is_known(const Dataset& dataset) {
  return dataset.guess != nullptr;
}

/// The server as a group of its own. Volumes of which nothing is known are taken only if the server was asked for and
/// there is nothing else.
Group alone(const cloud::Server& server, std::vector<Dataset> datasets) {
  Group group{"", {server}, {}, {}};
  if (std::none_of(datasets.begin(), datasets.end(), is_known)) {
    group.datasets = std::move(datasets);
    return group;
  }
  for (Dataset& dataset : datasets) {
    if (is_known(dataset)) {
      group.datasets.push_back(std::move(dataset));
    } else {
      for (const auto& volume : dataset.volumes) {
        group.others.push_back(volume.name.empty() ? volume.id.str() : volume.name);
      }
    }
  }
  return group;
}

/// Whether two servers can have one policy.
bool are_alike(const std::vector<Dataset>& a, const std::vector<Dataset>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Dataset& one, const Dataset& other) {
    return one.name == other.name && !one.name_contains.empty() && one.name_contains == other.name_contains;
  });
}

/// What is on the server is not known, or it is nothing.
std::string why_left_out(const std::vector<Dataset>& datasets) {
  return datasets.empty() ? "it has no volume beside the one that it starts from"
                          : "the names of its volumes do not tell what is on them; `--server` takes it all the same";
}

std::string unique(const std::string& name, std::set<std::string>& taken) {
  std::string found = name;
  for (int number = 2; !taken.insert(found).second; ++number) {
    const std::string end = "-" + std::to_string(number);
    found = name.substr(0, kLongestName - end.size()) + end;
  }
  return found;
}

void name_them(Groups& groups) {
  std::sort(groups.groups.begin(), groups.groups.end(),
            [](const Group& a, const Group& b) { return a.servers.front().name < b.servers.front().name; });
  std::set<std::string> taken;
  for (Group& group : groups.groups) {
    const std::string& first = group.servers.front().name;
    group.name = unique(name_of(group.servers.size() > 1 ? stem_of(first) : std::string_view(first)), taken);
  }
}

/// To its siblings, if there are any.
void add(std::vector<Group>& groups, Group one) {
  const cloud::Server& server = one.servers.front();
  const auto siblings = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
    const auto& first = group.servers.front().name;
    return first != server.name && stem_of(first) != first && stem_of(first) == stem_of(server.name) &&
           are_alike(group.datasets, one.datasets);
  });
  if (siblings == groups.end()) {
    groups.push_back(std::move(one));
    return;
  }
  siblings->servers.push_back(server);
  siblings->others.insert(siblings->others.end(), one.others.begin(), one.others.end());
}

}  // namespace

bool Group::looks_like_cluster() const {
  return servers.size() > 1 && std::any_of(datasets.begin(), datasets.end(), [](const Dataset& dataset) {
           return dataset.guess != nullptr && dataset.guess->can_be_cluster;
         });
}

std::string_view stem_of(std::string_view server_name) {
  const auto last = server_name.find_last_not_of("0123456789");
  if (last == std::string_view::npos || last + 1 == server_name.size()) {
    return server_name;
  }
  const auto stem = server_name.substr(0, last + 1);
  const auto end = stem.find_last_not_of("-_.");
  return end == std::string_view::npos ? server_name : stem.substr(0, end + 1);
}

Groups group_servers(const std::vector<cloud::Server>& servers, const std::vector<cloud::Volume>& volumes,
                     const std::vector<std::string>& wanted) {
  const auto volumes_of = inventory::by_server(volumes);
  Groups found;
  for (const auto& server : servers) {
    const bool is_wanted = std::find(wanted.begin(), wanted.end(), server.name) != wanted.end();
    if (!wanted.empty() && !is_wanted) {
      continue;
    }
    const auto its = volumes_of.find(server.id);
    auto datasets = its == volumes_of.end() ? std::vector<Dataset>() : datasets_of(its->second);
    if (datasets.empty() || (!is_wanted && std::none_of(datasets.begin(), datasets.end(), is_known))) {
      found.left_out.push_back({server.name, why_left_out(datasets)});
      continue;
    }
    add(found.groups, alone(server, std::move(datasets)));
  }
  for (Group& group : found.groups) {
    std::sort(group.servers.begin(), group.servers.end(),
              [](const cloud::Server& a, const cloud::Server& b) { return a.name < b.name; });
    group.by_id = std::any_of(group.servers.begin(), group.servers.end(), [&](const cloud::Server& one) {
      const bool odd = support::printable(one.name) != one.name;  // it would not come out of a policy as it went in
      return odd || std::count_if(servers.begin(), servers.end(),
                                  [&](const cloud::Server& other) { return other.name == one.name; }) > 1;
    });
  }
  name_them(found);
  return found;
}

}  // namespace stillpoint::suggest
