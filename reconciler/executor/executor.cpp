#include "executor/executor.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include "executor/deleter.hpp"
#include "executor/labeller.hpp"
#include "executor/point_maker.hpp"
#include "support/text.hpp"

namespace stillpoint::executor {
namespace {

using inventory::SeriesKey;
using Outcome = ActionResult::Outcome;

class NullObserver final : public Observer {
 public:
  void point_ended(const SeriesKey&, std::string_view) override {}
  void hold_opened(const SeriesKey&) override {}
  void hold_closed(const SeriesKey&) override {}
  void held(const SeriesKey&, std::chrono::milliseconds) override {}
  void snapshot_available(std::chrono::milliseconds) override {}
  void deletion_ended(const SeriesKey&, std::string_view, std::string_view) override {}
};

/// Nothing was wrong: somebody else was at work there, or we were told to stop.
bool is_for_later(const support::Error& error) {
  return error.kind() == support::ErrorKind::Busy || error.kind() == support::ErrorKind::Interrupted;
}

/// What of a job is carried out in one go: an action, or several points in one window.
using Step = std::vector<const planner::Action*>;

const policy::Dataset& dataset_of(const Job& job, const planner::Action& action) {
  const auto& datasets = job.policy->datasets;
  return *std::find_if(datasets.begin(), datasets.end(),
                       [&](const policy::Dataset& candidate) { return candidate.name == action.dataset; });
}

/// The job's actions in their order; points of one slot that share a window where the last of them stands, so that what
/// comes before any of them is done.
std::vector<Step> steps_of(const Job& job) {
  std::vector<Step> steps;
  std::map<support::WallTime, size_t> left;  // of each slot, how many points in a shared window are to come
  const auto shared = [&](const planner::Action& action) {
    const auto* wanted = std::get_if<planner::CreatePoint>(&action.what);
    return wanted != nullptr && dataset_of(job, action).hold.shared_window ? wanted : nullptr;
  };
  for (const auto& action : job.actions) {
    if (const auto* wanted = shared(action)) {
      ++left[wanted->slot];
    }
  }
  std::map<support::WallTime, Step> together;
  for (const auto& action : job.actions) {
    const auto* wanted = shared(action);
    if (wanted == nullptr) {
      steps.push_back({&action});
      continue;
    }
    auto& step = together[wanted->slot];
    step.push_back(&action);
    if (--left[wanted->slot] == 0) {
      steps.push_back(std::move(step));
    }
  }
  return steps;
}

/// Carries out one step of a job; one overload for each kind of action that changes something.
class Carrier {
 public:
  Carrier(const Context& context, const Job& job, Learnt& learnt) : context_(context), job_(job), learnt_(learnt) {}

  /// A result for each action; those of points come last.
  std::vector<ActionResult> carry_out(const Step& step) {
    std::vector<ActionResult> results;
    Step points;
    for (const auto* action : step) {
      action_ = action;
      if (context_.stop.stop_requested()) {
        results.push_back({*action, Outcome::Skipped, "the program is being stopped", std::nullopt});
      } else if (learnt_.has_failed(action->series())) {
        results.push_back({*action, Outcome::Skipped, "the dataset's new point failed", std::nullopt});
      } else if (std::holds_alternative<planner::CreatePoint>(action->what)) {
        points.push_back(action);
      } else {
        results.push_back(std::visit(*this, action->what));
      }
    }
    for (auto& result : create(points)) {
      results.push_back(std::move(result));
    }
    return results;
  }

  std::vector<ActionResult> create(const Step& step) {
    std::vector<PointToMake> points;
    for (const auto* action : step) {
      const auto& wanted = std::get<planner::CreatePoint>(action->what);
      points.push_back({{*job_.policy, dataset_of(job_, *action), *job_.server, wanted.volumes}, wanted});
    }
    std::vector<ActionResult> results;
    if (points.empty()) {
      return results;
    }
    auto made = make_points(context_, points);
    for (size_t i = 0; i < step.size(); ++i) {
      action_ = step[i];
      results.push_back(point_ended(std::move(made[i])));
      // A leftover that cannot be swept must not cost the next point; a point that failed must not be followed by a
      // prune.
      if (results.back().outcome != Outcome::Done) {
        learnt_.failed(action_->series());
      }
    }
    return results;
  }

  ActionResult point_ended(support::Result<MadePoint> made) {
    if (!made && is_for_later(made.error())) {
      context_.observer.point_ended(action_->series(), "skipped");
      return busy(made.error());
    }
    if (!made) {
      context_.observer.point_ended(action_->series(), "failed");
      return failed(std::move(made.error()));
    }
    if (made->result == MadePoint::Result::AlreadyThere) {
      context_.observer.point_ended(action_->series(), "skipped");
      return done("another controller has made this point");
    }
    context_.observer.point_ended(action_->series(), "complete");
    const bool is_held = dataset_of(job_, *action_).hold.method != policy::Method::None;
    if (is_held) {
      context_.observer.held(action_->series(), made->held);
    }
    std::string note = "complete; " +
                       (is_held ? "held for " + std::to_string(made->held.count()) + " ms" : std::string("not held")) +
                       ", available after " + std::to_string(made->available.count()) + " ms" +
                       (made->window.empty() ? "" : ", in window " + made->window);
    if (made->service_problem) {
      return {
          *action_, Outcome::Failed, note,
          support::Error(support::ErrorKind::Remote,
                         "the point is complete, but the service does not answer again: " + *made->service_problem)};
    }
    return done(std::move(note));
  }

  ActionResult operator()(const planner::Complete& wanted) {
    auto labelled = complete_labels(context_, wanted.attempt);
    return labelled ? done("labelled") : failed(std::move(labelled.error()));
  }

  ActionResult operator()(const planner::Relabel& wanted) {
    auto settled = settle_attempt(context_, job_, wanted);
    if (!settled) {
      return for_later_or_failed(std::move(settled.error()));
    }
    switch (*settled) {
      case Settled::Labelled:
        return done("labelled");
      case Settled::NotIntact:
        learnt_.not_intact(wanted.attempt.id);
        return done("the server does not prove it");
      case Settled::StillHeld:
        break;
    }
    return busy(support::Error(support::ErrorKind::Busy, "the server still holds attempt " + wanted.attempt.id));
  }

  ActionResult operator()(const planner::Prune& wanted) {
    if (!wanted.unless_attached.empty()) {
      if (auto detached = check_detached(context_, wanted.unless_attached, action_->server); !detached) {
        return for_later_or_failed(std::move(detached.error()));
      }
    }
    return remove(wanted.attempt);
  }
  ActionResult operator()(const planner::Sweep& wanted) { return remove(wanted.attempt); }
  ActionResult operator()(const planner::CreatePoint&) { return create({action_}).front(); }
  ActionResult operator()(const planner::Skip&) { return {*action_, Outcome::Skipped, "", std::nullopt}; }
  ActionResult operator()(const planner::Wait&) { return {*action_, Outcome::Skipped, "", std::nullopt}; }
  ActionResult operator()(const planner::Blocked&) { return {*action_, Outcome::Skipped, "", std::nullopt}; }

 private:
  ActionResult remove(const inventory::Attempt& attempt) {
    auto deleted = delete_attempt(context_, attempt);
    if (!deleted && deleted.error().kind() == support::ErrorKind::Interrupted) {
      return busy(deleted.error());
    }
    context_.observer.deletion_ended(action_->series(), action_->verb(), deleted ? "deleted" : "failed");
    return deleted ? done("deleted " + support::count_of(attempt.members.size(), "snapshot"))
                   : failed(std::move(deleted.error()));
  }

  /// Somebody else is at work there: no failure, a later pass looks again.
  ActionResult busy(const support::Error& error) const {
    return {*action_, Outcome::Skipped, error.to_string(), std::nullopt};
  }
  ActionResult for_later_or_failed(support::Error error) const {
    return is_for_later(error) ? busy(error) : failed(std::move(error));
  }
  ActionResult done(std::string note) const { return {*action_, Outcome::Done, std::move(note), std::nullopt}; }
  ActionResult failed(support::Error error) const { return {*action_, Outcome::Failed, "", std::move(error)}; }

  const Context& context_;
  const Job& job_;
  Learnt& learnt_;
  const planner::Action* action_ = nullptr;
};

}  // namespace

Observer& null_observer() {
  static NullObserver observer;
  return observer;
}

void Learnt::not_intact(const std::string& attempt) {
  const std::lock_guard lock(mutex_);
  constexpr size_t kMost = 10'000;
  if (not_intact_.size() >= kMost) {
    not_intact_.clear();  // the server is asked again
  }
  not_intact_.insert(attempt);
}

void Learnt::failed(const SeriesKey& series) {
  const std::lock_guard lock(mutex_);
  failed_.insert(series);
}

bool Learnt::has_failed(const SeriesKey& series) const {
  const std::lock_guard lock(mutex_);
  return failed_.contains(series);
}

void Learnt::forgive(const SeriesKey& series) {
  const std::lock_guard lock(mutex_);
  failed_.erase(series);
}

void Learnt::tell(planner::Observed& observed) const {
  const std::lock_guard lock(mutex_);
  observed.not_intact = not_intact_;
  observed.failed = failed_;
}

std::vector<ActionResult> carry_out(const Context& context, const Job& job, Learnt& learnt,
                                    std::chrono::nanoseconds for_deletions, const OnResult& on_result) {
  Carrier carrier(context, job, learnt);
  std::vector<ActionResult> results;
  std::chrono::nanoseconds deleting{0};
  for (const auto& step : steps_of(job)) {
    const bool deletes = step.front()->deletes();
    if (deletes && deleting >= for_deletions) {
      continue;
    }
    const auto begun = context.clock.steady_now();
    for (auto& result : carrier.carry_out(step)) {
      results.push_back(std::move(result));
      on_result(results.back());
    }
    if (deletes) {
      deleting += context.clock.steady_now() - begun;
    }
  }
  return results;
}

std::vector<ActionResult> carry_out_all(const Context& context, const std::vector<Job>& jobs, size_t workers,
                                        Learnt& learnt, const OnResult& on_result) {
  std::mutex mutex;
  std::vector<ActionResult> results;
  std::atomic<size_t> next = 0;
  const OnResult one_at_a_time = [&](const ActionResult& result) {
    const std::lock_guard lock(mutex);
    results.push_back(result);
    on_result(result);
  };
  const auto work = [&] {
    for (size_t i = next++; i < jobs.size(); i = next++) {
      carry_out(context, jobs[i], learnt, std::chrono::nanoseconds::max(), one_at_a_time);
    }
  };
  std::vector<std::jthread> others;
  for (size_t i = 1; i < std::min(workers, jobs.size()); ++i) {
    others.emplace_back(work);
  }
  work();
  others.clear();
  return results;
}

}  // namespace stillpoint::executor
