#include "planner/hold_rules.hpp"

#include "inventory/match.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

std::string describe(const policy::WriterSelector& writer) {
  std::vector<std::string> parts;
  if (!writer.addresses.empty()) {
    parts.push_back("addresses " + support::join(writer.addresses, ", "));
  }
  if (!writer.names.empty()) {
    parts.push_back("names " + support::join(writer.names, ", "));
  }
  for (const auto& [key, value] : writer.metadata) {
    parts.push_back(std::string("metadata ").append(key).append(": ").append(value));
  }
  return support::join(parts, " and ");
}

bool counts_members(policy::Driver driver) {
  return driver == policy::Driver::Mariadb || driver == policy::Driver::Mysql || driver == policy::Driver::Mongodb;
}

}  // namespace

std::optional<Objection> object_to_hold(const policy::Policy& policy, const policy::Dataset& dataset,
                                        const cloud::Server& server, const std::vector<cloud::Volume>& volumes,
                                        const std::vector<cloud::Server>& servers) {
  const auto& cluster = policy.cluster;
  const auto method = dataset.hold.method;
  if (volumes.size() > 1 && !dataset.hold.freeze && !policy::joins_volumes(method)) {
    return Objection{
        "SeveralVolumes",
        "method " + std::string(to_string(method)) + " cannot give " + support::count_of(volumes.size(), "volume") +
            " one instant; freeze them, hold the dataset in another way, or make each volume a dataset of its own"};
  }
  if (method == policy::Method::None) {
    return std::nullopt;
  }
  if (!cluster.name.empty() && cluster.min_healthy_members > 1 && !counts_members(dataset.hold.driver)) {
    return Objection{"HealthUnknown", "how many members of cluster '" + cluster.name +
                                          "' are healthy is seen by the drivers mariadb, mysql and mongodb only, on a "
                                          "member of Galera, of a replication group and of a replica set; say "
                                          "cluster.minHealthyMembers: 1 to hold without it"};
  }
  if (!cluster.name.empty() && !cluster.allow_writer) {
    if (cluster.writer.empty()) {
      return Objection{"WriterUnknown",
                       "spec.cluster does not say which member is the writer; give cluster.writer, or allowWriter: "
                       "true"};
    }
    if (!inventory::knows_writer(cluster, servers)) {
      return Objection{"WriterUnknown", "no server of the project is the one of spec.cluster.writer (" +
                                            describe(cluster.writer) +
                                            "), so any member may be the writer; correct it, or say allowWriter: true"};
    }
    if (inventory::is_writer(cluster, server)) {
      return Objection{"Writer", "the server is the writer of cluster '" + cluster.name +
                                     "'; select another member, or say allowWriter: true"};
    }
  }
  return std::nullopt;
}

}  // namespace stillpoint::planner
