#include "planner/planner.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>

#include "inventory/match.hpp"
#include "planner/hold_rules.hpp"
#include "planner/leftovers.hpp"
#include "planner/orphans.hpp"
#include "planner/pruning.hpp"
#include "planner/quota_ledger.hpp"
#include "planner/series_book.hpp"
#include "planner/situation.hpp"
#include "planner/slot_rules.hpp"
#include "planner/strangers.hpp"
#include "planner/target.hpp"
#include "planner/tombstones.hpp"
#include "policy/fingerprint.hpp"
#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using inventory::SeriesKey;
using support::ErrorKind;
using support::format_utc;
using support::WallTime;

/// A dataset of a selected server, before it is known which points are its own.
struct Chosen {
  const policy::Policy& policy;
  const policy::Dataset& dataset;
  const cloud::Server& server;
};

/// Gathers one plan. Each `plan_...` is one rule and adds the actions that it wants.
class Planning {
 public:
  Planning(const Observed& observed, const inventory::Points& points, const Wishes& wishes, WallTime now)
      : situation_{observed, wishes, now},
        observed_(observed),
        wishes_(wishes),
        points_(points),
        servers_of_project_(observed.servers),
        volumes_of_server_(inventory::by_server(observed.volumes)),
        book_(points_),
        orphanage_(points_),
        tombstones_(situation_, points_),
        clusters_held_(inventory::clusters_held(observed.snapshots, situation_.cloud_now())),
        ledger_(observed.quota),
        leftovers_(situation_, plan_),
        pruning_(observed, wishes, now, points_, plan_) {}

  /// Finds what the policy is about. All policies come before the first rule: a volume and a series belong to one of
  /// their datasets.
  void gather(const policy::Policy& policy) {
    tombstones_.note(policy);
    if (policy.is_tombstone()) {
      return;
    }
    orphanage_.note(policy);
    if (auto schedule = schedule::compile(policy.schedule)) {
      schedules_.emplace(&policy, std::move(*schedule));  // validation has refused what does not compile
    }
    auto servers = servers_of_project_.select(policy);
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
        for (const auto& volume : select_volumes(dataset, server).value_or(kNoVolumes)) {
          claims_[volume.id].push_back({policy.name, server.id, dataset.name});
        }
        book_.claim(policy, dataset, server.id);
        chosen_.push_back({policy, dataset, server});
      }
    }
  }

  Plan finish() && {
    for (const auto& [policy, dataset, server] : chosen_) {
      plan_target({policy, dataset, server, book_.series_of(policy, dataset, server.id), {}, {}});
    }
    for (const auto& key : book_.unclaimed()) {
      if (!situation_.is_clock_suspect() && !tombstones_.own(key)) {
        pruning_.plan_orphan(orphanage_, orphanage_.describe(key));
      }
    }
    pruning_.hold_back_mass_deletion();
    tombstones_.plan_deletions(plan_);
    await_room();
    plan_.strangers = find_strangers(observed_, points_, wishes_.installation, claims_);
    // What frees quota or proves a point goes first, what deletes a point goes last; within that, as gathered.
    const auto phase = [](const Action& action) {
      // create, complete, relabel, prune, sweep, skip, wait, blocked
      static constexpr std::array<int, 8> kPhase{2, 0, 0, 3, 1, 4, 5, 6};
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
    add(make_action(target, std::move(reason), std::move(message), std::move(what)));
  }

  support::Result<std::vector<cloud::Volume>> select_volumes(const policy::Dataset& dataset,
                                                             const cloud::Server& server) const {
    static const std::vector<cloud::Volume> kNone;
    const auto attached = volumes_of_server_.find(server.id);
    return inventory::select_volumes(dataset, server, attached == volumes_of_server_.end() ? kNone : attached->second);
  }

  void plan_target(Target target) {
    const auto schedule = schedules_.find(&target.policy);
    if (schedule != schedules_.end()) {
      ask_for_slot(target, schedule->second, situation_);
    }
    for (const auto& point : target.series) {
      for (const auto& attempt : point.attempts) {
        leftovers_.plan(target, attempt);
      }
    }
    if (auto notice = notice_clock(target, situation_)) {
      add(std::move(*notice));
    }
    if (schedule != schedules_.end()) {
      if (auto skip = account_for_slot(target, schedule->second, situation_)) {
        add(std::move(*skip));
      }
    }
    if (target.policy.suspend) {
      if (wishes_.slot_now) {
        add(target, "Suspended", "spec.suspend is true: no point is made", Blocked{ErrorKind::Conflict});
      }
      return;
    }
    if (situation_.is_clock_suspect()) {
      add(target, "ClockSuspect",
          "this machine's clock differs from the cloud's by " + std::to_string(observed_.clock_offset.count()) +
              " s (at most " + std::to_string(kMaxClockOffset.count()) + " s are allowed); set it right",
          Blocked{ErrorKind::Unavailable});
      return;
    }
    plan_creation(target);
    plan_retention(target);
  }

  void plan_creation(const Target& target) {
    const auto volumes = select_volumes(target.dataset, target.server);
    if (!volumes) {
      add(target, "NoVolume", volumes.error().message(), Blocked{volumes.error().kind()});
      return;
    }
    // What a person has to change is said whether or not a slot is due.
    if (!may_ever_hold(target, *volumes) || !target.wanted || observed_.failed.contains(target.key())) {
      return;
    }
    const WallTime slot = target.wanted->slot;
    if (const auto* point = point_at(target, slot)) {
      if (serves_slot(*point, target.dataset) || leftovers_.has_open_attempt(target, *point)) {
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
    if (const auto why = pruning_.object_to_point(target, slot)) {
      add(target, "NotWanted", *why, Skip{slot, 0});
    } else if (may_hold_now(target, *volumes)) {
      const auto& hold = target.dataset.hold;
      CreatePoint create{
          slot,
          target.wanted->start_by,
          inventory::point_id(wishes_.installation, target.policy.name, target.server.id, target.dataset.name, slot),
          *volumes,
          hold.method == policy::Method::None ? std::chrono::milliseconds(0) : hold.max_hold,
          policy::fingerprint(target.policy, target.dataset)};
      const std::string message = support::count_of(volumes->size(), "volume") + ", " + std::to_string(create.gib()) +
                                  " GiB, " + describe_hold(hold);
      add(target, wishes_.slot_now ? "AskedFor" : "SlotDue", message, std::move(create));
    }
  }

  // The checks that need nothing but what was observed (P9, P10). They say why not as an action.

  /// Whether the policy asks for something that can be done.
  bool may_ever_hold(const Target& target, const std::vector<cloud::Volume>& volumes) {
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
    }
    return true;
  }

  bool may_hold_now(const Target& target, const std::vector<cloud::Volume>& volumes) {
    for (const auto& volume : volumes) {
      if (volume.status != "in-use" && volume.status != "available") {
        add(target, "VolumeBusy", "volume '" + volume.name + "' is " + volume.status, Wait{situation_.soon()});
        return false;
      }
    }
    const auto& cluster = target.policy.cluster;
    if (clusters_held_.contains(cluster.name)) {
      add(target, "ClusterHeld", "another member of cluster '" + cluster.name + "' may be held now",
          Wait{situation_.now + target.dataset.hold.max_hold});
      return false;
    }
    if (const auto no_room = ledger_.book(volumes)) {
      without_room_.push_back({target.key(), volumes});
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
    } else if (select_volumes(target.dataset, target.server)) {
      pruning_.plan_rules(target);
    } else if (points_.series.contains(target.key())) {
      pruning_.plan_orphan(orphanage_, orphanage_.describe(target.key(), "VolumesGone"));
    }
  }

  /// The volumes as they were when the attempt's snapshots were made. The type of one that is gone is not known.
  std::vector<cloud::Volume> volumes_of(const inventory::Attempt& attempt) const {
    std::vector<cloud::Volume> volumes;
    for (const auto& member : attempt.members) {
      const auto volume = std::find_if(observed_.volumes.begin(), observed_.volumes.end(),
                                       [&](const auto& candidate) { return candidate.id == member.snapshot.volume; });
      volumes.push_back(volume == observed_.volumes.end() ? cloud::Volume{} : *volume);
      volumes.back().size_gib = member.snapshot.size_gib;
    }
    return volumes;
  }

  /// A point that has no room in the quotas now waits for it if this plan's own deletions make enough of it.
  void await_room() {
    for (const auto& action : plan_.actions) {
      if (action.changes() && action.cost().snapshots < 0) {
        ledger_.release(volumes_of(*action.attempt()));
      }
    }
    for (const auto& wanted : without_room_) {
      if (ledger_.book(wanted.second)) {
        continue;
      }
      const auto action = std::find_if(plan_.actions.begin(), plan_.actions.end(), [&](const Action& candidate) {
        return candidate.reason == "QuotaExceeded" &&
               SeriesKey{candidate.policy, candidate.server, candidate.dataset} == wanted.first;
      });
      action->reason = "AwaitsRoom";
      action->message += ". What this plan deletes makes room for it";
      action->what = Wait{situation_.soon()};
    }
  }

  const Situation situation_;
  const Observed& observed_;
  const Wishes& wishes_;
  const inventory::Points& points_;
  const inventory::ServerIndex servers_of_project_;
  const std::map<cloud::ServerId, std::vector<cloud::Volume>> volumes_of_server_;
  SeriesBook book_;
  Orphanage orphanage_;
  Tombstones tombstones_;
  std::set<std::string> clusters_held_;
  QuotaLedger ledger_;
  std::deque<std::vector<cloud::Server>> servers_;  ///< what targets refer to; stays where it is
  std::vector<Chosen> chosen_;
  std::map<cloud::VolumeId, std::vector<SeriesKey>> claims_;  ///< by which datasets a volume is selected
  std::map<const policy::Policy*, schedule::Compiled> schedules_;
  std::vector<std::pair<SeriesKey, std::vector<cloud::Volume>>> without_room_;  ///< points that no quota was left for
  Plan plan_;
  Leftovers leftovers_;  ///< these two add to the plan
  Pruning pruning_;
};

}  // namespace

Plan plan(const std::vector<policy::Policy>& policies, const Observed& observed, const Wishes& wishes, WallTime now) {
  return plan(policies, observed, inventory::assemble(observed.snapshots, wishes.installation), wishes, now);
}

Plan plan(const std::vector<policy::Policy>& policies, const Observed& observed, const inventory::Points& points,
          const Wishes& wishes, WallTime now) {
  Planning planning(observed, points, wishes, now);
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
