#include "rehearsal/start.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "inventory/ownership.hpp"
#include "planner/quota_ledger.hpp"
#include "planner/target.hpp"
#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using inventory::Attempt;
using inventory::AttemptState;

/// Each attempt may be asked about, then labelled or swept.
constexpr int kMostRounds = 4;

void make_usable(Start& start) {
  for (auto& volume : start.observed.volumes) {
    if (volume.status != "in-use" && volume.status != "available") {
      start.assumptions.push_back("Volume '" + volume.name + "' is " + volume.status +
                                  " now; it is taken to be usable.");
      volume.status = "in-use";
    }
  }
  if (start.observed.clock_offset > planner::kMaxClockOffset ||
      start.observed.clock_offset < -planner::kMaxClockOffset) {
    start.assumptions.push_back("This machine's clock differs from the cloud's by " +
                                std::to_string(start.observed.clock_offset.count()) +
                                " s, with which no pass would make a point; it is taken to be set right.");
  }
  start.observed.clock_offset = std::chrono::seconds(0);
}

void sweep(const Attempt& attempt, planner::Observed& observed, planner::QuotaLedger& ledger) {
  ledger.release(bill_of(attempt, observed.volumes));
  std::set<cloud::SnapshotId> gone;
  for (const auto& member : attempt.members) {
    gone.insert(member.snapshot.id);
  }
  std::erase_if(observed.snapshots, [&](const cloud::Snapshot& snapshot) { return gone.contains(snapshot.id); });
}

void write(const Attempt& attempt, const cloud::Metadata& entries, planner::Observed& observed) {
  for (const auto& member : attempt.members) {
    for (auto& snapshot : observed.snapshots) {
      if (snapshot.id == member.snapshot.id) {
        snapshot.metadata.set_all(entries);
      }
    }
  }
}

void label(const Attempt& attempt, policy::Consistency level, planner::Observed& observed) {
  write(attempt, inventory::label_metadata(level, std::nullopt), observed);
}

/// No server can be asked, so nothing proves an attempt that nothing has proven yet.
void relabel(const planner::Relabel& wanted, planner::Observed& observed) {
  switch (wanted.how) {
    case planner::Relabel::How::AskVerdict:
      observed.not_intact.insert(wanted.attempt.id);
      break;
    case planner::Relabel::How::DowngradeToCrash:
      label(wanted.attempt, policy::Consistency::Crash, observed);
      break;
    case planner::Relabel::How::PinForEver:
      write(wanted.attempt, inventory::pin_metadata(inventory::kRetained, ""), observed);
      break;
  }
}

/// Whether there was anything to do.
bool settle_once(const planner::Plan& plan, planner::Observed& observed, planner::QuotaLedger& ledger) {
  bool any = false;
  for (const auto& action : plan.actions) {
    if (const auto* wanted = std::get_if<planner::Relabel>(&action.what)) {
      relabel(*wanted, observed);
      any = true;
    } else if (const auto* proven = std::get_if<planner::Complete>(&action.what)) {
      label(proven->attempt, proven->attempt.consistency, observed);
      any = true;
    } else if (const auto* swept = std::get_if<planner::Sweep>(&action.what)) {
      sweep(swept->attempt, observed, ledger);
      any = true;
    }
  }
  return any;
}

/// What is swept a little later, once a hold or a slot is over, is not there either: it is a matter of an hour.
void sweep_what_waits(const planner::Plan& plan, planner::Observed& observed, planner::QuotaLedger& ledger,
                      const planner::Wishes& wishes, support::WallTime from) {
  std::set<inventory::SeriesKey> waiting;
  for (const auto& action : plan.actions) {
    if (std::holds_alternative<planner::Wait>(action.what)) {
      waiting.insert(action.series());
    }
  }
  const auto points = inventory::assemble(observed.snapshots, wishes.installation);
  for (const auto& [key, series] : points.series) {
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        if (waiting.contains(key) && attempt.state != AttemptState::Complete && !planner::has_label(attempt) &&
            attempt.pinned(from) == nullptr && !planner::has_status(attempt, "error_deleting")) {
          sweep(attempt, observed, ledger);
        }
      }
    }
  }
}

}  // namespace

std::vector<cloud::Volume> bill_of(const Attempt& attempt, const std::vector<cloud::Volume>& volumes) {
  std::vector<cloud::Volume> bill;
  for (const auto& member : attempt.members) {
    cloud::Volume charged;
    charged.id = member.snapshot.volume;
    charged.size_gib = member.snapshot.size_gib;
    const auto volume =
        std::find_if(volumes.begin(), volumes.end(), [&](const cloud::Volume& one) { return one.id == charged.id; });
    charged.volume_type = volume == volumes.end() ? "" : volume->volume_type;
    bill.push_back(std::move(charged));
  }
  return bill;
}

Start settle(const std::vector<policy::Policy>& policies, planner::Observed observed, const planner::Wishes& wishes,
             support::WallTime from) {
  Start start{std::move(observed), {}};
  make_usable(start);
  planner::QuotaLedger ledger(start.observed.quota);
  auto left = planner::plan(policies, start.observed, wishes, from);
  for (int round = 0; round < kMostRounds && settle_once(left, start.observed, ledger); ++round) {
    left = planner::plan(policies, start.observed, wishes, from);
  }
  sweep_what_waits(left, start.observed, ledger, wishes, from);
  start.observed.quota = ledger.quota();
  return start;
}

}  // namespace stillpoint::rehearsal
