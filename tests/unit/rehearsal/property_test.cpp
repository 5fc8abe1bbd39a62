// A rehearsal is what the planner would do: held against the planner itself, asked at every instant of small worlds.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "fakes/naive_rehearsal.hpp"
#include "fakes/objects.hpp"
#include "rehearsal/rehearsal.hpp"

namespace stillpoint::rehearsal {
namespace {

using fakes::NaiveRehearsal;
using inventory::SeriesKey;
using std::chrono::hours;
using std::chrono::minutes;

const cloud::ServerId kFirst{"5f0e1d2c-0000-4000-8000-000000000001"};
const cloud::ServerId kSecond{"5f0e1d2c-0000-4000-8000-000000000002"};

/// Small, and full of what makes a difference: everything is drawn when it is made.
struct SmallWorld {
  SmallWorld() {
    pace = *rc::gen::element(0, 1, 2);
    from = fakes::at("2026-10-24T12:00:00Z") + minutes(*rc::gen::element(0, 5, 20, 45));
    to = from + hours(*rc::gen::inRange(6, 30)) * (pace == 0 ? 1 : pace == 1 ? 6 : 24);
    furnish();
    const int count = *rc::gen::inRange(1, 4);
    for (int i = 0; i < count; ++i) {
      policies.push_back(random_policy("p" + std::to_string(i)));
    }
    scatter_snapshots();
    limit();
    wishes.mass_delete = *rc::gen::element(retention::MassDelete::Refuse, retention::MassDelete::Allow);
  }

  void furnish() {
    observed.servers = {fakes::server("db-1", kFirst), fakes::server("db-2", kSecond)};
    observed.servers[1].addresses = {{"mgmt", "192.0.2.13", 4, "fixed"}};
    for (const auto& [server, name] : {std::pair(kFirst, "1"), std::pair(kSecond, "2")}) {
      for (const std::string volume : {"p0-a", "p0-b", "p1-a", "p1-b", "p2-a", "p2-b"}) {
        observed.volumes.push_back(fakes::volume(volume + name, volume, server));
        observed.volumes.back().volume_type = volume.ends_with('a') ? "rbd" : "ssd";
      }
      observed.volumes.push_back(fakes::volume(std::string("p0-a-more") + name, "p0-a-more", server));
      observed.volumes.back().size_gib = 3;
    }
  }

  policy::Schedule random_schedule() const {
    policy::Schedule schedule;
    const std::vector<std::vector<std::string>> crons[] = {
        {{"0 * * * *"}, {"30 * * * *"}, {"*/20 * * * *"}, {"0,5 */3 * * *"}},
        {{"0 */6 * * *"}, {"0 3 * * *", "30 3,15 * * *"}, {"15 */4 * * *"}},
        {{"30 2 * * *"}, {"0 0 * * *"}, {"0 0 * * mon", "0 12 * * *"}}};
    schedule.cron = *rc::gen::elementOf(crons[pace]);
    schedule.time_zone = *rc::gen::element<std::string>("UTC", "Europe/Zurich");
    schedule.jitter = minutes(*rc::gen::weightedElement<int>({{3, 0}, {1, 7}, {1, 30}}));
    if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) {
      schedule.starting_deadline = minutes(*rc::gen::element(1, 90, 300));
    }
    if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}})) {
      policy::Blackout nightly;
      nightly.cron = "0 1 * * *";
      nightly.duration = minutes(*rc::gen::element(45, 130));
      schedule.blackouts.push_back(nightly);
    }
    return schedule;
  }

  policy::Retention random_rules() const {
    const auto count = [] { return *rc::gen::weightedElement<int>({{3, 0}, {2, 1}, {1, 2}, {1, 4}}); };
    policy::Retention rules;
    rules.keep_last = *rc::gen::inRange(1, 4);
    rules.within = hours(*rc::gen::element(0, 0, 5, 40));
    rules.hourly = count();
    rules.daily = count();
    rules.weekly = count();
    rules.monthly = count();
    rules.floor = *rc::gen::inRange(1, 4);
    return rules;
  }

  policy::Dataset random_dataset(const std::string& name, const std::string& volume) const {
    auto dataset = fakes::policy().datasets.front();
    dataset.name = name;
    dataset.volumes.name_contains = *rc::gen::weightedElement<std::string>({{9, volume}, {1, "nothing-of-it"}});
    dataset.hold.method = *rc::gen::element(policy::Method::BackupStage, policy::Method::None);
    dataset.require =
        dataset.hold.method == policy::Method::None ? policy::Consistency::Crash : policy::Consistency::Application;
    dataset.on_failure = *rc::gen::element(policy::OnFailure::Fail, policy::OnFailure::Downgrade);
    if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}})) {
      dataset.retention = random_rules();
    }
    return dataset;
  }

  policy::Policy random_policy(const std::string& name) const {
    auto policy = fakes::policy();
    policy.name = name;
    policy.servers.names =
        *rc::gen::weightedElement<std::vector<std::string>>({{4, {"db-1"}}, {3, {"db-1", "db-2"}}, {1, {"db-3"}}});
    policy.schedule = random_schedule();
    policy.datasets = {random_dataset("a", name + "-a")};
    if (*rc::gen::arbitrary<bool>()) {
      policy.datasets.push_back(
          random_dataset("b", *rc::gen::weightedElement<std::string>({{5, name + "-b"}, {1, "-b"}})));
    }
    policy.retention = random_rules();
    policy.suspend = *rc::gen::weightedElement<bool>({{9, false}, {1, true}});
    if (*rc::gen::weightedElement<bool>({{4, false}, {1, true}})) {
      policy.start_at = from + (to - from) / 3;
    }
    if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}})) {
      policy.orphans_after = (to - from) / *rc::gen::element(2, 5) / minutes(1) * minutes(1);
    }
    if (*rc::gen::weightedElement<bool>({{4, false}, {1, true}})) {
      policy.cluster.name = "galera";
      policy.cluster.writer.addresses = {*rc::gen::element<std::string>("192.0.2.13", "192.0.2.99")};
      policy.cluster.min_healthy_members = 1;
    }
    if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) {
      policy.previous_names = {"p-old"};
    }
    return policy;
  }

  /// Points of the time before: most of them of what is asked for, some of names given up, of others, or of nobody.
  void scatter_snapshots() {
    const int count = *rc::gen::inRange(0, 25);
    const int spread = pace == 0 ? 1 : pace == 1 ? 6 : 24;
    for (int i = 0; i < count; ++i) {
      fakes::SnapshotSpec spec;
      spec.id = "found-" + std::to_string(i);
      spec.policy =
          *rc::gen::weightedElement<std::string>({{5, "p0"}, {3, "p1"}, {1, "p2"}, {1, "p-old"}, {1, "other"}});
      spec.dataset = *rc::gen::weightedElement<std::string>({{5, "a"}, {2, "b"}, {2, "gone"}});
      spec.server =
          *rc::gen::weightedElement<cloud::ServerId>({{5, kFirst}, {2, kSecond}, {1, cloud::ServerId("gone")}});
      spec.volume = (spec.policy.size() == 2 ? spec.policy : "p0") + (spec.dataset == "b" ? "-b" : "-a") +
                    (spec.server == kSecond ? "2" : "1");
      spec.slot = fakes::at("2026-10-24T12:00:00Z") - hours(*rc::gen::inRange(-3, 20)) * spread +
                  minutes(*rc::gen::weightedElement<int>({{5, 0}, {1, 20}, {1, 30}}));
      spec.attempt = support::sha256_hex(spec.id).substr(0, 16);
      spec.consistency = *rc::gen::weightedElement<policy::Consistency>(
          {{5, policy::Consistency::Application}, {2, policy::Consistency::Crash}, {1, policy::Consistency::Unproven}});
      if (spec.consistency == policy::Consistency::Unproven) {  // what is left of an attempt, long before
        spec.slot -= hours(24 * 40);
        spec.status = *rc::gen::element<std::string>("available", "error", "error_deleting");
      }
      if (*rc::gen::weightedElement<bool>({{4, false}, {1, true}})) {
        spec.pin = "auditor";
        // What is left of an attempt stays as it was found at the beginning.
        const bool left_over = spec.consistency == policy::Consistency::Unproven;
        spec.pin_until = left_over ? ""
                                   : *rc::gen::element<std::string>("", support::format_utc(from + (to - from) / 2),
                                                                    support::format_utc(from + (to - from) / 5));
      }
      spec.installation = *rc::gen::weightedElement<std::string>({{9, "default"}, {1, "another"}});
      observed.snapshots.push_back(fakes::snapshot(spec));
      observed.snapshots.back().size_gib = *rc::gen::element(5, 10);
    }
  }

  void limit() {
    const auto used = static_cast<long>(observed.snapshots.size());
    long gib = 0;
    std::map<std::string, long> typed;
    for (const auto& snapshot : observed.snapshots) {
      gib += snapshot.size_gib;
      for (const auto& volume : observed.volumes) {
        typed[volume.volume_type] += volume.id == snapshot.volume ? 1 : 0;
      }
    }
    const auto room = [](long in_use) {
      return *rc::gen::element<long>(-1, in_use + *rc::gen::inRange(0, 12), in_use + 40);
    };
    observed.quota["snapshots"] = {room(used + 4), used + 3, 1};
    observed.quota["gigabytes"] = {*rc::gen::element<long>(-1, gib + *rc::gen::inRange(10, 120)), gib, 0};
    observed.quota["snapshots_rbd"] = {room(typed["rbd"]), typed["rbd"], 0};
  }

  int pace = 0;  ///< how often its slots come
  support::WallTime from;
  support::WallTime to;
  std::vector<policy::Policy> policies;
  planner::Observed observed;
  planner::Wishes wishes;
};

std::string text_of(const std::map<SeriesKey, std::set<support::WallTime>>& slots) {
  std::string text;
  for (const auto& [key, times] : slots) {
    text += key.policy + "/" + key.server.str() + "/" + key.dataset + ":";
    for (const auto slot : times) {
      text += " " + support::format_utc(slot);
    }
    text += "\n";
  }
  return text;
}

std::string text_of(const Rehearsal& rehearsal) {
  std::string text;
  for (const auto& series : rehearsal.series) {
    text += series.key.policy + "/" + series.key.server.str() + "/" + series.key.dataset + " " + series.orphaned + " " +
            (series.objection ? series.objection->reason : "") + (series.guarded_since ? " guarded" : "") + "\n";
    for (const auto& point : series.points) {
      text += "  " + support::format_utc(point.slot) + " " + support::format_utc(point.taken) + " " +
              (point.gone ? support::format_utc(*point.gone) : "") + "\n";
    }
  }
  return text;
}

/// The slots of the naive way that lie in the runs of the rehearsal, if both count the same.
NaiveRehearsal::Slots missed_slots(const Rehearsal& rehearsal, const NaiveRehearsal& naive) {
  NaiveRehearsal::Slots slots;
  for (const auto& series : rehearsal.series) {
    size_t sum = 0;
    for (const auto& run : series.runs) {
      if (run.fate != UnservedRun::Fate::Missed) {
        continue;
      }
      const auto& known =
          naive.missed.contains(series.key) ? naive.missed.at(series.key) : std::set<support::WallTime>();
      const std::set<support::WallTime> within(known.lower_bound(run.first), known.upper_bound(run.last));
      RC_ASSERT(within.size() == run.count);
      RC_ASSERT(!within.empty() && *within.begin() == run.first && *within.rbegin() == run.last);
      slots[series.key].insert(within.begin(), within.end());
      sum += run.count;
    }
    RC_ASSERT(sum == series.slots.missed);
  }
  return slots;
}

template <class World>
void compare_with_the_planner(const World& world) {
  const auto rehearsed = rehearse(world.policies, world.observed, world.wishes, {world.from, world.to}).value();
  NaiveRehearsal naive(world.policies, world.observed, world.wishes, world.from, world.to);
  std::vector<support::WallTime> more;
  for (const int part : *rc::gen::container<std::vector<int>>(8, rc::gen::inRange(0, 1000))) {
    more.push_back(world.from + (world.to - world.from) / 1000 * part);
  }
  naive.run(more);
  RC_ASSERT(!naive.is_endless);
  RC_PRE(!naive.changed_its_mind);

  NaiveRehearsal::Slots at_end;
  for (const auto& series : rehearsed.series) {
    for (const auto& kept : series.kept) {
      at_end[series.key].insert(series.points[kept.point].slot);
    }
    RC_ASSERT(static_cast<size_t>(series.end.points) == series.kept.size());
  }
  RC_LOG() << "rehearsed:\n" << text_of(at_end) << "planned:\n" << text_of(naive.at_end);
  RC_LOG() << text_of(rehearsed);
  RC_LOG() << "missed:\n" << text_of(naive.missed);
  RC_ASSERT(at_end == naive.at_end);
  for (const auto& series : rehearsed.series) {
    RC_LOG() << series.key.policy << series.key.server.str() << series.key.dataset;
    RC_ASSERT(series.worst.gib == naive.most_gib.at(series.key));
  }
  RC_ASSERT(missed_slots(rehearsed, naive) == naive.missed);
  for (const auto& course : rehearsed.quotas) {
    RC_LOG() << course.resource;
    RC_ASSERT(course.at_end == naive.used_at_end.at(course.resource));
    RC_ASSERT(course.at_worst == naive.most_used.at(course.resource));
  }
}

RC_GTEST_PROP(RehearsalProperty, ItIsWhatThePlannerWouldDoAtEverySlot, ()) {
  compare_with_the_planner(SmallWorld());
}

/// Some series of one policy whose retention was made smaller, about the first days of a week, a month and a year that
/// let go of several points at once: what the guards are asked about.
struct GuardedWorld {
  GuardedWorld() {
    auto policy = fakes::policy();
    policy.name = "p";
    policy.servers.names = {"backend-2"};
    policy.schedule.cron = {*rc::gen::element<std::string>("0 0 * * *", "0 */6 * * *")};
    policy.datasets.clear();
    policy.retention = random_rules();
    observed.servers = {fakes::server()};
    const int series = *rc::gen::inRange(1, 8);
    for (int i = 0; i < series; ++i) {
      auto dataset = fakes::policy().datasets.front();
      dataset.name = "d" + std::to_string(i);
      dataset.volumes.name_contains = dataset.name;
      if (*rc::gen::weightedElement<bool>({{3, false}, {1, true}})) {
        dataset.retention = random_rules();
      }
      policy.datasets.push_back(dataset);
      observed.volumes.push_back(fakes::volume("v" + std::to_string(i), dataset.name));
      fill(dataset.name, "v" + std::to_string(i));
    }
    const auto used = static_cast<long>(observed.snapshots.size());
    observed.quota["snapshots"] = {*rc::gen::element<long>(-1, used + 10), used, 0};
    observed.quota["gigabytes"] = {-1, used * 10, 0};
    // A person has allowed some of it, or has for another document.
    policy.spec_hash = "this";
    policy.mass_delete = *rc::gen::element(std::optional<policy::MassDeletePermission>(),
                                           std::optional(policy::MassDeletePermission{"this", *rc::gen::inRange(1, 9)}),
                                           std::optional(policy::MassDeletePermission{"other", 99}));
    policies = {policy};
  }

  static policy::Retention random_rules() {
    policy::Retention rules;
    rules.keep_last = *rc::gen::inRange(1, 4);
    rules.daily = *rc::gen::element(0, 1, 2, 3);
    rules.weekly = *rc::gen::element(0, 1, 2, 3);
    rules.monthly = *rc::gen::element(0, 1, 2, 3);
    rules.yearly = *rc::gen::element(0, 1, 2);
    return rules;
  }

  /// Points of the days, weeks, months and years before.
  void fill(const std::string& dataset, const std::string& volume) {
    std::set<int> ago;
    for (const auto& [step, most] : {std::pair(1, 6), std::pair(7, 4), std::pair(30, 4), std::pair(365, 2)}) {
      const int count = *rc::gen::inRange(0, most);
      for (int i = 1; i <= count; ++i) {
        ago.insert(i * step);
      }
    }
    for (const int days : ago) {
      const std::string name = dataset + "-" + std::to_string(days);
      observed.snapshots.push_back(
          fakes::snapshot({.id = name,
                           .volume = volume,
                           .slot = fakes::at("2027-01-31T18:00:00Z") - hours(24 * days),
                           .attempt = support::sha256_hex(name).substr(0, 16),
                           .consistency = *rc::gen::weightedElement<policy::Consistency>(
                               {{9, policy::Consistency::Application}, {1, policy::Consistency::Crash}}),
                           .pin = *rc::gen::weightedElement<std::string>({{15, ""}, {1, "auditor"}}),
                           .policy = "p",
                           .dataset = dataset,
                           .pin_until = "2027-02-02T12:00:00Z"}));
      if (!observed.snapshots.back().metadata.contains("stillpoint.pin")) {
        observed.snapshots.back().metadata.erase("stillpoint.pin-until");
      }
    }
  }

  // 1 February 2027 is a Monday.
  support::WallTime from = fakes::at("2027-01-31T20:00:00Z") - hours(24 * *rc::gen::inRange(0, 3));
  support::WallTime to = from + hours(24 * *rc::gen::inRange(1, 12));
  std::vector<policy::Policy> policies;
  planner::Observed observed;
  planner::Wishes wishes;
};

RC_GTEST_PROP(RehearsalProperty, P6TheGuardsHoldBackWhatThePlannersDo, ()) {
  compare_with_the_planner(GuardedWorld());
}

}  // namespace
}  // namespace stillpoint::rehearsal
