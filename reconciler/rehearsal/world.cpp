#include "rehearsal/world.hpp"

#include <algorithm>
#include <tuple>

#include "rehearsal/start.hpp"
#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using Kind = RehearsalPart::Kind;
using support::WallTime;

const policy::Policy& policy_named(const std::vector<policy::Policy>& policies, const std::string& name) {
  return *std::find_if(policies.begin(), policies.end(), [&](const auto& policy) { return policy.name == name; });
}

const cloud::Server& server_with(const std::vector<cloud::Server>& servers, const cloud::ServerId& id) {
  return *std::find_if(servers.begin(), servers.end(), [&](const auto& server) { return server.id == id; });
}

}  // namespace

RehearsalWorld::RehearsalWorld(const std::vector<policy::Policy>& policies, const planner::Observed& start,
                               const planner::Wishes& wishes, Period period)
    : policies_(policies),
      start_(start),
      wishes_(wishes),
      period_(period),
      points_(inventory::assemble(start.snapshots, wishes.installation)),
      book_(points_),
      orphanage_(points_) {
  for (const auto& [key, series] : points_.series) {
    for (const auto& point : series) {
      alive_[key] += static_cast<int>(point.attempts.size());
    }
  }
  cast();
  for (size_t i = 0; i < parts_.size(); ++i) {
    adopt(parts_[i], book_.series_of(*parts_[i].policy, *parts_[i].dataset, parts_[i].server->id));
    if (parts_[i].kind != Kind::Suspended) {
      serve(i);
    }
  }
  add_orphans();
  for (auto& part : parts_) {
    part.note_beginning(period_.from);
    look_when_orphan_is_due(part);
  }
}

/// Finds who takes part by asking the planner for a point of everything, where there is nothing yet and no quota: it
/// answers with the volumes to be snapshotted, or with what stands against it.
void RehearsalWorld::cast() {
  planner::Observed bare;
  bare.servers = start_.servers;
  bare.volumes = start_.volumes;
  planner::Wishes everything = wishes_;
  everything.slot_now = period_.from;
  const planner::Plan asked = planner::plan(policies_, bare, everything, period_.from);

  std::vector<const policy::Policy*> by_name;
  for (const auto& policy : policies_) {
    by_name.push_back(&policy);
  }
  std::sort(by_name.begin(), by_name.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
  for (const auto* policy : by_name) {
    orphanage_.note(*policy);
  }

  std::map<std::tuple<std::string, std::string, cloud::ServerId, size_t>, RehearsalPart> parts;
  for (const auto& action : asked.actions) {
    const auto& policy = policy_named(policies_, action.policy);
    if (action.server.empty()) {
      orphanage_.note_unselected(policy);
      problems_.push_back({action.policy, action.reason, action.message, RehearsalProblem::Kind::NeverHeld});
      continue;
    }
    RehearsalPart part(policy, action, server_with(start_.servers, action.server), start_);
    const auto index = static_cast<size_t>(part.dataset - policy.datasets.data());
    parts.emplace(std::tuple(action.policy, action.server_name, action.server, index), std::move(part));
  }
  for (auto& [order, part] : parts) {
    orphanage_.note(*part.policy, part.server->id);
    book_.claim(*part.policy, *part.dataset, part.server->id);
    parts_.push_back(std::move(part));
  }
}

/// Series that nobody claims, as far as their policy is there.
void RehearsalWorld::add_orphans() {
  for (const auto& key : book_.unclaimed()) {
    if (const auto* policy = orphanage_.policy_of(key)) {
      parts_.emplace_back(*policy, orphanage_.describe(key));
      adopt(parts_.back(), points_.series.at(key));
    }
  }
}

/// Gives a part the points that exist.
void RehearsalWorld::adopt(RehearsalPart& part, const inventory::Series& series) {
  auto found = complete_attempts(series);
  for (const auto& point : found) {
    look_at(point.slot - retention::kClockSlack);
    for (const auto& attempt : point.attempts) {
      for (const auto& member : attempt.members) {
        if (const auto ends = support::parse_utc(member.own.pin_until)) {
          look_at(*ends);
        }
      }
      part.add_found(attempt, bill_of(attempt, start_.volumes), &*alive_.find(attempt.series));
    }
  }
  if (part.kind == Kind::Kept) {
    part.keep(std::move(found), wishes_.mass_delete);
  }
}

/// Gives a part the slots that come.
void RehearsalWorld::serve(size_t index) {
  const auto& part = parts_[index];
  const std::pair server(part.policy, part.server->id);
  if (const auto known = served_by_.find(server); known != served_by_.end()) {
    served_[known->second].parts.push_back(index);
    return;
  }
  auto compiled = schedule::compile(part.policy->schedule);
  if (!compiled) {
    return;  // validation has compiled it before; one that does not compile has no slots
  }
  served_by_.emplace(server, served_.size());
  served_.push_back(
      {Timetable(std::move(*compiled), part.policy->start_at,
                 schedule::spread_key(wishes_.installation, part.policy->name, part.server->id.str()), period_),
       {index}});
}

void RehearsalWorld::look_at(WallTime instant) {
  if (instant > period_.from && instant < period_.to) {
    looks_.insert(instant);
  }
}

void RehearsalWorld::look_when_orphan_is_due(const RehearsalPart& part) {
  if (part.kind == Kind::Orphaned && part.policy->orphans_after && points_.series.contains(part.result.key)) {
    const auto newest = orphanage_.describe(part.result.key).newest;
    if (const auto goes = newest ? planner::goes_at(*newest, *part.policy) : std::nullopt) {
      look_at(*goes);
    }
  }
}

void RehearsalWorld::judge(RehearsalPart& part, WallTime now) {
  part.going = {};
  if (part.kind == Kind::Kept && part.series) {
    part.going = part.series->going(now);
  } else if (part.kind == Kind::Orphaned && points_.series.contains(part.result.key)) {
    const auto orphan = orphanage_.describe(part.result.key, part.result.orphaned);
    if (orphanage_.is_certain(orphan, start_.servers) && is_due_to_go(orphan, *part.policy, now)) {
      part.judge_retired(points_.series.at(part.result.key), now, wishes_.mass_delete);
    }
  }
  if (part.going.blocked && !part.result.guarded_since && !is_contested(part)) {
    part.result.guarded_since = now;
    part.result.guard_message = *part.going.blocked;
  }
}

bool RehearsalWorld::is_contested(const RehearsalPart& part) const {
  return part.kind != Kind::Suspended && part.was_renamed() &&
         book_.contested(*part.policy, *part.dataset, part.server->id).has_value();
}

void RehearsalWorld::make(RehearsalPart& part, WallTime slot, WallTime now, Step step) {
  count_alive(part.own_key(alive_), 1);
  part.add_made(slot, now, step);
}

void RehearsalWorld::let_go(RehearsalPart& part, size_t point, WallTime now, Step step) {
  if (part.kind == Kind::Orphaned) {
    const auto& [slot, attempt] = part.names.at(point);
    take_out(points_.series.at(part.result.key), slot, attempt);
  }
  count_alive(*part.charges[point].key, -1);
  part.note_gone(point, now, step);
}

/// A series that is gone does not count where the guard asks how many there are, nor where names are claimed.
void RehearsalWorld::count_alive(RehearsalPart::KeyCount& key, int change) {
  key.second += change;
  if (key.second == 0) {
    points_.series.erase(key.first);
  } else if (key.second == 1 && change == 1) {
    points_.series.try_emplace(key.first);
  }
}

}  // namespace stillpoint::rehearsal
