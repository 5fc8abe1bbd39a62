#include "planner/orphans.hpp"

#include <algorithm>

#include "schedule/slots.hpp"

namespace stillpoint::planner {

using inventory::SeriesKey;

void Orphanage::note(const policy::Policy& policy) {
  policies_[policy.name] = &policy;
  for (const auto& name : policy.previous_names) {
    policies_.emplace(name, &policy);
  }
}

void Orphanage::note(const policy::Policy& policy, const cloud::ServerId& server) {
  selected_.emplace(policy.name, server);
}

void Orphanage::note_unselected(const policy::Policy& policy) {
  unselected_.insert(policy.name);
}

bool Orphanage::is_certain(const Orphan& orphan, const std::vector<cloud::Server>& servers) const {
  const auto* policy = policy_of(orphan.series);
  return policy == nullptr || !unselected_.contains(policy->name) ||
         std::none_of(servers.begin(), servers.end(),
                      [&](const cloud::Server& server) { return server.id == orphan.series.server; });
}

const policy::Policy* Orphanage::policy_of(const SeriesKey& key) const {
  const auto found = policies_.find(key.policy);
  return found == policies_.end() ? nullptr : found->second;
}

Orphan Orphanage::describe(const SeriesKey& key, const std::string& why) const {
  Orphan orphan{key, "", why, 0, 0, {}};
  for (const auto& point : points_.series.at(key)) {
    for (const auto& attempt : point.attempts) {
      orphan.server_name = attempt.own().server_name;
      orphan.gib += attempt.size_gib();
    }
    if (point.best() != nullptr) {
      ++orphan.points;
      orphan.newest = point.slot;
    }
  }
  return orphan;
}

Orphan Orphanage::describe(const SeriesKey& key) const {
  const auto* policy = policy_of(key);
  return describe(key, policy == nullptr                                         ? "PolicyUnknown"
                       : selected_.contains(std::pair(policy->name, key.server)) ? "DatasetGone"
                                                                                 : "ServerGone");
}

std::optional<support::WallTime> goes_at(support::WallTime newest, const policy::Policy& policy) {
  if (!policy.orphans_after) {
    return std::nullopt;
  }
  const auto schedule = schedule::compile(policy.schedule);
  const auto passed = schedule ? schedule->next_after(newest) : std::nullopt;
  return passed ? std::optional(*passed + *policy.orphans_after) : std::nullopt;
}

bool is_due_to_go(const Orphan& orphan, const policy::Policy& policy, support::WallTime now) {
  if (!orphan.newest || policy.suspend) {
    return false;
  }
  const auto goes = goes_at(*orphan.newest, policy);
  return goes && now >= *goes;
}

std::vector<cloud::VolumeId> told_by_absence(const Orphan& orphan, const inventory::Attempt& attempt,
                                             const std::vector<cloud::Server>& servers,
                                             const std::vector<cloud::Volume>& volumes) {
  const auto& server = orphan.series.server;
  const bool is_listed = std::any_of(servers.begin(), servers.end(), [&](const auto& one) { return one.id == server; });
  std::vector<cloud::VolumeId> absent;
  if (orphan.why != "VolumesGone" && (orphan.why != "ServerGone" || is_listed)) {
    return absent;
  }
  for (const auto& member : attempt.members) {
    const auto& id = member.snapshot.volume;
    const bool is_there = std::any_of(volumes.begin(), volumes.end(), [&](const cloud::Volume& volume) {
      return volume.id == id && std::any_of(volume.attachments.begin(), volume.attachments.end(),
                                            [&](const auto& attachment) { return attachment.server == server; });
    });
    if (!is_listed || !is_there) {
      absent.push_back(id);
    }
  }
  return absent;
}

}  // namespace stillpoint::planner
