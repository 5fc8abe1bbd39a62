#include "cloud/types.hpp"

#include <algorithm>

namespace stillpoint::cloud {

long QuotaUse::room() const {
  return std::max(0L, limit - in_use - reserved);
}

std::map<std::string, long> quota_charges(const std::vector<Volume>& volumes) {
  std::map<std::string, long> charges;
  for (const auto& volume : volumes) {
    charges["snapshots"] += 1;
    charges["gigabytes"] += volume.size_gib;
    if (!volume.volume_type.empty()) {
      charges["snapshots_" + volume.volume_type] += 1;
      charges["gigabytes_" + volume.volume_type] += volume.size_gib;
    }
  }
  return charges;
}

}  // namespace stillpoint::cloud
