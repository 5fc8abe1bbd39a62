#include "rehearsal/rehearsal.hpp"

#include <algorithm>
#include <queue>
#include <set>
#include <utility>

#include "rehearsal/course.hpp"
#include "rehearsal/start.hpp"
#include "rehearsal/world.hpp"
#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using support::WallTime;

/// Runs through one period: time, quotas, the guard over all series, and the order of a pass.
class Rehearsing {
 public:
  Rehearsing(const std::vector<policy::Policy>& policies, const planner::Observed& start, const planner::Wishes& wishes,
             Period period)
      : wishes_(wishes), period_(period), world_(policies, start, wishes, period), use_(start.quota, period) {
    for (size_t i = 0; i < world_.served().size(); ++i) {
      await(i);
    }
    for (size_t i = 0; i < world_.parts().size(); ++i) {
      dirty_.insert(i);
    }
  }

  support::Result<Rehearsal> run() && {
    for (now_ = period_.from; now_ < period_.to; now_ = next_instant()) {
      pass();
      if (slots_ > kMostRehearsedSlots) {
        return support::fail(support::ErrorKind::InvalidInput,
                             "the rehearsal has more than " + std::to_string(kMostRehearsedSlots) +
                                 " slots; shorten it, or rehearse fewer policies at once");
      }
    }
    return finish();
  }

 private:
  RehearsalPart& part(size_t index) { return world_.parts()[index]; }

  /// Waits for the next slot of a timetable.
  void await(size_t served) {
    if (const auto& next = world_.served()[served].timetable.next()) {
      begins_.emplace(next->begin, served);
      slots_ += next->skipped.size() + world_.served()[served].parts.size();
    }
  }

  WallTime next_instant() {
    const auto next = begins_.empty() ? period_.to : begins_.top().first;
    return world_.looks().empty() ? next : std::min(next, *world_.looks().begin());
  }

  /// All that passes would do at one instant.
  void pass() {
    use_.advance(now_);
    if (auto& looks = world_.looks(); !looks.empty() && *looks.begin() <= now_) {
      looks.erase(looks.begin());
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
    for (size_t i = 0; i < world_.parts().size(); ++i) {
      if (part(i).series) {
        part(i).series->look(now_);
      }
      dirty_.insert(i);
    }
  }

  void begin_slot(size_t served) {
    auto& [timetable, parts] = world_.served()[served];
    const auto stop = *timetable.next();
    for (const size_t index : parts) {
      close(index);
      part(index).log_skipped(stop.skipped);
      if (part(index).wants(stop.slot, period_.from, now_)) {
        part(index).open = RehearsalPart::Open{stop.slot, served, {}, {}, {}};
        open_.insert(index);
      }
    }
    timetable.advance();
    await(served);
  }

  /// Gives up the slot that is still open.
  void close(size_t index) {
    if (auto& open = part(index).open) {
      part(index).log_missed(open->slot, "QuotaExceeded", open->no_room);
      open.reset();
      open_.erase(index);
    }
  }

  /// Makes what there is room for. A slot that had none is not tried again before something was released.
  void create_round() {
    for (auto at = open_.begin(); at != open_.end();) {
      const size_t index = *at++;
      const auto& open = *part(index).open;
      if (open.start_by && now_ > *open.start_by) {
        close(index);
      } else if (open.tried_after != releases_) {
        create(index);
      }
    }
  }

  void create(size_t index) {
    auto& open = *part(index).open;
    if (auto no_room = use_.book(part(index).volumes, now_, step_ + 1)) {
      open.no_room = std::move(*no_room);
      open.tried_after = releases_;
      open.start_by = open.start_by.value_or(world_.served()[open.served].timetable.start_by(open.slot));
      return;
    }
    world_.make(part(index), open.slot, now_, ++step_);
    part(index).open.reset();
    open_.erase(index);
    dirty_.insert(index);
  }

  /// Prunes what retention lets go. False if there is nothing.
  bool prune_round() {
    for (const size_t index : std::exchange(dirty_, {})) {
      judge(index);
    }
    std::vector<size_t> losing;
    for (const size_t index : losing_) {
      if (!world_.is_contested(part(index))) {
        losing.push_back(index);
      }
    }
    if (is_mass_deletion(losing)) {
      std::erase_if(losing, [&](size_t index) { return !part(index).is_permitted(); });
    }
    if (losing.empty()) {
      return false;
    }
    for (const size_t index : losing) {
      prune(part(index));
      losing_.erase(index);
      dirty_.insert(index);
    }
    ++releases_;
    return true;
  }

  void judge(size_t index) {
    world_.judge(part(index), now_);
    if (part(index).going.points.empty() || part(index).going.blocked) {
      losing_.erase(index);
    } else {
      losing_.insert(index);
    }
  }

  bool is_mass_deletion(const std::vector<size_t>& losing) {
    const auto objection_if = [&](auto is_disturbed) {
      const auto disturbed =
          std::count_if(losing.begin(), losing.end(), [&](size_t index) { return is_disturbed(part(index)); });
      return retention::object_to_series(static_cast<int>(disturbed), world_.series_count());
    };
    // Whoever loses one point only is not disturbed; to know it of the others is dear and mostly not needed.
    if (wishes_.mass_delete == retention::MassDelete::Allow ||
        !objection_if([](const auto& part) { return part.going.points.size() > 1; })) {
      return false;
    }
    const auto objection = objection_if([](const auto& part) { return part.is_disturbed(); });
    if (objection && !guard_noted_) {
      guard_noted_ = true;
      result_.problems.push_back({"", "PruneBlocked", "from " + support::format_utc(now_) + " on: " + *objection,
                                  RehearsalProblem::Kind::Note});
    }
    return objection.has_value();
  }

  void prune(RehearsalPart& part) {
    for (const size_t point : part.going.points) {
      use_.release(part.bill(point));
      world_.let_go(part, point, now_, ++step_);
    }
  }

  /// Series of the beginning go over to the faster way as soon as they can.
  void settle_series() {
    if (all_settled_) {
      return;
    }
    all_settled_ = true;
    for (auto& [timetable, parts] : world_.served()) {
      const auto next = timetable.next() ? timetable.next()->slot : period_.to;
      for (const size_t index : parts) {
        auto& series = part(index).series;
        if (series && !series->is_settled()) {
          series->settle(now_, part(index).open ? part(index).open->slot : next);
          all_settled_ = all_settled_ && series->is_settled();
          dirty_.insert(index);
        }
      }
    }
  }

  Rehearsal finish() {
    for (auto& [timetable, parts] : world_.served()) {
      for (const size_t index : parts) {
        close(index);
        part(index).log_skipped(timetable.skipped_at_end());
      }
    }
    for (auto& part : world_.parts()) {
      using Rules = RehearsalPart::Rules;
      part.finish(period_, world_.is_contested(part) ? Rules::Contested : Rules::Asked);
      result_.series.push_back(std::move(part.result));
    }
    result_.problems.insert(result_.problems.begin(), world_.problems().begin(), world_.problems().end());
    result_.period = period_;
    result_.quotas = std::move(use_).finish();
    return std::move(result_);
  }

  const planner::Wishes& wishes_;
  Period period_;
  RehearsalWorld world_;
  UseOfQuotas use_;
  using Begin = std::pair<WallTime, size_t>;  ///< of a slot of a timetable
  std::priority_queue<Begin, std::vector<Begin>, std::greater<>> begins_;
  std::set<size_t> open_;    ///< parts with a slot that is not served yet
  std::set<size_t> dirty_;   ///< parts of which retention is to be asked
  std::set<size_t> losing_;  ///< parts of which something goes
  WallTime now_;
  Step step_ = 0;
  std::uint64_t releases_ = 1;
  size_t slots_ = 0;
  bool all_settled_ = false;
  bool guard_noted_ = false;
  Rehearsal result_;
};

}  // namespace

support::Result<Rehearsal> rehearse(const std::vector<policy::Policy>& policies, const planner::Observed& observed,
                                    const planner::Wishes& wishes, Period period) {
  planner::Wishes of_schedule = wishes;
  of_schedule.slot_now.reset();
  of_schedule.slots_at.reset();
  auto start = settle(policies, observed, of_schedule, period.from);
  auto rehearsal = Rehearsing(policies, start.observed, of_schedule, period).run();
  if (rehearsal) {
    rehearsal->assumptions = std::move(start.assumptions);
  }
  return rehearsal;
}

}  // namespace stillpoint::rehearsal
