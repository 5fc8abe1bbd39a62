#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/types.hpp"

namespace stillpoint::planner {

/// The room that is left in a project's quotas while snapshots are planned one after another.
class QuotaLedger {
 public:
  explicit QuotaLedger(cloud::Quota quota) : quota_(std::move(quota)) {}

  /// Books snapshots of all the volumes, or books none and says which quota has no room, how much is needed and how
  /// much there is.
  std::optional<std::string> book(const std::vector<cloud::Volume>& volumes);
  /// Snapshots of the volumes, booked here or in use from the beginning, are gone.
  void release(const std::vector<cloud::Volume>& volumes);

  /// Its entries stay where they are as long as the ledger.
  const cloud::Quota& quota() const { return quota_; }

 private:
  cloud::Quota quota_;
};

}  // namespace stillpoint::planner
