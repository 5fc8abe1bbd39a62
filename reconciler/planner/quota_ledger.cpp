#include "planner/quota_ledger.hpp"

#include <map>

namespace stillpoint::planner {
namespace {

/// What a snapshot of `gib` is charged to, by resource. `type` may be empty.
void charge(std::map<std::string, long>& charges, const std::string& type, int gib) {
  charges["snapshots"] += 1;
  charges["gigabytes"] += gib;
  if (!type.empty()) {
    charges["snapshots_" + type] += 1;
    charges["gigabytes_" + type] += gib;
  }
}

/// What snapshots of the volumes are charged to which quota.
std::map<std::string, long> charge_of(const std::vector<cloud::Volume>& volumes) {
  std::map<std::string, long> need;
  for (const auto& volume : volumes) {
    charge(need, volume.volume_type, volume.size_gib);
  }
  return need;
}

}  // namespace

std::optional<std::string> QuotaLedger::book(const std::vector<cloud::Volume>& volumes) {
  const auto need = charge_of(volumes);
  for (const auto& [resource, amount] : need) {
    const auto found = quota_.find(resource);
    if (found != quota_.end() && !found->second.unlimited() && found->second.room() < amount) {
      return "quota '" + resource + "': " + std::to_string(amount) + " needed, room for " +
             std::to_string(found->second.room()) + " (limit " + std::to_string(found->second.limit) + ", in use " +
             std::to_string(found->second.in_use + found->second.reserved) +
             "); raise the quota or lower spec.retention";
    }
  }
  for (const auto& [resource, amount] : need) {
    if (const auto found = quota_.find(resource); found != quota_.end()) {
      found->second.in_use += amount;
    }
  }
  return std::nullopt;
}

void QuotaLedger::release(const std::vector<cloud::Volume>& volumes) {
  for (const auto& [resource, amount] : charge_of(volumes)) {
    if (const auto found = quota_.find(resource); found != quota_.end()) {
      found->second.in_use -= amount;
    }
  }
}

}  // namespace stillpoint::planner
