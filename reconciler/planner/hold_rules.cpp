#include "planner/hold_rules.hpp"

#include "inventory/match.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {

std::optional<Objection> object_to_hold(const policy::Policy& policy, const policy::Dataset& dataset,
                                        const cloud::Server& server, const std::vector<cloud::Volume>& volumes) {
  const auto& cluster = policy.cluster;
  if (dataset.hold.method == policy::Method::None) {
    if (volumes.size() > 1) {
      return Objection{"SeveralVolumes",
                       "method none cannot give " + support::count_of(volumes.size(), "volume") +
                           " one instant; hold the dataset, or make each volume a dataset of its own"};
    }
    return std::nullopt;
  }
  if (!cluster.name.empty() && !cluster.allow_writer) {
    if (cluster.writer_addresses.empty()) {
      return Objection{"WriterUnknown",
                       "spec.cluster does not say which member is the writer; give cluster.writer.addresses, or "
                       "allowWriter: true"};
    }
    if (inventory::is_writer(cluster, server)) {
      return Objection{"Writer", "the server is the writer of cluster '" + cluster.name +
                                     "'; select another member, or say allowWriter: true"};
    }
  }
  return std::nullopt;
}

}  // namespace stillpoint::planner
