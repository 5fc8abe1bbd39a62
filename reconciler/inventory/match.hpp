#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "cloud/types.hpp"
#include "policy/policy.hpp"
#include "support/result.hpp"

namespace stillpoint::inventory {

/// The servers that the policy selects, in order of name and id. Two servers of one exact name are InvalidInput:
/// whoever wrote the name meant one of them.
support::Result<std::vector<cloud::Server>> select_servers(const policy::Policy& policy,
                                                           const std::vector<cloud::Server>& servers);

/// The same for many policies: those that give names or ids do not look at every server. `servers` must outlive it and
/// stay as they are.
class ServerIndex {
 public:
  explicit ServerIndex(const std::vector<cloud::Server>& servers);
  support::Result<std::vector<cloud::Server>> select(const policy::Policy& policy) const;

 private:
  std::vector<const cloud::Server*> candidates(const policy::ServerSelector& selector) const;

  const std::vector<cloud::Server>& servers_;
  std::unordered_multimap<std::string, const cloud::Server*> by_name_;
  std::unordered_map<std::string, const cloud::Server*> by_id_;
};

/// All volumes by the servers that they are attached to.
std::map<cloud::ServerId, std::vector<cloud::Volume>> by_server(const std::vector<cloud::Volume>& volumes);

/// The volumes of the server that make up the dataset, in order of name and id. InvalidInput if there is none, or if
/// one is attached to another server as well.
support::Result<std::vector<cloud::Volume>> select_volumes(const policy::Dataset& dataset, const cloud::Server& server,
                                                           const std::vector<cloud::Volume>& volumes);

/// The address at which the policy reaches the server: of the named network if there is one, of the wanted IP version,
/// floating before fixed. InvalidInput if there is none.
support::Result<std::string> select_address(const policy::SshSettings& ssh, const cloud::Server& server);

/// Whether the server is the cluster's writer by the policy's own words: every field of `cluster.writer` matches it. Of
/// words that match no server of the project nothing follows: ask `knows_writer` first.
bool is_writer(const policy::ClusterSettings& cluster, const cloud::Server& server);

/// Whether one of the servers (all of the project) is the cluster's writer.
bool knows_writer(const policy::ClusterSettings& cluster, const std::vector<cloud::Server>& servers);

/// `*` stands for any text, `?` for one character; the whole text must match.
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace stillpoint::inventory
