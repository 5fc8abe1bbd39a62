#include "page/states.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <map>
#include <utility>

#include "fakes/objects.hpp"
#include "planner/planner.hpp"
#include "retention/retention.hpp"
#include "schedule/slots.hpp"
#include "status/assess.hpp"

namespace stillpoint::page {
namespace {

using namespace std::chrono_literals;
using policy::Consistency;
using support::WallTime;

constexpr const char* kHostile = "</script><img src=x onerror=alert(1)>";

/// A world that is made up step by step, and then assessed.
class World {
 public:
  explicit World(WallTime now) : now_(now) {
    observed_.quota = {{"snapshots", {400, 0, 0}}, {"gigabytes", {20000, 900, 0}}};
  }

  policy::Policy& add_policy(const std::string& name, const std::string& cron, int servers,
                             const std::vector<std::string>& datasets = {"mysql"}) {
    auto policy = fakes::policy();
    policy.name = name;
    policy.spec_hash = "9f2c41d07be85a63";
    policy.cloud = "prod";
    policy.schedule.cron = {cron};
    policy.servers = {};
    policy.servers.name_pattern = name + "-*";
    policy.retention = {.keep_last = 7, .within = 48h, .daily = 14, .weekly = 8, .monthly = 12};
    policy.start_at = now_ - 24h * 400;
    const auto model = policy.datasets.front();
    policy.datasets.clear();
    for (const auto& dataset : datasets) {
      policy.datasets.push_back(model);
      policy.datasets.back().name = dataset;
      policy.datasets.back().volumes.name_contains = dataset;
    }
    for (int i = 1; i <= servers; ++i) {
      const auto server =
          fakes::server(name + "-" + std::to_string(i), cloud::ServerId("srv-" + name + "-" + std::to_string(i)));
      observed_.servers.push_back(server);
      for (const auto& dataset : datasets) {
        observed_.volumes.push_back(fakes::volume("vol-" + server.name + "-" + dataset, dataset, server.id));
      }
    }
    policies_.push_back(std::move(policy));
    return policies_.back();
  }

  /// The points that retention has left of a year, up to `age` ago. Every n-th is crash-consistent only; 0: none is.
  void fill(const policy::Policy& policy, std::chrono::minutes age, int every = 0,
            std::chrono::hours history = 24h * 370) {
    const auto schedule = schedule::compile(policy.schedule);
    for (const auto& server : observed_.servers) {
      if (!server.name.starts_with(policy.name + "-")) {
        continue;
      }
      for (const auto& dataset : policy.datasets) {
        for (const auto slot : kept_slots(*schedule, policy, now_ - history, now_ - age)) {
          const bool weak = every > 0 && ++made_ % every == 0;
          add_snapshot(policy.name, server, dataset.name, slot, weak ? Consistency::Crash : Consistency::Application);
        }
      }
    }
  }

  cloud::Snapshot& add_snapshot(const std::string& policy, const cloud::Server& server, const std::string& dataset,
                                WallTime slot, Consistency level) {
    const auto number = std::to_string(observed_.snapshots.size());
    auto snapshot = fakes::snapshot({.id = "snap-" + number,
                                     .volume = "vol-" + server.name + "-" + dataset,
                                     .slot = slot,
                                     .attempt = number + "0a",
                                     .consistency = level,
                                     .policy = policy,
                                     .dataset = dataset,
                                     .server = server.id});
    snapshot.metadata.set("stillpoint.server-name", server.name);
    if (level != Consistency::Unproven) {
      // Between 180 and 900 ms, with a slow one here and there.
      const auto seed =
          std::hash<std::string>()(server.name + dataset + std::to_string(slot.time_since_epoch().count()));
      snapshot.metadata.set("stillpoint.held-ms", std::to_string(180 + seed % 380 + (seed % 17 == 0 ? 900 : 0)));
    }
    observed_.snapshots.push_back(std::move(snapshot));
    return observed_.snapshots.back();
  }

  void add_event(status::Event::Kind kind, const std::string& reason, const std::string& message,
                 const std::string& policy, const std::string& server, const std::string& dataset,
                 std::chrono::minutes age, int count = 1) {
    status_.events.push_back(
        {kind, reason, message, policy, server, dataset, count, now_ - age - (count - 1) * 60min, now_ - age});
  }

  status::Status assess(const std::string& cloud_error = "") {
    auto& quota = observed_.quota["snapshots"];
    quota.in_use = static_cast<long>(observed_.snapshots.size());
    quota.limit = std::max(quota.limit, quota.in_use + quota.in_use / 4);
    observed_.quota["gigabytes"].in_use += quota.in_use * 10;
    observed_.quota["gigabytes"].limit = std::max(20000L, observed_.quota["gigabytes"].in_use * 2);
    status_.now = now_;
    status_.installation = "default";
    status_.version = "1.0.0";
    status_.clouds = {{"prod", now_ - 12s, cloud_error, observed_.quota}};
    const auto plan = planner::plan(policies_, observed_, {}, now_);
    const auto points = inventory::assemble(observed_.snapshots, "default");
    status_.policies = status::assess({"prod", "default", policies_, observed_, points, plan, now_, {}, failures_});
    return std::move(status_);
  }

  const cloud::Server& server(const std::string& name) const {
    return *std::find_if(observed_.servers.begin(), observed_.servers.end(),
                         [&](const cloud::Server& candidate) { return candidate.name == name; });
  }
  policy::Policy& policy(const std::string& name) {
    return *std::find_if(policies_.begin(), policies_.end(),
                         [&](const policy::Policy& candidate) { return candidate.name == name; });
  }
  planner::Observed& observed() { return observed_; }
  std::map<inventory::SeriesKey, support::Error>& failures() { return failures_; }
  status::Status& status() { return status_; }
  WallTime now() const { return now_; }

 private:
  /// What retention would have kept of all slots: the same slots for every server of a schedule.
  const std::vector<WallTime>& kept_slots(const schedule::Compiled& schedule, const policy::Policy& policy,
                                          WallTime from, WallTime to) {
    auto& slots = kept_[{policy.schedule.cron.front(), to}];
    if (!slots.empty()) {
      return slots;
    }
    inventory::Series series;
    for (const auto slot : schedule.between(from, to, 20000)) {
      inventory::Attempt attempt;
      attempt.slot = slot;
      attempt.members.resize(1);
      attempt.state = inventory::AttemptState::Complete;
      attempt.consistency = Consistency::Application;
      series.push_back({"", slot, {attempt}, 0});
    }
    const auto terms = retention::terms_of(policy, policy.datasets.front());
    for (const auto& decision : retention::decide(series, *terms, now_, retention::MassDelete::Allow).decisions) {
      if (decision.fate == retention::Decision::Fate::Keep) {
        slots.push_back(decision.attempt->slot);
      }
    }
    return slots;
  }

  WallTime now_;
  std::vector<policy::Policy> policies_;
  planner::Observed observed_;
  std::map<inventory::SeriesKey, support::Error> failures_;
  status::Status status_;
  std::map<std::pair<std::string, WallTime>, std::vector<WallTime>> kept_;
  int made_ = 0;
};

/// Every hour, at the minute of `slot`.
std::string hourly_at(WallTime slot) {
  const auto minute = std::chrono::floor<std::chrono::minutes>(slot) - std::chrono::floor<std::chrono::hours>(slot);
  return std::to_string(minute / 1min) + " * * * *";
}

/// The latest slot of the hourly policy, at whatever time of the day this is looked at.
WallTime latest_hourly(const World& world) {
  return std::chrono::floor<std::chrono::minutes>(world.now() - 10min);
}

void add_usual(World& world) {
  world.add_policy("edx", "5 1 * * *", 2, {"mysql", "mongodb"});
  world.add_policy("grafana", "20 2 * * *", 1, {"postgres"});
  world.add_policy("payments", hourly_at(latest_hourly(world)), 3);
  world.add_policy("wiki", "30 3 * * 1-5", 1, {"mariadb"});
  using Kind = status::Event::Kind;
  world.add_event(Kind::Normal, "PointMade", "point of 1 snapshot, application, held for 312 ms", "payments",
                  "payments-2", "mysql", 4min, 24);
  world.add_event(Kind::Normal, "Pruned", "deleted 1 snapshot: daily: 2026-11-11 is older than 14 days with a point",
                  "edx", "edx-1", "mysql", 90min);
  world.add_event(Kind::Normal, "PolicyRead", "policy read from payments.yaml", "payments", "", "", 26h);
}

void pin_one(World& world) {
  auto& snapshots = world.observed().snapshots;
  const auto found = std::find_if(snapshots.begin(), snapshots.end(), [](const auto& snapshot) {
    return snapshot.metadata.at("stillpoint.policy") == "edx";
  });
  found->metadata.set("stillpoint.pin", "audit-2026");
  found->metadata.set("stillpoint.pin-until", "2027-06-30T00:00:00Z");
}

status::Status well(WallTime now) {
  World world(now);
  add_usual(world);
  for (const auto* name : {"edx", "grafana", "payments", "wiki"}) {
    world.fill(world.policy(name), 0min);
  }
  pin_one(world);
  return world.assess();
}

status::Status overdue(WallTime now) {
  World world(now);
  add_usual(world);
  using Kind = status::Event::Kind;
  world.fill(world.policy("edx"), 0min, 40);
  world.fill(world.policy("grafana"), 24h * 3);
  world.fill(world.policy("payments"), 0min);
  pin_one(world);
  auto& snapshots = world.observed().snapshots;
  // The last five hours of one server are missing, and the newest attempt of another was not proven.
  std::erase_if(snapshots, [&](const cloud::Snapshot& snapshot) {
    return snapshot.volume.str() == "vol-payments-2-mysql" && snapshot.created_at > now - 5h;
  });
  world.failures().emplace(inventory::SeriesKey{"payments", world.server("payments-2").id, "mysql"},
                           support::Error(support::ErrorKind::Timeout,
                                          "the lock was not granted within 10 s: a query has been running for 3 h")
                               .with_context("hold mysql"));
  const auto slot = latest_hourly(world);
  std::erase_if(snapshots, [&](const cloud::Snapshot& snapshot) {
    return snapshot.volume.str() == "vol-payments-3-mysql" && snapshot.created_at > slot;
  });
  world.add_snapshot("payments", world.server("payments-3"), "mysql", slot, Consistency::Unproven);
  world.policy("payments").has_ssh = false;  // nobody to ask for a verdict
  world.policy("wiki").suspend = true;
  world.fill(world.policy("wiki"), 24h * 12);
  auto stale = world.add_policy("legacy", "0 4 * * *", 1);
  world.fill(stale, 24h * 40);
  std::erase_if(world.observed().servers, [](const auto& server) { return server.name == "legacy-1"; });
  auto& copy = world.add_policy("edx-copy", "0 5 * * *", 0);
  copy.servers = {};
  copy.servers.names = {"edx-1"};
  copy.start_at = now - 24h * 2;
  world.add_event(Kind::Warning, "HoldFailed",
                  "hold mysql: the lock was not granted within 10 s: a query has been running for 3 h", "payments",
                  "payments-2", "mysql", 3min, 5);
  world.add_event(Kind::Warning, "Missed", "the slot could be begun until 02:50", "grafana", "grafana-1", "postgres",
                  31min, 3);
  std::sort(world.status().events.begin(), world.status().events.end(),
            [](const auto& a, const auto& b) { return a.last > b.last; });
  return world.assess();
}

status::Status held(WallTime now) {
  World world(now);
  add_usual(world);
  // Its slot has just come.
  const auto slot = std::chrono::floor<std::chrono::minutes>(now);
  world.policy("payments").schedule.cron = {hourly_at(slot)};
  for (const auto* name : {"edx", "grafana", "payments", "wiki"}) {
    world.fill(world.policy(name), 0min);
  }
  pin_one(world);
  std::erase_if(world.observed().snapshots, [&](const cloud::Snapshot& snapshot) {
    return snapshot.volume.str() == "vol-payments-1-mysql" && snapshot.created_at > slot;
  });
  auto& snapshot = world.add_snapshot("payments", world.server("payments-1"), "mysql", slot, Consistency::Unproven);
  snapshot.status = "creating";
  snapshot.metadata.set("stillpoint.hold-until", support::format_utc(now + 20s));
  auto status = world.assess();
  for (auto& policy : status.policies) {
    for (auto& series : policy.series) {
      series.doing = policy.name == "payments" && series.server_name == "payments-1" ? "held" : "";
    }
  }
  return status;
}

status::Status many(WallTime now) {
  World world(now);
  for (int i = 1; i <= 40; ++i) {
    auto& policy = world.add_policy("tenant-" + std::string(i < 10 ? "0" : "") + std::to_string(i), "15 */6 * * *", 25,
                                    {"mysql", "files"});
    policy.retention = {.keep_last = 7, .daily = 7, .weekly = 4};
    world.fill(policy, i == 17 ? 20h : 0min, 0, 24h * 40);
  }
  world.observed().servers.erase(std::find_if(world.observed().servers.begin(), world.observed().servers.end(),
                                              [](const auto& server) { return server.name == "tenant-23-7"; }));
  return world.assess();
}

status::Status hostile(WallTime now) {
  World world(now);
  add_usual(world);
  const std::string name = std::string(kHostile) + "\xe2\x80\xae\xff" + std::string(200, 'W');
  for (auto& server : world.observed().servers) {
    server.name += name;
  }
  for (auto& policy : {"edx", "payments"}) {
    world.policy(policy).servers.name_pattern = std::string(policy) + "-*";
  }
  world.add_snapshot("payments", world.observed().servers[3], "mysql", now - 40min, Consistency::Application)
      .metadata.set("stillpoint.pin", "\"><svg onload=alert(1)>");
  world.failures().emplace(inventory::SeriesKey{"payments", world.observed().servers[4].id, "mysql"},
                           support::Error(support::ErrorKind::Remote, kHostile));
  world.add_event(status::Event::Kind::Warning, kHostile, name, kHostile, name, kHostile, 1min, 999999);
  return world.assess(std::string("connection refused by ") + kHostile);
}

status::Status unread(WallTime now) {
  World world(now);
  auto& policy = world.add_policy("edx", "5 1 * * *", 0);
  const support::Error why(support::ErrorKind::Unavailable, "https://keystone.example:5000/v3: connection refused");
  status::Status status;
  status.now = now;
  status.installation = "default";
  status.version = "1.0.0";
  status.clouds = {{"prod", std::nullopt, why.to_string(), {}}};
  status.policies = status::assess_unread("prod", {policy}, why, now, {});
  return status;
}

status::Status empty(WallTime now) {
  status::Status status;
  status.now = now;
  status.installation = "default";
  status.version = "1.0.0";
  return status;
}

const std::map<std::string, std::function<status::Status(WallTime)>>& states() {
  static const std::map<std::string, std::function<status::Status(WallTime)>> kStates{
      {"well", well},       {"overdue", overdue}, {"held", held},  {"many", many},
      {"hostile", hostile}, {"unread", unread},   {"empty", empty}};
  return kStates;
}

}  // namespace

std::vector<std::string> state_names() {
  std::vector<std::string> names;
  for (const auto& [name, make] : states()) {
    names.push_back(name);
  }
  return names;
}

status::Status make_state(const std::string& name, WallTime now) {
  const auto found = states().find(name);
  if (found == states().end()) {
    std::cerr << "there is no state '" << name << "'\n";
    std::exit(2);
  }
  return found->second(now);
}

}  // namespace stillpoint::page
