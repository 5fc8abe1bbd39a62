#include "executor/executor.hpp"

#include <algorithm>

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
  void held(const SeriesKey&, std::chrono::milliseconds) override {}
  void snapshot_available(std::chrono::milliseconds) override {}
  void deletion_ended(const SeriesKey&, std::string_view, std::string_view) override {}
};

SeriesKey series_of(const planner::Action& action) {
  return {action.policy, action.server, action.dataset};
}

/// Carries out one action; one overload for each kind that changes something.
class Carrier {
 public:
  Carrier(const Context& context, const std::vector<policy::Policy>& policies, const planner::Observed& observed,
          Learnt& learnt)
      : context_(context), policies_(policies), observed_(observed), learnt_(learnt) {}

  ActionResult carry_out(const planner::Action& action) {
    action_ = &action;
    if (learnt_.failed.contains(series_of(action))) {
      return {action, Outcome::Skipped, "the dataset's new point failed", std::nullopt};
    }
    const bool creates = std::holds_alternative<planner::CreatePoint>(action.what);
    if (creates && learnt_.clusters.contains(policy().cluster.name)) {
      return {action, Outcome::Skipped, "another member of the cluster may not be well; left to a later pass",
              std::nullopt};
    }
    ActionResult result = std::visit(*this, action.what);
    // A leftover that cannot be swept must not cost the next point; a point that failed must not be followed by a
    // prune.
    if (creates && result.outcome != Outcome::Done) {
      learnt_.failed.insert(series_of(action));
    }
    if (creates && result.outcome == Outcome::Failed && !policy().cluster.name.empty()) {
      learnt_.clusters.insert(policy().cluster.name);
    }
    return result;
  }

  ActionResult operator()(const planner::CreatePoint& wanted) {
    const Subject subject{policy(), dataset(), server(), wanted.volumes};
    auto made = make_point(context_, subject, wanted);
    if (!made && made.error().kind() == support::ErrorKind::Busy) {
      context_.observer.point_ended(series_of(*action_), "skipped");
      return busy(made.error());
    }
    if (!made) {
      context_.observer.point_ended(series_of(*action_), "failed");
      return failed(std::move(made.error()));
    }
    if (made->result == MadePoint::Result::AlreadyThere) {
      context_.observer.point_ended(series_of(*action_), "skipped");
      return done("another controller has made this point");
    }
    context_.observer.point_ended(series_of(*action_), "complete");
    const bool is_held = dataset().hold.method != policy::Method::None;
    if (is_held) {
      context_.observer.held(series_of(*action_), made->held);
    }
    std::string note = "complete; " +
                       (is_held ? "held for " + std::to_string(made->held.count()) + " ms" : std::string("not held")) +
                       ", available after " + std::to_string(made->available.count()) + " ms";
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
    auto settled = settle_attempt(context_, policy(), server(), wanted);
    if (!settled) {
      return failed(std::move(settled.error()));
    }
    switch (*settled) {
      case Settled::Labelled:
        return done("labelled");
      case Settled::NotIntact:
        learnt_.not_intact.insert(wanted.attempt.id);
        return done("the server does not prove it");
      case Settled::StillHeld:
        break;
    }
    return busy(support::Error(support::ErrorKind::Busy, "the server still holds attempt " + wanted.attempt.id));
  }

  ActionResult operator()(const planner::Prune& wanted) { return remove(wanted.attempt); }
  ActionResult operator()(const planner::Sweep& wanted) { return remove(wanted.attempt); }
  ActionResult operator()(const planner::Skip&) { return {*action_, Outcome::Skipped, "", std::nullopt}; }
  ActionResult operator()(const planner::Wait&) { return {*action_, Outcome::Skipped, "", std::nullopt}; }
  ActionResult operator()(const planner::Blocked&) { return {*action_, Outcome::Skipped, "", std::nullopt}; }

 private:
  const policy::Policy& policy() const {
    return *std::find_if(policies_.begin(), policies_.end(),
                         [&](const policy::Policy& candidate) { return candidate.name == action_->policy; });
  }
  const policy::Dataset& dataset() const {
    const auto& datasets = policy().datasets;
    return *std::find_if(datasets.begin(), datasets.end(),
                         [&](const policy::Dataset& candidate) { return candidate.name == action_->dataset; });
  }
  const cloud::Server& server() const {
    return *std::find_if(observed_.servers.begin(), observed_.servers.end(),
                         [&](const cloud::Server& candidate) { return candidate.id == action_->server; });
  }

  ActionResult remove(const inventory::Attempt& attempt) {
    auto deleted = delete_attempt(context_, attempt);
    context_.observer.deletion_ended(series_of(*action_), action_->verb(), deleted ? "deleted" : "failed");
    return deleted ? done("deleted " + support::count_of(attempt.members.size(), "snapshot"))
                   : failed(std::move(deleted.error()));
  }

  /// Somebody else is at work there: no failure, a later pass looks again.
  ActionResult busy(const support::Error& error) const {
    return {*action_, Outcome::Skipped, error.to_string(), std::nullopt};
  }
  ActionResult done(std::string note) const { return {*action_, Outcome::Done, std::move(note), std::nullopt}; }
  ActionResult failed(support::Error error) const { return {*action_, Outcome::Failed, "", std::move(error)}; }

  const Context& context_;
  const std::vector<policy::Policy>& policies_;
  const planner::Observed& observed_;
  Learnt& learnt_;
  const planner::Action* action_ = nullptr;
};

}  // namespace

Observer& null_observer() {
  static NullObserver observer;
  return observer;
}

std::vector<ActionResult> execute(const Context& context, const planner::Plan& plan,
                                  const std::vector<policy::Policy>& policies, const planner::Observed& observed,
                                  Learnt& learnt, const std::function<void(const ActionResult&)>& on_result) {
  Carrier carrier(context, policies, observed, learnt);
  std::vector<ActionResult> results;
  // What is pruned is decided by what exists: not by what existed before points were made, which takes its time.
  const bool creates = plan.creates();
  for (const auto& action : plan.actions) {
    if (action.changes() && !(creates && std::holds_alternative<planner::Prune>(action.what))) {
      results.push_back(carrier.carry_out(action));
      on_result(results.back());
    }
  }
  return results;
}

}  // namespace stillpoint::executor
