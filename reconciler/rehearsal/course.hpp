#pragma once

#include <optional>
#include <string>
#include <vector>

#include "planner/quota_ledger.hpp"
#include "rehearsal/rehearsal.hpp"

namespace stillpoint::rehearsal {

/// The quotas in virtual time: what is in use, and how that went.
class UseOfQuotas {
 public:
  UseOfQuotas(cloud::Quota quota, Period period);

  /// Time goes on to `now`.
  void advance(support::WallTime now);
  /// As QuotaLedger::book. `step` is the change that it would be.
  std::optional<std::string> book(const std::vector<cloud::Volume>& volumes, support::WallTime now, Step step);
  void release(const std::vector<cloud::Volume>& volumes) { ledger_.release(volumes); }

  std::vector<QuotaCourse> finish() &&;

 private:
  struct Watched {
    const cloud::QuotaUse* use;  ///< in the ledger
    QuotaCourse course;

    long in_use() const { return use->in_use + use->reserved; }
  };

  void watch(const std::string& resource);
  size_t part_of(support::WallTime instant) const;

  planner::QuotaLedger ledger_;
  Period period_;
  std::vector<Watched> watched_;
};

}  // namespace stillpoint::rehearsal
