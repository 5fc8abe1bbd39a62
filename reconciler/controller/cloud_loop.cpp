#include "controller/cloud_loop.hpp"

#include <algorithm>
#include <utility>

#include "executor/result_log.hpp"
#include "planner/planner.hpp"
#include "status/assess.hpp"
#include "support/text.hpp"

namespace stillpoint::controller {
namespace {

using executor::ActionResult;
using executor::JobKey;
using std::chrono::seconds;
using support::SteadyTime;

/// What is acted on is not older than this.
constexpr seconds kFresh{60};
/// The same while holds are refused because of a snapshot that may be there by now: ten minutes at the most.
constexpr seconds kFreshWhileWaiting{5};
/// A job deletes for so long and then no more.
constexpr seconds kDeletingTime{10};

bool makes_a_point(const executor::Job& job) {
  return std::any_of(job.actions.begin(), job.actions.end(), [](const planner::Action& action) {
    return std::holds_alternative<planner::CreatePoint>(action.what);
  });
}

/// When what was said of the policies at `now` is not true any more although nothing has happened: a point becomes
/// overdue.
SteadyTime next_overdue(const std::vector<status::PolicyStatus>& policies, const support::Moment& now) {
  auto next = SteadyTime::max();
  for (const auto& policy : policies) {
    for (const auto& series : policy.series) {
      if (series.due && *series.due >= now.wall) {
        next = std::min(next, now.until(*series.due) + std::chrono::seconds(1));
      }
    }
  }
  return next;
}

std::uint64_t seed_of(const std::string& name) {
  return std::hash<std::string>{}(name);
}

}  // namespace

CloudLoop::CloudLoop(std::string name, Open open, const Settings& settings, Surroundings surroundings)
    : name_(std::move(name)),
      open_(std::move(open)),
      settings_(settings),
      around_(surroundings),
      watch_(surroundings.observer),
      gate_(settings.holds, surroundings.clock),
      back_off_(seed_of(name_)),
      policies_(std::make_shared<std::vector<policy::Policy>>()),
      view_(std::make_shared<View>()) {}

void CloudLoop::set_policies(std::shared_ptr<const std::vector<policy::Policy>> policies) {
  policies_ = std::move(policies);
  // What a new policy lets go is decided by what exists now: the guard against mass deletion must see all of it.
  has_new_policies_ = true;
  forgets_asked_ = true;
  forget_jobs();
  jittered_.clear();
  next_slot_.reset();
  timetables_.clear();
  for (const auto& policy : *policies_) {
    auto schedule = schedule::compile(policy.schedule);
    if (schedule && !policy.is_tombstone()) {
      timetables_.push_back({&policy, std::move(*schedule)});
    }
  }
  if (!inventory_.is_known()) {
    publish({});  // a first look takes its time
  }
}

SteadyTime CloudLoop::step(const std::stop_token& stop) {
  const auto begun = around_.clock.steady_now();
  // Before what has ended is taken in: what is not at work now has told all that it has done.
  auto at_work = around_.queue.policies_at_work(name_);
  take_in_results(begun);
  bool is_current = cloud_ != nullptr && error_.empty();
  const auto fresh = gate_.is_waiting() ? kFreshWhileWaiting : kFresh;
  const bool is_due = begun >= due_ && is_stale(begun, fresh);
  if (begun >= next_try() && (!is_current || is_due || is_stale(begun, settings_.resync) || wants_reopening_)) {
    is_current = look(begun, stop) == Look::Ok;
  }
  plan();
  if (is_current) {
    look_for_room(begun, stop);
  }
  if (is_current && has_ready_work(begun) && is_stale(begun, kFresh)) {
    is_current = look(begun, stop) == Look::Ok;
    plan();
  }
  if (!is_current) {
    forget_jobs();
  } else if (!stop.stop_requested()) {
    queue_jobs(begun);
  }
  if (is_current) {
    tell_missed();
  }
  const auto ended = around_.clock.steady_now();
  publish(std::move(at_work));
  if (!is_current) {
    return std::max(ended, std::min({next_try(), next_overdue_, ended + settings_.longest_sleep}));
  }
  due_ = next_due(begun);
  return std::min({due_, next_missed(), next_overdue_, room_.next(), ended + settings_.longest_sleep,
                   listed_.steady + settings_.resync});
}

CloudLoop::Worked CloudLoop::work(const JobKey& key, const std::stop_token& stop,
                                  const std::function<void()>& progressed) {
  executor::Job job;
  std::shared_ptr<RecordingCloud> cloud;
  seconds offset{0};
  {
    const std::lock_guard lock(mutex_);
    const auto found = jobs_.find(key);
    if (found == jobs_.end() || working_cloud_ == nullptr) {
      return Worked::Nothing;
    }
    job = std::move(found->second);
    jobs_.erase(found);
    cloud = working_cloud_;
    offset = clock_offset_;
  }
  const executor::Context context{*cloud, around_.servers,        around_.clock, around_.log, watch_,
                                  gate_,  settings_.installation, stop,          offset};
  Ended ended{key, {}};
  ended.results = executor::carry_out(context, job, learnt_, kDeletingTime, [&](const ActionResult& result) {
    progressed();
    executor::log_result(around_.log, name_, "Action ended", result);
    if (auto event = event_of(name_, result)) {
      around_.events.add(std::move(*event), around_.clock.wall_now());
    }
  });
  const auto worked = ended.worked();
  const std::lock_guard lock(mutex_);
  ended_.push_back(std::move(ended));
  return worked;
}

std::shared_ptr<const View> CloudLoop::view() const {
  const std::lock_guard lock(mutex_);
  return view_;
}

void CloudLoop::take_in_results(SteadyTime now) {
  std::vector<Ended> ended;
  {
    const std::lock_guard lock(mutex_);
    ended = std::exchange(ended_, {});
  }
  for (const auto& job : ended) {
    take_in(job, now);
  }
  if (cloud_ != nullptr) {
    inventory_.apply(changes_->take());
    gate_.look(inventory_.observed().snapshots);
  }
  if (forgets_asked_.exchange(false)) {
    asked_until_ = {};
    back_off_.forget_asked();
  }
  for (const auto& key : back_off_.take_ready(now)) {
    if (key.attempt.empty()) {
      learnt_.forgive(key.series);
    }
  }
}

CloudLoop::Worked CloudLoop::Ended::worked() const {
  const auto any = [&](ActionResult::Outcome outcome) {
    return std::any_of(results.begin(), results.end(),
                       [&](const ActionResult& result) { return result.outcome == outcome; });
  };
  if (any(ActionResult::Outcome::Failed)) {
    return Worked::Failed;
  }
  return any(ActionResult::Outcome::Skipped) ? Worked::Again : Worked::Done;
}

void CloudLoop::take_in(const Ended& ended, SteadyTime now) {
  for (const auto& result : ended.results) {
    const auto key = ActionKey::of(result.action);
    const bool creates = std::holds_alternative<planner::CreatePoint>(result.action.what);
    switch (result.outcome) {
      case ActionResult::Outcome::Failed:
        back_off_.failed(key, now, asked_pause(*result.error));
        if (creates) {
          failures_.insert_or_assign(key.series, *result.error);
        }
        break;
      case ActionResult::Outcome::Skipped:
        back_off_.was_busy(key, now);
        break;
      case ActionResult::Outcome::Done:
        back_off_.succeeded(key);
        if (result.action.cost().snapshots < 0) {
          room_.was_made();
        }
    }
  }
}

/// Nothing is begun any more by a plan that is not to be trusted now. Keys that wait find nothing to do.
void CloudLoop::forget_jobs() {
  const std::lock_guard lock(mutex_);
  jobs_.clear();
}

void CloudLoop::plan() {
  if (!inventory_.is_known()) {
    return;
  }
  learnt_.tell(inventory_.observed());
  planned_ = support::Moment::now(around_.clock);
  planner::Wishes wishes;
  wishes.installation = settings_.installation;
  points_ = inventory::assemble(inventory_.observed().snapshots, settings_.installation);
  plan_ = planner::plan(*policies_, inventory_.observed(), points_, wishes, planned_.wall);
}

void CloudLoop::tell_missed() {
  // What has ended since the plan was made is not in it. It says so before the queue lets its key go.
  const auto is_under_way = [&](const planner::Action& action) {
    const JobKey key{action.policy, action.server};
    if (around_.queue.is_running({name_, key})) {
      return true;
    }
    const std::lock_guard lock(mutex_);
    return std::any_of(ended_.begin(), ended_.end(), [&](const Ended& ended) { return ended.key == key; });
  };
  for (const auto* action : missed_.take(plan_, planned_.wall, is_under_way)) {
    around_.log.warn("Slot missed", {{"cloud", name_},
                                     {"policy", action->policy},
                                     {"server", action->server_name},
                                     {"dataset", action->dataset},
                                     {"slot", support::format_utc(std::get<planner::Skip>(action->what).slot)},
                                     {"why", action->message}});
    around_.observer.point_ended(action->series(), "missed");
    around_.events.add({.kind = status::Event::Kind::Warning,
                        .reason = "SlotMissed",
                        .message = action->message,
                        .policy = action->policy,
                        .server_name = action->server_name,
                        .dataset = action->dataset,
                        .cloud = name_,
                        .server = action->server},
                       planned_.wall);
  }
}

/// What waits in the queue counts: when its turn comes it is done by the newest plan.
bool CloudLoop::has_ready_work(SteadyTime now) const {
  return std::any_of(plan_.actions.begin(), plan_.actions.end(), [&](const planner::Action& action) {
    return action.changes() && back_off_.is_ready(ActionKey::of(action), now) &&
           !around_.queue.is_running({name_, {action.policy, action.server}});
  });
}

/// What waits in the queue gets what the newest plan has for it, be it nothing. A job that has ended since the plan was
/// begun is not in it: what the plan wants for its key may be done already, and its worker has asked for another step.
/// Whoever ends a job says so before the queue lets its key go, and with the lock held, as this is.
void CloudLoop::queue_jobs(SteadyTime now) {
  auto jobs = executor::jobs_of(plan_, *policies_, inventory_.observed().servers);
  for (auto& job : jobs) {
    std::erase_if(job.actions, [&](const auto& action) { return !back_off_.is_ready(ActionKey::of(action), now); });
    if (makes_a_point(job)) {
      std::erase_if(job.actions, [](const auto& action) {
        return action.deletes();
      });  // they may hang, and the next plan has them again
    }
  }
  const std::lock_guard lock(mutex_);
  std::erase_if(jobs, [&](const executor::Job& job) {
    return job.actions.empty() ||
           std::any_of(ended_.begin(), ended_.end(), [&](const Ended& ended) { return ended.key == job.key; });
  });
  jobs_.clear();
  for (auto& job : jobs) {
    around_.queue.add({name_, job.key}, makes_a_point(job) ? WorkQueue::Haste::Due : WorkQueue::Haste::None);
    jobs_.emplace(job.key, std::move(job));
  }
}

void CloudLoop::publish(std::set<std::string> at_work) {
  auto view = std::make_shared<View>();
  view->wanted = policies_;
  view->at_work = std::move(at_work);
  view->cloud.name = name_;
  view->cloud.error = error_;
  view->cloud.quota = inventory_.observed().quota;
  if (inventory_.is_known()) {
    view->cloud.observed = listed_.wall;
  }
  const auto before = this->view();
  const auto now = support::Moment::now(around_.clock);
  if (!inventory_.is_known()) {
    const support::Error why(support::ErrorKind::Unavailable, error_.empty() ? "not read yet" : error_);
    view->policies = status::assess_unread(name_, *policies_, why, now.wall, before->policies);
  } else {
    view->policies = status::assess({name_, settings_.installation, *policies_, inventory_.observed(), points_, plan_,
                                     now.wall, before->policies, std::exchange(failures_, {})});
  }
  find_jittered(view->policies);
  next_overdue_ = next_overdue(view->policies, now);
  const std::lock_guard lock(mutex_);
  view_ = std::move(view);
}

}  // namespace stillpoint::controller
