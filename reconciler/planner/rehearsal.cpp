#include "planner/rehearsal.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <queue>
#include <set>
#include <tuple>
#include <utility>

#include "inventory/match.hpp"
#include "planner/orphans.hpp"
#include "planner/rehearsal_course.hpp"
#include "planner/rehearsal_part.hpp"
#include "planner/rehearsal_start.hpp"
#include "planner/series_book.hpp"
#include "planner/target.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using inventory::SeriesKey;
using support::WallTime;
using Kind = RehearsalPart::Kind;

/// A server under a policy, whose datasets have the same slots.
struct Served {
  Timetable timetable;
  std::vector<size_t> parts;
};

/// Runs through one period. What each dataset remembers is in its RehearsalPart; here is what they have in common:
/// time, quotas, the guard over all series, and the order of a pass.
class Rehearsing {
 public:
  Rehearsing(const std::vector<policy::Policy>& policies, const Observed& start, const Wishes& wishes, Period period)
      : policies_(policies),
        start_(start),
        wishes_(wishes),
        period_(period),
        points_(inventory::assemble(start.snapshots, wishes.installation)),
        book_(points_),
        orphanage_(points_),
        use_(start.quota, period) {}

  support::Result<Rehearsal> run() && {
    cast();
    adopt();
    now_ = period_.from;
    while (now_ < period_.to) {
      pass();
      if (slots_ > kMostRehearsedSlots) {
        return support::fail(support::ErrorKind::InvalidInput,
                             "the rehearsal has more than " + std::to_string(kMostRehearsedSlots) +
                                 " slots; shorten it, or rehearse fewer policies at once");
      }
      now_ = next_instant();
    }
    return finish();
  }

 private:
  /// Finds who takes part by asking the planner for a point of everything, where there is nothing yet and no quota: it
  /// answers with the volumes to be snapshotted, or with what stands against it.
  void cast() {
    Observed bare;
    bare.servers = start_.servers;
    bare.volumes = start_.volumes;
    Wishes everything = wishes_;
    everything.slot_now = period_.from;
    const Plan asked = plan(policies_, bare, everything, period_.from);
    for (const auto* policy : by_name()) {
      orphanage_.note(*policy);
    }
    // In the planner's order, in which quota is given out.
    std::map<std::tuple<std::string, std::string, cloud::ServerId, size_t>, RehearsalPart> parts;
    for (const auto& action : asked.actions) {
      const policy::Policy& policy = policy_named(action.policy);
      if (action.server.empty()) {
        orphanage_.note_unselected(policy);
        result_.problems.push_back({action.policy, action.reason, action.message, RehearsalProblem::Kind::NeverHeld});
        continue;
      }
      RehearsalPart part(policy, action, server_with(action.server), start_);
      const auto index = static_cast<size_t>(part.dataset - policy.datasets.data());
      parts.emplace(std::tuple(action.policy, action.server_name, action.server, index), std::move(part));
    }
    for (auto& [order, part] : parts) {
      orphanage_.note(*part.policy, part.server->id);
      book_.claim(*part.policy, *part.dataset, part.server->id);
      parts_.push_back(std::move(part));
    }
  }

  /// Gives everybody the points that exist, and the slots that come.
  void adopt() {
    for (const auto& [key, series] : points_.series) {
      for (const auto& point : series) {
        alive_[key] += static_cast<int>(point.attempts.size());
      }
    }
    const size_t asked_for = parts_.size();
    for (size_t i = 0; i < asked_for; ++i) {
      adopt(parts_[i], book_.series_of(*parts_[i].policy, *parts_[i].dataset, parts_[i].server->id));
      if (parts_[i].kind != Kind::Suspended) {
        schedule(i);
      }
    }
    for (const auto& key : book_.unclaimed()) {
      if (const auto* policy = orphanage_.policy_of(key)) {
        const auto orphan = orphanage_.describe(key);
        parts_.emplace_back(*policy, orphan);
        adopt(parts_.back(), points_.series.at(key));
      }
    }
    for (size_t i = 0; i < parts_.size(); ++i) {
      parts_[i].note_beginning(period_.from);
      look_when_orphan_is_due(parts_[i]);
      dirty_.insert(i);
    }
  }

  void adopt(RehearsalPart& part, const inventory::Series& series) {
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

  void look_when_orphan_is_due(const RehearsalPart& part) {
    if (part.kind == Kind::Orphaned && part.policy->orphans_after && points_.series.contains(part.result.key)) {
      if (const auto newest = orphanage_.describe(part.result.key).newest) {
        look_at(*newest + *part.policy->orphans_after);
      }
    }
  }

  /// Time alone changes something at this instant.
  void look_at(WallTime instant) {
    if (instant > period_.from && instant < period_.to) {
      looks_.insert(instant);
    }
  }

  void schedule(size_t index) {
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
    await(served_.size() - 1);
  }

  void await(size_t served) {
    if (const auto& next = served_[served].timetable.next()) {
      begins_.emplace(next->begin, served);
      slots_ += next->skipped.size() + 1;
    }
  }

  WallTime next_instant() const {
    auto next = begins_.empty() ? period_.to : begins_.top().first;
    return looks_.empty() ? next : std::min(next, *looks_.begin());
  }

  /// All that passes would do at one instant.
  void pass() {
    use_.advance(now_);
    if (!looks_.empty() && *looks_.begin() <= now_) {
      looks_.erase(looks_.begin());
      look_at_all();
    }
    while (!begins_.empty() && begins_.top().first <= now_) {
      const size_t served = begins_.top().second;
      begins_.pop();
      begin_slot(served);
    }
    // What is pruned makes room for what had none, and what is made lets go of something again.
    do {
      create_round();
    } while (prune_round());
    settle_series();
  }

  void look_at_all() {
    for (size_t i = 0; i < parts_.size(); ++i) {
      if (parts_[i].series) {
        parts_[i].series->look(now_);
      }
      dirty_.insert(i);
    }
  }

  void begin_slot(size_t served) {
    auto& [timetable, parts] = served_[served];
    const auto stop = *timetable.next();
    for (const size_t index : parts) {
      auto& part = parts_[index];
      close(index);
      part.log_skipped(stop.skipped);
      if (part.wants(stop.slot, period_.from)) {
        part.open = RehearsalPart::Open{stop.slot, served, {}, {}, {}};
        open_.insert(index);
      }
    }
    timetable.advance();
    await(served);
  }

  /// Gives up the slot that is still open.
  void close(size_t index) {
    auto& part = parts_[index];
    if (part.open) {
      part.log_missed(part.open->slot, "QuotaExceeded", part.open->no_room);
      part.open.reset();
      open_.erase(index);
    }
  }

  /// Makes what there is room for. A slot that had none is not tried again before something was released.
  void create_round() {
    for (auto at = open_.begin(); at != open_.end();) {
      const size_t index = *at++;
      auto& open = *parts_[index].open;
      if (open.start_by && now_ > *open.start_by) {
        close(index);
      } else if (open.tried_after != releases_) {
        create(index);
      }
    }
  }

  void create(size_t index) {
    auto& part = parts_[index];
    auto& open = *part.open;
    if (auto no_room = use_.book(part.volumes, now_, step_ + 1)) {
      open.no_room = std::move(*no_room);
      open.tried_after = releases_;
      open.start_by = open.start_by.value_or(served_[open.served].timetable.start_by(open.slot));
      return;
    }
    count_alive(part.own_key(alive_), 1);
    part.add_made(open.slot, now_, ++step_);
    part.open.reset();
    open_.erase(index);
    dirty_.insert(index);
  }

  /// The planner asks the guard how many of the series lose more than their turnover: one that is gone does not count.
  void count_alive(RehearsalPart::KeyCount& key, int change) {
    key.second += change;
    if (key.second == 0) {
      points_.series.erase(key.first);
    } else if (key.second == 1 && change == 1) {
      points_.series.try_emplace(key.first);
    }
  }

  /// Prunes what retention lets go. False if there is nothing.
  bool prune_round() {
    for (const size_t index : std::exchange(dirty_, {})) {
      judge(index);
    }
    std::vector<RehearsalPart*> losing;
    for (const size_t index : losing_) {
      if (!is_contested(parts_[index])) {
        losing.push_back(&parts_[index]);
      }
    }
    if (losing.empty() || is_mass_deletion(losing)) {
      return false;
    }
    for (auto* part : losing) {
      prune(*part);
    }
    dirty_.merge(losing_);
    losing_.clear();
    ++releases_;
    return true;
  }

  void judge(size_t index) {
    auto& part = parts_[index];
    part.going = {};
    if (part.kind == Kind::Kept && part.series) {
      part.going = part.series->going(now_);
    } else if (part.kind == Kind::Orphaned && points_.series.contains(part.result.key)) {
      judge_orphan(part);
    }
    if (part.going.blocked && !part.result.guarded_since && !is_contested(part)) {
      part.result.guarded_since = now_;
      part.result.guard_message = *part.going.blocked;
    }
    if (part.going.points.empty() || part.going.blocked) {
      losing_.erase(index);
    } else {
      losing_.insert(index);
    }
  }

  void judge_orphan(RehearsalPart& part) {
    const auto orphan = orphanage_.describe(part.result.key, part.result.orphaned);
    if (orphanage_.is_certain(orphan, start_.servers) && is_due_to_go(orphan, *part.policy, now_)) {
      part.judge_retired(retention::retire(points_.series.at(part.result.key), now_, wishes_.mass_delete));
    }
  }

  bool is_contested(const RehearsalPart& part) const {
    return part.kind != Kind::Suspended && part.was_renamed() &&
           book_.contested(*part.policy, *part.dataset, part.server->id).has_value();
  }

  bool is_mass_deletion(const std::vector<RehearsalPart*>& losing) {
    const auto all = static_cast<int>(points_.series.size());
    const auto disturbed = [&](auto is_disturbed) {
      return static_cast<int>(std::count_if(losing.begin(), losing.end(), is_disturbed));
    };
    // Whoever loses one point only is not disturbed; to know it of the others is dear and mostly not needed.
    if (wishes_.mass_delete == retention::MassDelete::Allow ||
        !retention::object_to_series(disturbed([](auto* part) { return part->going.points.size() > 1; }), all)) {
      return false;
    }
    const auto objection = retention::object_to_series(disturbed([](auto* part) { return part->is_disturbed(); }), all);
    if (objection && !guard_noted_) {
      guard_noted_ = true;
      result_.problems.push_back({"", "PruneBlocked", "from " + support::format_utc(now_) + " on: " + *objection,
                                  RehearsalProblem::Kind::Note});
    }
    return objection.has_value();
  }

  void prune(RehearsalPart& part) {
    for (const size_t point : part.going.points) {
      const auto& charge = part.charges[point];
      use_.release(part.bill(charge));
      if (part.kind == Kind::Orphaned) {
        const auto& [slot, attempt] = part.names.at(point);
        take_out(points_.series.at(part.result.key), slot, attempt);
      }
      count_alive(*charge.key, -1);
      part.note_gone(point, now_, ++step_);
    }
  }

  /// Series of the beginning go over to the faster way as soon as they can.
  void settle_series() {
    if (unsettled_ == 0) {
      return;
    }
    for (auto& [timetable, parts] : served_) {
      for (const size_t index : parts) {
        auto& part = parts_[index];
        const auto next = timetable.next() ? timetable.next()->slot : period_.to;
        if (part.series && !part.series->is_settled()) {
          part.series->settle(now_, part.open ? part.open->slot : next);
          dirty_.insert(index);
        }
      }
    }
    count_unsettled();
  }

  void count_unsettled() {
    unsettled_ = static_cast<size_t>(std::count_if(parts_.begin(), parts_.end(), [](const RehearsalPart& part) {
      return part.series && !part.series->is_settled();
    }));
  }

  Rehearsal finish() {
    for (auto& [timetable, parts] : served_) {
      for (const size_t index : parts) {
        close(index);
        parts_[index].log_skipped(timetable.skipped_at_end());
      }
    }
    for (auto& part : parts_) {
      const auto contested = is_contested(part);
      part.finish(period_, contested ? RehearsalPart::Rules::Contested : RehearsalPart::Rules::Asked);
      result_.series.push_back(std::move(part.result));
    }
    result_.period = period_;
    result_.quotas = std::move(use_).finish();
    return std::move(result_);
  }

  std::vector<const policy::Policy*> by_name() const {
    std::vector<const policy::Policy*> ordered;
    for (const auto& policy : policies_) {
      ordered.push_back(&policy);
    }
    std::sort(ordered.begin(), ordered.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    return ordered;
  }
  const policy::Policy& policy_named(const std::string& name) const {
    return *std::find_if(policies_.begin(), policies_.end(), [&](const auto& policy) { return policy.name == name; });
  }
  const cloud::Server& server_with(const cloud::ServerId& id) const {
    return *std::find_if(start_.servers.begin(), start_.servers.end(),
                         [&](const auto& server) { return server.id == id; });
  }

  const std::vector<policy::Policy>& policies_;
  const Observed& start_;
  const Wishes& wishes_;
  Period period_;
  inventory::Points points_;  ///< kept up to date in which series there are, and in those of orphans
  SeriesBook book_;
  Orphanage orphanage_;
  UseOfQuotas use_;
  std::map<SeriesKey, int> alive_;  ///< how many attempts there are
  std::deque<RehearsalPart> parts_;
  std::deque<Served> served_;
  std::map<std::pair<const policy::Policy*, cloud::ServerId>, size_t> served_by_;
  using Begin = std::pair<WallTime, size_t>;
  std::priority_queue<Begin, std::vector<Begin>, std::greater<>> begins_;
  std::set<WallTime> looks_;
  std::set<size_t> open_;    ///< parts with a slot that is not served yet
  std::set<size_t> dirty_;   ///< parts of which retention is to be asked
  std::set<size_t> losing_;  ///< parts of which something goes
  WallTime now_;
  Step step_ = 0;
  std::uint64_t releases_ = 1;
  size_t slots_ = 0;
  size_t unsettled_ = 1;
  bool guard_noted_ = false;
  Rehearsal result_;
};

}  // namespace

support::Result<Rehearsal> rehearse(const std::vector<policy::Policy>& policies, const Observed& observed,
                                    const Wishes& wishes, Period period) {
  Wishes of_schedule = wishes;
  of_schedule.slot_now.reset();
  of_schedule.slots_at.reset();
  auto start = settle(policies, observed, of_schedule, period.from);
  auto rehearsal = Rehearsing(policies, start.observed, of_schedule, period).run();
  if (rehearsal) {
    rehearsal->assumptions = std::move(start.assumptions);
  }
  return rehearsal;
}

}  // namespace stillpoint::planner
