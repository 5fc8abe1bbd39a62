#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/back_off.hpp"
#include "controller/events.hpp"
#include "controller/hold_watch.hpp"
#include "controller/inventory.hpp"
#include "controller/missed_slots.hpp"
#include "controller/room_watch.hpp"
#include "controller/work_queue.hpp"
#include "executor/executor.hpp"
#include "executor/hold_gate.hpp"
#include "schedule/slots.hpp"
#include "status/status.hpp"

namespace stillpoint::controller {

/// How often and how much, the same for all clouds.
struct Settings {
  std::string installation = "default";
  std::chrono::seconds resync{300};        ///< between two whole listings of a cloud in which nothing happens
  std::chrono::seconds longest_sleep{60};  ///< no loop sleeps longer, so that a clock that was set is noticed
  executor::HoldLimits holds;
  std::size_t workers = 16;  ///< most of them wait: for a server, for the cloud, for leave to hold
};

/// What the loops of all clouds share; it outlives them.
struct Surroundings {
  executor::Servers& servers;
  support::Clock& clock;
  support::Log& log;
  executor::Observer& observer;
  WorkQueue& queue;
  Events& events;
};

/// What a loop has seen last.
struct View {
  status::CloudStatus cloud;
  std::vector<status::PolicyStatus> policies;
  std::shared_ptr<const std::vector<policy::Policy>> wanted;  ///< what it was planned by
  /// Names of policies for which something was being done when the step began. What was done for the others before is
  /// all in the points.
  std::set<std::string> at_work;
};

/// Keeps one cloud as its policies want it. It looks at the whole of it now and then, plans from what is known whenever
/// something has changed or is due, and puts a key into the queue for each server under a policy that has something to
/// be done; workers take the newest plan's actions for it. So nothing is remembered that the cloud does not show, but
/// what failed lately.
///
/// `step` and `set_policies` belong to one thread; `work` may run on many, `view` and `doing` on any.
class CloudLoop {
 public:
  /// Logs in; gives up when `stop` is requested. Called again, after a while, if it fails.
  using Open = std::function<support::Result<std::unique_ptr<cloud::Cloud>>(const std::stop_token& stop)>;

  CloudLoop(std::string name, Open open, const Settings& settings, Surroundings surroundings);

  void set_policies(std::shared_ptr<const std::vector<policy::Policy>> policies);
  /// Logs in anew at the next step that may look at the cloud. What is under way goes on with the session that it has,
  /// and is taken in as ever.
  void reopen() {
    wants_reopening_ = true;
    forgets_asked_ = true;
  }

  /// Takes in what workers have done, looks at the cloud if that is due, plans, and queues. Returns when it is to be
  /// called again at the latest; earlier if a worker has ended something. What it reads it gives up once `stop` was
  /// requested.
  support::SteadyTime step(const std::stop_token& stop);
  /// `Nothing` was asked for any more; `Again`: somebody else was at work there.
  enum class Worked { Nothing, Done, Failed, Again };
  /// Does what the newest plan asks for of a key. Nothing new is begun once `stop` was requested, nor is anything
  /// deleted once that has taken its time: what is due must not wait for it. `progressed` is called whenever an action
  /// has ended.
  Worked work(
      const executor::JobKey& key, const std::stop_token& stop, const std::function<void()>& progressed = [] {});

  /// What the last plan was made from; for the thread of `step`.
  const inventory::Points& points() const { return points_; }

  std::shared_ptr<const View> view() const;
  /// What is being done to a series right now, for people: `held`.
  std::map<inventory::SeriesKey, std::string> doing() const { return watch_.doing(); }
  const std::string& name() const { return name_; }

 private:
  enum class Look { Ok, Failed };
  struct Ended {
    executor::JobKey key;
    std::vector<executor::ActionResult> results;

    Worked worked() const;
  };
  struct Timetable {
    const policy::Policy* policy;
    schedule::Compiled schedule;
  };

  /// Of all policies, seen from `from`; there is none if it is the largest instant.
  struct NextSlot {
    support::WallTime from;
    support::WallTime slot;
  };

  /// A server of a policy whose slots are begun later.
  struct Jittered {
    const schedule::Compiled* schedule;
    std::optional<support::WallTime> start_at;
    std::string spread_key;
  };

  void take_in_results(support::SteadyTime now);
  void take_in(const Ended& ended, support::SteadyTime now);
  Look look(support::SteadyTime now, const std::stop_token& stop);
  bool open_cloud(support::SteadyTime now, const std::stop_token& stop);
  void could_not(const support::Error& error, const char* what, support::SteadyTime now);
  support::SteadyTime next_try() const { return std::max(next_look_, asked_until_); }
  bool is_stale(support::SteadyTime now, std::chrono::seconds age) const;
  void plan();
  void look_for_room(support::SteadyTime now, const std::stop_token& stop);
  void tell_missed();
  void forget_jobs();
  bool has_ready_work(support::SteadyTime now) const;
  void queue_jobs(support::SteadyTime now);
  void publish(std::set<std::string> at_work);
  void find_jittered(const std::vector<status::PolicyStatus>& policies);
  std::optional<support::WallTime> next_slot();
  support::SteadyTime next_due(support::SteadyTime begun);
  std::set<std::string> policies_with_open_slots() const;
  support::SteadyTime next_missed() const;

  const std::string name_;
  const Open open_;
  const Settings& settings_;
  Surroundings around_;
  HoldWatch watch_;
  executor::HoldGate gate_;
  executor::Learnt learnt_;
  BackOff back_off_;
  RoomWatch room_;
  MissedSlots missed_;

  std::shared_ptr<const std::vector<policy::Policy>> policies_;
  bool has_new_policies_ = false;  ///< the cloud was not looked at since they came
  std::vector<Timetable> timetables_;
  std::optional<NextSlot> next_slot_;  ///< as last searched for
  std::vector<Jittered> jittered_;
  std::shared_ptr<ChangeLog> changes_ = std::make_shared<ChangeLog>();
  std::shared_ptr<RecordingCloud> cloud_;
  Inventory inventory_;
  support::Moment listed_;
  int failed_looks_ = 0;
  support::SteadyTime next_look_{};    ///< no look is tried before, after one has failed
  support::SteadyTime asked_until_{};  ///< nor before this, as the cloud has asked for
  std::string error_;
  inventory::Points points_;  ///< of the inventory, as of the last plan
  planner::Plan plan_;
  support::Moment planned_;  ///< when that was made: what is due later is still to be woken for
  std::map<inventory::SeriesKey, support::Error> failures_;  ///< of points, since the last view
  support::SteadyTime next_overdue_ = support::SteadyTime::max();
  support::SteadyTime due_{};  ///< when there is something to be done next, as far as the plan tells
  std::atomic<bool> wants_reopening_ = false;
  std::atomic<bool> forgets_asked_ = false;  ///< somebody has changed something: pauses that were asked for are over

  mutable std::mutex mutex_;  ///< guards what follows
  std::map<executor::JobKey, executor::Job> jobs_;
  std::vector<Ended> ended_;
  std::shared_ptr<RecordingCloud> working_cloud_;
  std::chrono::seconds clock_offset_{0};
  std::shared_ptr<const View> view_;
};

}  // namespace stillpoint::controller
