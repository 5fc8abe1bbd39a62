#include "planner/quota_ledger.hpp"

namespace stillpoint::planner {

std::optional<std::string> QuotaLedger::book(const std::vector<cloud::Volume>& volumes) {
  const auto need = cloud::quota_charges(volumes);
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
  for (const auto& [resource, amount] : cloud::quota_charges(volumes)) {
    if (const auto found = quota_.find(resource); found != quota_.end()) {
      found->second.in_use -= amount;
    }
  }
}

}  // namespace stillpoint::planner
