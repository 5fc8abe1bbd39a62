#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "controller/cloud_loop.hpp"

namespace stillpoint::controller {

/// Runs a loop for each cloud that policies name, and the workers that all of them share. Safe to use from any thread,
/// but for `wait`.
class Daemon {
 public:
  /// Logs in to the cloud of that name; gives up when `stop` is requested.
  using Open = std::function<support::Result<std::unique_ptr<cloud::Cloud>>(const std::string& cloud,
                                                                            const std::stop_token& stop)>;
  /// What others want to know.
  struct Listeners {
    /// Of each look and plan, and what they were made from; on the thread of the cloud's loop.
    std::function<void(const View&, const inventory::Points&)> viewed;
    /// Of the work on each server of a policy; on the workers' threads.
    std::function<void(std::chrono::nanoseconds took, CloudLoop::Worked)> worked;
  };

  Daemon(Open open, Listeners listeners, Settings settings, executor::Servers& servers, support::Clock& clock,
         support::Log& log, executor::Observer& observer);
  ~Daemon();

  /// The policies that hold from now on, by cloud. The loop of a cloud that has none any more sleeps.
  void set_policies(std::map<std::string, std::vector<policy::Policy>> policies);
  /// Names of policies that stay in force as they last were because of an error, and the error: all that are so now.
  void set_invalid(const std::map<std::string, std::string>& errors);
  /// Logs in to all clouds anew, with the next step of each loop, which begins now. What is being done goes on with the
  /// session that it has.
  void reopen();
  /// What is being done is brought to an end, or let go of, and nothing new is begun.
  void request_stop();
  /// Returns when that is so. For one thread; afterwards no cloud is told of any more.
  void wait();

  /// Something that happened outside of the loops.
  void note(status::Event event) { events_.add(std::move(event), clock_.wall_now()); }

  /// All that is known now. `version` is left empty.
  status::Status status() const;
  std::size_t queue_depth() const { return queue_.depth(); }
  /// Why it is not ready; empty: every cloud that its policies name was read once since it was started. What cannot be
  /// read later, or is named later, changes nothing: a probe must not take away what shows people what is wrong.
  std::string why_unready() const;
  /// Whether every loop goes on as it should; if not, the program had better be started anew.
  bool is_alive() const;

 private:
  class LoopThread;

  void work(const std::stop_token& stop);
  /// Those that are awake.
  std::shared_ptr<LoopThread> loop(const std::string& cloud) const;
  std::vector<std::shared_ptr<LoopThread>> loops() const;

  const Open open_;
  const Listeners listeners_;
  const Settings settings_;
  support::Clock& clock_;
  WorkQueue queue_;
  Events events_;
  Surroundings surroundings_;
  mutable std::mutex mutex_;  ///< guards what follows
  struct Invalid {
    std::string error;
    support::WallTime since;
  };
  std::map<std::string, Invalid> invalid_;                    ///< by the policy's name
  std::map<std::string, std::shared_ptr<LoopThread>> loops_;  ///< also of clouds that no policy names any more
  mutable std::atomic<bool> was_ready_ = false;
  std::atomic<support::SteadyTime> last_done_;  ///< when a worker last began a job or ended an action
  std::stop_source stop_;
  std::vector<std::jthread> workers_;
};

}  // namespace stillpoint::controller
