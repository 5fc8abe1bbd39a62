#include "status/assess.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "inventory/match.hpp"
#include "planner/orphans.hpp"
#include "planner/series_book.hpp"
#include "status/conditions.hpp"
#include "status/said.hpp"
#include "status/series.hpp"
#include "status/timeliness.hpp"

namespace stillpoint::status {
namespace {

using inventory::SeriesKey;
using support::WallTime;

/// What was said before, by the names that it is looked up with.
class Earlier {
 public:
  Earlier(const std::vector<PolicyStatus>& before, const std::string& cloud) {
    for (const auto& policy : before) {
      if (policy.cloud != cloud) {
        continue;
      }
      policies_[policy.name] = &policy;
      for (const auto& series : policy.series) {
        series_[{policy.name, series.server, series.dataset}] = &series;
      }
    }
  }

  const PolicyStatus* policy(const std::string& name) const { return find(policies_, name); }
  const SeriesStatus* series(const SeriesKey& key) const { return find(series_, key); }

 private:
  template <class Value, class Key>
  static const Value* find(const std::map<Key, const Value*>& map, const Key& key) {
    const auto found = map.find(key);
    return found == map.end() ? nullptr : found->second;
  }

  std::map<std::string, const PolicyStatus*> policies_;
  std::map<SeriesKey, const SeriesStatus*> series_;
};

std::string orphan_text(const std::string& reason) {
  if (reason == "DatasetGone") {
    return "the policy has no such dataset any more";
  }
  if (reason == "ServerGone") {
    return "the policy selects no such server any more";
  }
  return "no policy has this name";
}

/// What the document and the clock alone say.
PolicyStatus begin(const policy::Policy& policy, const std::string& cloud, WallTime now) {
  PolicyStatus status;
  status.name = policy.name;
  status.cloud = cloud;
  status.observed_spec_hash = policy.spec_hash;
  status.suspended = policy.suspend;
  status.deleted = policy.is_tombstone();
  const auto schedule = schedule::compile(policy.schedule);
  if (!schedule || status.deleted) {
    return status;
  }
  const auto last = schedule->latest_at_or_before(now);
  if (last && (!policy.start_at || *last >= *policy.start_at)) {
    status.last_slot = last;
  }
  const WallTime from = policy.start_at ? std::max(now, *policy.start_at - WallTime::duration(1)) : now;
  status.next_slot = schedule->next_after(from);
  const auto after = status.next_slot ? schedule->next_after(*status.next_slot) : std::nullopt;
  if (after) {
    status.interval = std::chrono::duration_cast<std::chrono::milliseconds>(*after - *status.next_slot);
  }
  return status;
}

/// Assesses the policies of one cloud together: which series are whose depends on all of them.
class Assessment {
 public:
  explicit Assessment(const Basis& basis)
      : basis_(basis),
        instant_{basis.now, basis.now + basis.observed.clock_offset},
        points_(basis.points),
        servers_of_project_(basis.observed.servers),
        said_(basis.plan),
        earlier_(basis.before, basis.cloud),
        book_(points_),
        orphanage_(points_) {
    for (const auto& found : basis.plan.orphans) {
      if (found.why == "VolumesGone") {
        volumes_gone_.insert(found.series);
      }
    }
  }

  std::vector<PolicyStatus> assess() && {
    for (const auto& policy : basis_.policies) {
      gather(policy);
    }
    for (const auto& policy : basis_.policies) {
      places_.emplace(policy.name, statuses_.size());
      statuses_.push_back(begin(policy, basis_.cloud, basis_.now));
      if (!policy.is_tombstone()) {
        add_series(policy);
      }
    }
    add_unclaimed();
    for (auto& status : statuses_) {
      std::sort(status.series.begin(), status.series.end(), [](const SeriesStatus& a, const SeriesStatus& b) {
        return std::tie(a.server_name, a.server, a.dataset) < std::tie(b.server_name, b.server, b.dataset);
      });
      status.conditions = conditions_of(status, evidence_for(status));
    }
    std::stable_sort(statuses_.begin(), statuses_.end(), [](const PolicyStatus& a, const PolicyStatus& b) {
      return std::tie(a.unknown, a.name) < std::tie(b.unknown, b.name);
    });
    return std::move(statuses_);
  }

 private:
  void gather(const policy::Policy& policy) {
    if (policy.is_tombstone()) {
      tombstones_[policy.name] = &policy;
      for (const auto& name : policy.previous_names) {
        tombstones_.emplace(name, &policy);
      }
      return;
    }
    orphanage_.note(policy);
    auto servers = servers_of_project_.select(policy);
    for (const auto& server : servers.value_or(std::vector<cloud::Server>())) {
      orphanage_.note(policy, server.id);
      for (const auto& dataset : policy.datasets) {
        book_.claim(policy, dataset, server.id);
      }
    }
    servers_[&policy] = std::move(servers).value_or(std::vector<cloud::Server>());
  }

  void add_series(const policy::Policy& policy) {
    auto& status = statuses_.back();
    const auto schedule = schedule::compile(policy.schedule);
    std::optional<WallTime> since;
    bool whole = schedule.has_value();
    for (const auto& server : servers_.at(&policy)) {
      for (const auto& dataset : policy.datasets) {
        std::optional<Expectation> expectation;
        if (schedule) {
          expectation.emplace(Expectation{*schedule, policy.start_at, time_to_make(dataset)});
        }
        status.series.push_back(series_of(policy, dataset, server, expectation));
        const auto& series = status.series.back();
        whole = whole && series.last_good && series.overdue.count() == 0;
        if (whole && is_new_to_us(policy)) {
          const auto run = protected_since(series, *expectation);
          since = since ? std::max(*since, run) : run;
        }
      }
    }
    if (whole && since) {
      protected_since_[policy.name] = *since;
    }
  }

  /// Whether nothing is known of since when it is protected.
  bool is_new_to_us(const policy::Policy& policy) const {
    const auto* before = earlier_.policy(policy.name);
    return before == nullptr || before->conditions.size() != kConditionTypes ||
           before->condition(Condition::Type::Protected).truth == Truth::Unknown;
  }

  SeriesStatus series_of(const policy::Policy& policy, const policy::Dataset& dataset, const cloud::Server& server,
                         const std::optional<Expectation>& expectation) {
    SeriesStatus status;
    status.server = server.id;
    status.server_name = server.name;
    status.dataset = dataset.name;
    status.require = dataset.require;
    const Asked asked{{policy.name, server.id, dataset.name},
                      book_.series_of(policy, dataset, server.id),
                      expectation && !policy.suspend ? &*expectation : nullptr};
    Rules rules;
    rules.require = dataset.require;
    if (const auto terms = retention::terms_of(policy, dataset)) {
      rules.terms = *terms;
    }
    status.points = points_of(asked.series, rules, said_, instant_);
    judge(status, asked, said_, story_of(asked.key, policy), instant_);
    // It is asked for all the same, so it grows overdue as any other.
    if (volumes_gone_.contains(asked.key)) {
      status.orphaned = true;
      status.orphan_reason = "VolumesGone";
    }
    return status;
  }

  Story story_of(const SeriesKey& key, const policy::Policy& policy) const {
    Story story;
    story.before = earlier_.series(key);
    const auto failure = basis_.failures.find(key);
    story.failure = failure == basis_.failures.end() ? nullptr : &failure->second;
    // A server that comes to a policy which is known is expected to have points from now on; of one that is new to this
    // process, the document may tell more.
    const bool is_known = earlier_.policy(policy.name) != nullptr;
    story.expected_from = is_known ? basis_.now : policy.start_at.value_or(basis_.now);
    return story;
  }

  /// The status that shows a series which no target has; its policy may not exist.
  PolicyStatus& owner_of(const SeriesKey& key, const policy::Policy* policy) {
    const std::string& name = policy != nullptr ? policy->name : key.policy;
    const auto [found, is_new] = places_.emplace(name, statuses_.size());
    if (is_new) {
      auto& status = statuses_.emplace_back();
      status.name = name;
      status.cloud = basis_.cloud;
      status.unknown = true;
    }
    return statuses_[found->second];
  }

  const policy::Policy* tombstone_of(const SeriesKey& key) const {
    const auto found = tombstones_.find(key.policy);
    return found == tombstones_.end() ? nullptr : found->second;
  }

  void add_unclaimed() {
    for (const auto& key : book_.unclaimed()) {
      const auto* tombstone = tombstone_of(key);
      const auto* policy = tombstone != nullptr ? tombstone : orphanage_.policy_of(key);
      const auto orphaned = orphanage_.describe(key);
      SeriesStatus series;
      series.server = key.server;
      series.server_name = orphaned.server_name;
      series.dataset = key.dataset;
      Rules rules;
      rules.otherwise = tombstone == nullptr ? "Orphaned" : "Deleted";
      rules.why = tombstone == nullptr ? "no rule prunes a series that nothing asks for" : "its policy was deleted";
      series.points = points_of(points_.series.at(key), rules, said_, instant_);
      if (tombstone == nullptr) {
        series.orphaned = true;
        series.orphan_reason = orphaned.why;
        series.trouble = orphan_text(orphaned.why);
      }
      for (const auto& point : series.points) {
        series.last_good = point.counts ? std::optional(point.taken) : series.last_good;
      }
      owner_of(key, policy).series.push_back(std::move(series));
    }
  }

  Evidence evidence_for(const PolicyStatus& status) const {
    const auto offset = basis_.observed.clock_offset;
    const auto since = protected_since_.find(status.name);
    return {said_,
            basis_.now,
            offset,
            offset > planner::kMaxClockOffset || offset < -planner::kMaxClockOffset,
            since == protected_since_.end() ? std::nullopt : std::optional(since->second),
            earlier_.policy(status.name)};
  }

  const Basis& basis_;
  const Instant instant_;
  const inventory::Points& points_;
  const inventory::ServerIndex servers_of_project_;
  const Said said_;
  const Earlier earlier_;
  std::set<SeriesKey> volumes_gone_;  ///< the planner has looked for their volumes
  planner::SeriesBook book_;
  planner::Orphanage orphanage_;
  std::map<const policy::Policy*, std::vector<cloud::Server>> servers_;
  std::map<std::string, const policy::Policy*> tombstones_;  ///< by present and previous names
  std::vector<PolicyStatus> statuses_;
  std::map<std::string, size_t> places_;  ///< of the statuses, by name
  std::map<std::string, WallTime> protected_since_;
};

}  // namespace

std::vector<PolicyStatus> assess(const Basis& basis) {
  return Assessment(basis).assess();
}

std::vector<PolicyStatus> assess_unread(const std::string& cloud, const std::vector<policy::Policy>& policies,
                                        const support::Error& why, WallTime now,
                                        const std::vector<PolicyStatus>& before) {
  const Earlier earlier(before, cloud);
  std::vector<PolicyStatus> statuses;
  for (const auto& policy : policies) {
    auto& status = statuses.emplace_back(begin(policy, cloud, now));
    status.conditions = unknown_conditions("CloudUnread", why.to_string(), now, earlier.policy(policy.name));
  }
  std::sort(statuses.begin(), statuses.end(),
            [](const PolicyStatus& a, const PolicyStatus& b) { return a.name < b.name; });
  return statuses;
}

}  // namespace stillpoint::status
