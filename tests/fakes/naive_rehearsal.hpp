#pragma once

// The plain way to rehearse: the planner itself is asked at every instant at which something may happen, and what it
// answers is done to a list of snapshots. Slow, and with no rule of its own beside how a perfect world does it.

#include <algorithm>
#include <ctime>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "inventory/match.hpp"
#include "planner/orphans.hpp"
#include "planner/planner.hpp"
#include "planner/series_book.hpp"
#include "planner/target.hpp"
#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::fakes {

class NaiveRehearsal {
 public:
  using Slots = std::map<inventory::SeriesKey, std::set<support::WallTime>>;

  NaiveRehearsal(std::vector<policy::Policy> policies, planner::Observed observed, planner::Wishes wishes,
                 support::WallTime from, support::WallTime to)
      : policies_(std::move(policies)),
        observed_(std::move(observed)),
        wishes_(std::move(wishes)),
        from_(from),
        to_(to),
        others_(in_use_without_ours()) {
    find_slots();
    find_looks();
  }

  /// `more` are instants at which a pass is made though nothing should happen.
  void run(const std::vector<support::WallTime>& more = {}) {
    instants_.insert(more.begin(), more.end());
    instants_.insert(from_);
    tidy_up();
    note();
    for (const auto instant : instants_) {
      if (instant >= from_ && instant < to_) {
        pass(instant);
      }
    }
    for (const auto& [key, slots] : wanted_) {
      for (const auto slot : slots) {
        if (!served_[key].contains(slot)) {
          missed[key].insert(slot);
        }
      }
    }
    for (const auto& [key, series] : shown_series()) {
      for (const auto& point : series) {
        if (point.best() != nullptr) {
          at_end[key].insert(point.slot);
        }
      }
    }
  }

  Slots at_end;  ///< renamed series with those that claim them; no series of policies that are not given
  Slots missed;
  std::map<std::string, long> most_used;  ///< by resource
  std::map<inventory::SeriesKey, int> most_gib;
  std::map<std::string, long> used_at_end;
  size_t plans = 0;
  std::clock_t planning = 0;  ///< CPU time of the planner alone
  /// Whether a pass did not come to an end: a point of a slot before the newest one may be made and pruned for ever.
  bool is_endless = false;
  /// Whether a slot that could not be served was then made needless by a point that had been ahead of the clock.
  bool changed_its_mind = false;

 private:
  std::map<inventory::SeriesKey, inventory::Series> points() const {
    return inventory::assemble(observed_.snapshots, wishes_.installation).series;
  }

  /// The series of all targets and of all orphans whose policy is there.
  std::map<inventory::SeriesKey, inventory::Series> shown_series() const {
    const auto points = inventory::assemble(observed_.snapshots, wishes_.installation);
    planner::SeriesBook book(points);
    std::set<std::string> names;
    for (const auto& target : targets_) {
      book.claim(*target.policy, *target.dataset, target.server);
    }
    for (const auto& policy : policies_) {
      names.insert(policy.name);
      names.insert(policy.previous_names.begin(), policy.previous_names.end());
    }
    std::map<inventory::SeriesKey, inventory::Series> shown;
    for (const auto& target : targets_) {
      shown[{target.policy->name, target.server, target.dataset->name}] =
          book.series_of(*target.policy, *target.dataset, target.server);
    }
    for (const auto& key : book.unclaimed()) {
      if (names.contains(key.policy)) {
        shown[key] = points.series.at(key);
      }
    }
    return shown;
  }

  /// All slots that are to be served in the period, and when passes first find them due.
  void find_slots() {
    for (const auto& policy : policies_) {
      const auto servers = inventory::select_servers(policy, observed_.servers);
      for (const auto& server : servers.value_or(std::vector<cloud::Server>())) {
        for (const auto& dataset : policy.datasets) {
          targets_.push_back({&policy, &dataset, server.id});
        }
      }
      if (policy.suspend || !servers) {
        continue;
      }
      const auto schedule = schedule::compile(policy.schedule).value();
      for (const auto& server : *servers) {
        const auto key = schedule::spread_key(wishes_.installation, policy.name, server.id.str());
        std::set<support::WallTime> slots;
        if (const auto due = schedule.due_slot(from_, policy.start_at, key).due) {
          slots.insert(*due);
        }
        auto slot = schedule.named().next_after(from_ - std::chrono::hours(48));
        for (; slot && *slot < to_; slot = schedule.named().next_after(*slot)) {
          const auto begin = *slot + schedule.delay(*slot, key);
          const bool counts = !policy.start_at || *slot >= *policy.start_at;
          if (counts && !schedule.blackout_at(*slot) && begin > from_ && begin < to_) {
            slots.insert(*slot);
            instants_.insert(begin);
          }
        }
        for (const auto& dataset : policy.datasets) {
          wanted_[{policy.name, server.id, dataset.name}] = slots;
          datasets_[{policy.name, server.id, dataset.name}] = &dataset;
        }
      }
    }
  }

  /// When time alone changes something.
  void find_looks() {
    for (const auto& [key, series] : points()) {
      for (const auto& point : series) {
        instants_.insert(point.slot - retention::kClockSlack);
        for (const auto& policy : policies_) {
          if (const auto goes = planner::goes_at(point.slot, policy)) {
            instants_.insert(*goes);
          }
        }
        for (const auto& attempt : point.attempts) {
          for (const auto& member : attempt.members) {
            if (const auto ends = support::parse_utc(member.own.pin_until)) {
              instants_.insert(*ends);
            }
          }
        }
      }
    }
  }

  /// Sweeps what is left of attempts, which does not count as having been there.
  void tidy_up() {
    for (int round = 0; round < 4; ++round) {
      auto plan = planner::plan(policies_, observed_, wishes_, from_);
      std::erase_if(plan.actions, [](const planner::Action& action) {
        return !std::holds_alternative<planner::Sweep>(action.what) &&
               !std::holds_alternative<planner::Relabel>(action.what) &&
               !std::holds_alternative<planner::Complete>(action.what);
      });
      carry_out(plan, from_);
    }
    most_used.clear();
  }

  void pass(support::WallTime now) {
    for (int round = 0; round < 50; ++round) {
      observed_.quota = quota_now();
      const auto began = std::clock();
      const auto plan = planner::plan(policies_, observed_, wishes_, now);
      planning += std::clock() - began;
      ++plans;
      for (const auto& action : plan.actions) {
        if (const auto* skip = std::get_if<planner::Skip>(&action.what);
            skip != nullptr && action.reason == "NotWanted") {
          note_not_wanted({action.policy, action.server, action.dataset}, skip->slot);
        }
      }
      last_pass_ = now;
      if (!plan.has_changes()) {
        return;
      }
      carry_out(plan, now);
    }
    is_endless = true;
  }

  void note_not_wanted(const inventory::SeriesKey& key, support::WallTime slot) {
    changed_its_mind = changed_its_mind || (last_pass_ >= slot && !served_[key].contains(slot));
    served_[key].insert(slot);
  }

  /// As executor::execute does: nothing is pruned in a round in which a point is made.
  void carry_out(const planner::Plan& plan, support::WallTime now) {
    const bool creates = plan.creates();
    for (const auto& action : plan.actions) {
      if (const auto* create = std::get_if<planner::CreatePoint>(&action.what)) {
        make(action, *create, now);
      } else if (const auto* prune = std::get_if<planner::Prune>(&action.what); prune != nullptr && !creates) {
        remove(prune->attempt);
      } else if (const auto* sweep = std::get_if<planner::Sweep>(&action.what)) {
        remove(sweep->attempt);
      } else if (const auto* relabel = std::get_if<planner::Relabel>(&action.what)) {
        this->relabel(*relabel);
      } else if (const auto* complete = std::get_if<planner::Complete>(&action.what)) {
        label(complete->attempt, complete->attempt.consistency);
      }
    }
    note();
  }

  /// No server answers.
  void relabel(const planner::Relabel& wanted) {
    if (wanted.how == planner::Relabel::How::PinForEver) {
      return;  // there are no tombstones here
    }
    if (wanted.how == planner::Relabel::How::AskVerdict) {
      observed_.not_intact.insert(wanted.attempt.id);
    } else {
      label(wanted.attempt, policy::Consistency::Crash);
    }
  }

  void label(const inventory::Attempt& attempt, policy::Consistency level) {
    for (const auto& member : attempt.members) {
      for (auto& snapshot : observed_.snapshots) {
        if (snapshot.id == member.snapshot.id) {
          snapshot.metadata.set("stillpoint.consistency", to_string(level));
        }
      }
    }
  }

  void make(const planner::Action& action, const planner::CreatePoint& create, support::WallTime now) {
    const auto& dataset = *datasets_.at({action.policy, action.server, action.dataset});
    inventory::Ownership own;
    own.installation = wishes_.installation;
    own.policy = action.policy;
    own.server = action.server;
    own.server_name = action.server_name;
    own.dataset = action.dataset;
    own.slot = create.slot;
    own.point = create.point;
    own.attempt = support::sha256_hex(std::to_string(++made_)).substr(0, 16);
    own.members = static_cast<int>(create.volumes.size());
    own.taken = now;
    own.hold_until = now + std::chrono::seconds(20);
    own.method = to_string(dataset.hold.method);
    for (const auto& volume : create.volumes) {
      cloud::Snapshot snapshot;
      snapshot.id = cloud::SnapshotId("made-" + std::to_string(made_) + "-" + volume.id.str());
      snapshot.volume = volume.id;
      snapshot.status = "available";
      snapshot.size_gib = volume.size_gib;
      snapshot.created_at = now;
      snapshot.metadata = inventory::creation_metadata(own);
      for (const auto& [key, value] :
           inventory::label_metadata(policy::highest_level(dataset.hold.method), std::chrono::milliseconds(1))) {
        snapshot.metadata.set(key, value);
      }
      observed_.snapshots.push_back(snapshot);
    }
  }

  void remove(const inventory::Attempt& attempt) {
    std::set<cloud::SnapshotId> gone;
    for (const auto& member : attempt.members) {
      gone.insert(member.snapshot.id);
    }
    std::erase_if(observed_.snapshots, [&](const auto& snapshot) { return gone.contains(snapshot.id); });
  }

  /// What there is now, for what is asked in the end.
  void note() {
    for (const auto& [resource, use] : quota_now()) {
      const long used = use.in_use + use.reserved;
      most_used[resource] = std::max(most_used[resource], used);
      used_at_end[resource] = used;
    }
    for (const auto& [key, series] : shown_series()) {
      int gib = 0;
      for (const auto& point : series) {
        const auto dataset = datasets_.find(key);
        if (dataset != datasets_.end() && planner::serves_slot(point, *dataset->second)) {
          served_[key].insert(point.slot);
        }
        for (const auto& attempt : point.attempts) {
          gib += attempt.state == inventory::AttemptState::Complete ? attempt.size_gib() : 0;
        }
      }
      most_gib[key] = std::max(most_gib[key], gib);
    }
  }

  std::map<std::string, long> ours() const {
    std::map<std::string, long> sum;
    for (const auto& snapshot : observed_.snapshots) {
      sum["snapshots"] += 1;
      sum["gigabytes"] += snapshot.size_gib;
      for (const auto& volume : observed_.volumes) {
        if (volume.id == snapshot.volume) {
          sum["snapshots_" + volume.volume_type] += 1;
          sum["gigabytes_" + volume.volume_type] += snapshot.size_gib;
        }
      }
    }
    return sum;
  }
  cloud::Quota in_use_without_ours() const {
    auto quota = observed_.quota;
    for (const auto& [resource, amount] : ours()) {
      if (quota.contains(resource)) {
        quota[resource].in_use -= amount;
      }
    }
    return quota;
  }
  cloud::Quota quota_now() const {
    auto quota = others_;
    for (const auto& [resource, amount] : ours()) {
      if (quota.contains(resource)) {
        quota[resource].in_use += amount;
      }
    }
    return quota;
  }

  std::vector<policy::Policy> policies_;
  planner::Observed observed_;
  planner::Wishes wishes_;
  support::WallTime from_;
  support::WallTime to_;
  cloud::Quota others_;
  std::set<support::WallTime> instants_;
  struct Target {
    const policy::Policy* policy;
    const policy::Dataset* dataset;
    cloud::ServerId server;
  };
  std::vector<Target> targets_;
  Slots wanted_;
  Slots served_;
  std::map<inventory::SeriesKey, const policy::Dataset*> datasets_;
  int made_ = 0;
  support::WallTime last_pass_{};
};

}  // namespace stillpoint::fakes
