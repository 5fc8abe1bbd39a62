#include "planner/sweeping.hpp"

#include "support/text.hpp"

namespace stillpoint::planner {

Decided sweep_when_possible(const Situation& situation, const inventory::Attempt& attempt, const std::string& reason,
                            const std::string& what) {
  const std::string text = support::count_of(attempt.members.size(), "snapshot") + " " + what;
  if (!situation.is_sweepable(attempt)) {
    const auto until = situation.sweepable_from(attempt);
    return {"SweepLater", text + "; swept from " + support::format_utc(until), Wait{until}};
  }
  if (has_status(attempt, "error_deleting")) {
    return {"ErrorDeleting",
            text +
                " stuck in error_deleting; only an administrator can delete it (openstack volume snapshot set --state "
                "error, then delete)",
            Blocked{support::ErrorKind::Conflict}};
  }
  if (!all_deletable(attempt)) {
    return {"SnapshotBusy", text + " that the cloud is still busy with", Wait{situation.soon()}};
  }
  return {reason, text, Sweep{attempt}};
}

}  // namespace stillpoint::planner
