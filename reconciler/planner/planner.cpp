#include "planner/planner.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>

#include "inventory/match.hpp"
#include "planner/hold_rules.hpp"
#include "planner/orphans.hpp"
#include "planner/pruning.hpp"
#include "planner/quota_ledger.hpp"
#include "planner/series_book.hpp"
#include "planner/target.hpp"
#include "planner/tombstones.hpp"
#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using inventory::Attempt;
using inventory::AttemptState;
using inventory::Point;
using inventory::Series;
using inventory::SeriesKey;
using support::ErrorKind;
using support::format_utc;
using support::WallTime;

/// A slot that a point is wanted for. `start_by` is empty if it was asked for outside the schedule.
struct WantedSlot {
  WallTime slot;
  std::optional<WallTime> start_by;
};

/// A dataset of a selected server, before it is known which points are its own.
struct Chosen {
  const policy::Policy& policy;
  const policy::Dataset& dataset;
  const cloud::Server& server;
};

/// Gathers one plan. Each `plan_...` is one rule and adds the actions that it wants.
class Planning {
 public:
  Planning(const Observed& observed, const Wishes& wishes, WallTime now)
      : observed_(observed),
        wishes_(wishes),
        now_(now),
        cloud_now_(now + observed.clock_offset),
        points_(inventory::assemble(observed.snapshots, wishes.installation)),
        book_(points_),
        orphanage_(points_),
        tombstones_(observed, now, points_),
        clusters_held_(inventory::clusters_held(observed.snapshots, cloud_now_)),
        ledger_(observed.quota),
        pruning_(observed, wishes, now, points_, plan_) {}

  /// Finds what the policy is about. All policies come before the first rule: a volume and a series belong to one of
  /// their datasets.
  void gather(const policy::Policy& policy) {
    tombstones_.note(policy);
    if (policy.is_tombstone()) {
      return;
    }
    orphanage_.note(policy);
    auto servers = inventory::select_servers(policy, observed_.servers);
    if (!servers) {
      orphanage_.note_unselected(policy);
      add({policy.name, {}, "", "", "NoServer", servers.error().message(), Blocked{servers.error().kind()}});
      return;
    }
    servers_.push_back(std::move(*servers));
    for (const auto& server : servers_.back()) {
      orphanage_.note(policy, server.id);
      for (const auto& dataset : policy.datasets) {
        static const std::vector<cloud::Volume> kNoVolumes;
        for (const auto& volume : inventory::select_volumes(dataset, server, observed_.volumes).value_or(kNoVolumes)) {
          claims_[volume.id].push_back({policy.name, server.id, dataset.name});
        }
        book_.claim(policy, dataset, server.id);
        chosen_.push_back({policy, dataset, server});
      }
    }
  }

  Plan finish() && {
    for (const auto& [policy, dataset, server] : chosen_) {
      plan_target({policy, dataset, server, book_.series_of(policy, dataset, server.id)});
    }
    for (const auto& key : book_.unclaimed()) {
      if (!clock_suspect() && !tombstones_.own(key)) {
        pruning_.plan_orphan(orphanage_, orphanage_.describe(key));
      }
    }
    pruning_.hold_back_mass_deletion();
    tombstones_.plan_deletions(plan_);
    // What frees quota or proves a point goes first, what deletes a point goes last; within that, as gathered.
    const auto phase = [](const Action& action) {
      static constexpr std::array<int, 6> kPhase{2, 0, 3, 1, 4, 5};
      return kPhase[action.what.index()];
    };
    std::stable_sort(plan_.actions.begin(), plan_.actions.end(),
                     [&](const Action& a, const Action& b) { return phase(a) < phase(b); });
    return std::move(plan_);
  }

 private:
  void add(Action action) { plan_.actions.push_back(std::move(action)); }

  template <class What>
  void add(const Target& target, std::string reason, std::string message, What what) {
    add({target.policy.name, target.server.id, target.server.name, target.dataset.name, std::move(reason),
         std::move(message), std::move(what)});
  }

  void plan_target(const Target& target) {
    for (const auto& point : target.series) {
      for (const auto& attempt : point.attempts) {
        plan_leftover(target, attempt);
      }
    }
    if (target.policy.suspend) {
      if (wishes_.slot_now) {
        add(target, "Suspended", "spec.suspend is true: no point is made", Blocked{ErrorKind::Conflict});
      }
      return;
    }
    if (clock_suspect()) {
      add(target, "ClockSuspect",
          "this machine's clock differs from the cloud's by " + std::to_string(observed_.clock_offset.count()) +
              " s (at most " + std::to_string(kMaxClockOffset.count()) + " s are allowed); set it right",
          Blocked{ErrorKind::Unavailable});
      return;
    }
    plan_creation(target);
    plan_retention(target);
  }

  bool clock_suspect() const {
    return observed_.clock_offset > kMaxClockOffset || observed_.clock_offset < -kMaxClockOffset;
  }

  /// What to do with an attempt that is not a labelled point.
  void plan_leftover(const Target& target, const Attempt& attempt) {
    if (attempt.state == AttemptState::Complete) {
      if (!attempt.all_labelled()) {
        add(target, "LabelMissing", "a member of a proven attempt does not carry its label yet",
            Relabel{attempt, Relabel::How::CompleteLabels});
      }
    } else if (attempt.deletion_begun()) {
      // To finish a prune is a prune: not while those rest.
      if (attempt.pinned(now_) == nullptr && !target.policy.suspend && !clock_suspect()) {
        plan_sweep(target, attempt, "DeletionBegun", "of a point whose deletion was begun");
      }
    } else if (has_label(attempt)) {
      plan_damaged(target, attempt);
    } else if (attempt.hold_until() > cloud_now_) {
      add(target, "InFlight",
          "an attempt at " + format_utc(attempt.slot) + " may be held until " + format_utc(attempt.hold_until()),
          Wait{attempt.hold_until()});
    } else if (attempt.pinned(now_) != nullptr) {
      return;
    } else if (attempt.state == AttemptState::Unproven) {
      plan_unproven(target, attempt);
    } else {
      plan_sweep(target, attempt, "Incomplete", "of an attempt that did not get all its snapshots");
    }
  }

  /// A point that was proven and is not whole now: backed up, restored from, or damaged. It is never swept (P5).
  void plan_damaged(const Target& target, const Attempt& attempt) {
    if (is_busy_point(attempt)) {
      add(target, "PointBusy",
          "the cloud is busy with a snapshot of the point " + format_utc(attempt.slot) + " (a backup of it, perhaps)",
          Wait{now_ + std::chrono::minutes(1)});
    } else {
      add(target, "PointDamaged",
          "the proven point " + format_utc(attempt.slot) +
              " has lost a snapshot or has one in error; look at it with `stillpoint get points -o wide` and delete "
              "what "
              "is left of it by hand",
          Blocked{ErrorKind::Conflict});
    }
  }

  void plan_unproven(const Target& target, const Attempt& attempt) {
    const bool one_volume = attempt.members.size() == 1;
    if (attempt.own().method == to_string(policy::Method::None) && one_volume) {
      add(target, "CrashNeedsNoProof", "one volume that was not held is crash-consistent by itself",
          Relabel{attempt, Relabel::How::DowngradeToCrash});
    } else if (target.can_ask_server() && !observed_.not_intact.contains(attempt.id)) {
      add(target, "VerdictUnknown", "ask the server whether the hold was intact",
          Relabel{attempt, Relabel::How::AskVerdict});
    } else if (target.dataset.on_failure == policy::OnFailure::Downgrade && one_volume && sweepable(attempt)) {
      add(target, "Downgraded", "nothing proves the hold; kept as crash-consistent because onFailure is downgrade",
          Relabel{attempt, Relabel::How::DowngradeToCrash});
    } else {
      plan_sweep(target, attempt, "Unproven", "that became available without proof that the hold was intact");
    }
  }

  bool sweepable(const Attempt& attempt) const { return cloud_now_ >= attempt.hold_until() + kSweepMargin; }

  /// Attempts at a slot are counted by what they left behind, so that a slot is not tried for ever.
  bool counts_for_due_slot(const Target& target, const Attempt& attempt) const {
    const auto wanted = wanted_slot(target);
    return wanted && attempt.slot == wanted->slot && !target.policy.suspend &&
           std::none_of(target.series.begin(), target.series.end(), [&](const Point& point) {
             return point.slot == wanted->slot && serves_slot(point, target.dataset);
           });
  }

  void plan_sweep(const Target& target, const Attempt& attempt, const std::string& reason, const std::string& what) {
    const std::string text = support::count_of(attempt.members.size(), "snapshot") + " " + what;
    if (counts_for_due_slot(target, attempt)) {
      add(target, "SlotOpen", text + "; kept until the slot is over, because it counts against its attempts",
          Wait{now_ + std::chrono::minutes(1)});
    } else if (!sweepable(attempt)) {
      const auto until = attempt.hold_until() + kSweepMargin;
      add(target, "SweepLater", text + "; swept from " + format_utc(until), Wait{until});
    } else if (has_status(attempt, "error_deleting")) {
      add(target, "ErrorDeleting",
          text +
              " stuck in error_deleting; only an administrator can delete it (openstack volume snapshot set --state "
              "error, then delete)",
          Blocked{ErrorKind::Conflict});
    } else if (!all_deletable(attempt)) {
      add(target, "SnapshotBusy", text + " that the cloud is still busy with", Wait{now_ + std::chrono::minutes(1)});
    } else {
      add(target, reason, text, Sweep{attempt});
    }
  }

  void plan_creation(const Target& target) {
    const auto wanted = wanted_slot(target);
    if (!wanted || observed_.failed.contains(target.key())) {
      return;
    }
    const WallTime slot = wanted->slot;
    const auto point = std::find_if(target.series.begin(), target.series.end(),
                                    [&](const Point& candidate) { return candidate.slot == slot; });
    if (point != target.series.end()) {
      if (serves_slot(*point, target.dataset) || waits_for_attempt(target, *point)) {
        return;
      }
      if (point->attempts.size() >= static_cast<size_t>(kMaxAttempts)) {
        add(target, "TooManyAttempts",
            "slot " + format_utc(slot) + ": " + support::count_of(point->attempts.size(), "attempt") +
                " failed; it is given up",
            Blocked{ErrorKind::Unavailable});
        return;
      }
    }
    const auto volumes = inventory::select_volumes(target.dataset, target.server, observed_.volumes);
    if (!volumes) {
      add(target, "NoVolume", volumes.error().message(), Blocked{volumes.error().kind()});
    } else if (may_hold(target, *volumes)) {
      CreatePoint create{
          slot, wanted->start_by,
          inventory::point_id(wishes_.installation, target.policy.name, target.server.id, target.dataset.name, slot),
          *volumes};
      const std::string message = support::count_of(volumes->size(), "volume") + ", " + std::to_string(create.gib()) +
                                  " GiB, " + describe_hold(target.dataset.hold);
      add(target, wishes_.slot_now ? "AskedFor" : "SlotDue", message, std::move(create));
    }
  }

  std::optional<WantedSlot> wanted_slot(const Target& target) const {
    if (wishes_.slot_now) {
      return WantedSlot{*wishes_.slot_now, std::nullopt};
    }
    const auto& policy = target.policy;
    const auto schedule = schedule::compile(policy.schedule);
    if (!schedule) {
      return std::nullopt;  // validation has compiled it before; one that does not compile has no slots
    }
    const auto slot =
        schedule->due_slot(wishes_.slots_at.value_or(now_), policy.start_at,
                           schedule::spread_key(wishes_.installation, policy.name, target.server.id.str()));
    return slot.due ? std::optional(WantedSlot{*slot.due, slot.start_by}) : std::nullopt;
  }

  /// An attempt that may still be held, or whose verdict is asked for first, is not to be doubled.
  bool waits_for_attempt(const Target& target, const Point& point) const {
    return std::any_of(point.attempts.begin(), point.attempts.end(), [&](const Attempt& attempt) {
      const bool verdict_open = attempt.state == AttemptState::Unproven && target.can_ask_server() &&
                                !observed_.not_intact.contains(attempt.id) && attempt.pinned(now_) == nullptr;
      return attempt.state != AttemptState::Complete &&
             (attempt.hold_until() > cloud_now_ || verdict_open || is_busy_point(attempt));
    });
  }

  /// The checks that need nothing but what was observed (P9, P10). Says why not as an action.
  bool may_hold(const Target& target, const std::vector<cloud::Volume>& volumes) {
    if (const auto objection =
            object_to_hold(target.policy, target.dataset, target.server, volumes, observed_.servers)) {
      add(target, objection->reason, objection->message, Blocked{ErrorKind::InvalidInput});
      return false;
    }
    for (const auto& volume : volumes) {
      if (const auto& claims = claims_.at(volume.id); claims.size() > 1) {
        const auto& other = claims.front() == target.key() ? claims.back() : claims.front();
        add(target, "VolumeClaimedTwice",
            "volume '" + volume.name + "' is selected by dataset '" + other.dataset + "' of policy '" + other.policy +
                "' too; a volume belongs to one dataset",
            Blocked{ErrorKind::InvalidInput});
        return false;
      }
      if (volume.status != "in-use" && volume.status != "available") {
        add(target, "VolumeBusy", "volume '" + volume.name + "' is " + volume.status,
            Wait{now_ + std::chrono::minutes(1)});
        return false;
      }
    }
    const auto& cluster = target.policy.cluster;
    if (clusters_held_.contains(cluster.name)) {
      add(target, "ClusterHeld", "another member of cluster '" + cluster.name + "' may be held now",
          Wait{now_ + target.dataset.hold.max_hold});
      return false;
    }
    if (const auto no_room = ledger_.book(volumes)) {
      add(target, "QuotaExceeded", *no_room, Blocked{ErrorKind::QuotaExceeded});
      return false;
    }
    return true;
  }

  void plan_retention(const Target& target) {
    if (const auto contested = book_.contested(target.policy, target.dataset, target.server.id)) {
      add(target, "SeriesClaimedTwice",
          "the points of dataset '" + contested->dataset + "' of policy '" + contested->policy +
              "' are claimed by several; only one may list the name under previousNames",
          Blocked{ErrorKind::InvalidInput});
    } else if (inventory::select_volumes(target.dataset, target.server, observed_.volumes)) {
      pruning_.plan_rules(target);
    } else if (points_.series.contains(target.key())) {
      pruning_.plan_orphan(orphanage_, orphanage_.describe(target.key(), "VolumesGone"));
    }
  }

  const Observed& observed_;
  const Wishes& wishes_;
  WallTime now_;
  WallTime cloud_now_;
  inventory::Points points_;
  SeriesBook book_;
  Orphanage orphanage_;
  Tombstones tombstones_;
  std::set<std::string> clusters_held_;
  QuotaLedger ledger_;
  std::deque<std::vector<cloud::Server>> servers_;  ///< what targets refer to; stays where it is
  std::vector<Chosen> chosen_;
  std::map<cloud::VolumeId, std::vector<SeriesKey>> claims_;  ///< by which datasets a volume is selected
  Plan plan_;
  Pruning pruning_;  ///< adds to the plan
};

}  // namespace

Plan plan(const std::vector<policy::Policy>& policies, const Observed& observed, const Wishes& wishes, WallTime now) {
  Planning planning(observed, wishes, now);
  std::vector<const policy::Policy*> ordered;
  for (const auto& policy : policies) {
    ordered.push_back(&policy);
  }
  std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  for (const auto* policy : ordered) {
    planning.gather(*policy);
  }
  return std::move(planning).finish();
}

}  // namespace stillpoint::planner
