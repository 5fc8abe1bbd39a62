#include "controller/daemon.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "status/conditions.hpp"

namespace stillpoint::controller {
namespace {

using support::SteadyTime;

/// A whole look has five minutes, and a plan follows it.
constexpr std::chrono::minutes kLongestStep{10};
/// A thread that was to begin a step has begun it by then, however busy the machine is.
constexpr std::chrono::minutes kLatestStep{2};
/// No action takes as long.
constexpr std::chrono::minutes kLongestAction{60};

}  // namespace

/// A cloud's loop and its thread. It is kept as long as the daemon, and sleeps while no policy names the cloud: what it
/// knows of holds that are still open must hold for the next policy, too.
class Daemon::LoopThread {
 public:
  LoopThread(const std::string& cloud, CloudLoop::Open open, const Listeners& listeners, const Settings& settings,
             const Surroundings& around)
      : loop_(cloud, std::move(open), settings, around),
        clock_(around.clock),
        listeners_(listeners),
        since_(around.clock.steady_now()),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}
  ~LoopThread() {
    thread_.request_stop();
    thread_.join();
  }
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  CloudLoop& loop() { return loop_; }
  /// Sleeps without any.
  void set_policies(std::vector<policy::Policy> policies) {
    const std::lock_guard lock(mutex_);
    since_ = is_awake_ ? since_ : clock_.steady_now();
    is_awake_ = !policies.empty();
    policies_ = std::make_shared<const std::vector<policy::Policy>>(std::move(policies));
    news_.notify_all();
  }
  bool is_awake() const {
    const std::lock_guard lock(mutex_);
    return is_awake_;
  }
  void wake() {
    const std::lock_guard lock(mutex_);
    has_news_ = true;
    news_.notify_all();
  }
  void request_stop() { thread_.request_stop(); }
  bool has_read() const { return has_read_; }
  /// One that was told to stop has nothing to do any more.
  bool is_alive(SteadyTime now) const {
    const std::lock_guard lock(mutex_);
    if (thread_.get_stop_token().stop_requested()) {
      return true;
    }
    return is_stepping_ ? now < since_ + kLongestStep : now < since_ + kLatestStep;
  }

 private:
  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      news_.wait(lock, stop, [&] { return is_awake_ || policies_ != nullptr; });
      has_news_ = false;
      is_stepping_ = true;
      since_ = clock_.steady_now();
      const bool sleeps = !is_awake_;
      auto policies = std::exchange(policies_, nullptr);
      lock.unlock();
      if (policies != nullptr) {
        loop_.set_policies(std::move(policies));
      }
      if (sleeps || stop.stop_requested()) {
        lock.lock();
        continue;
      }
      const auto next = loop_.step(stop);
      const auto view = loop_.view();
      listeners_.viewed(*view, loop_.points());
      has_read_ = has_read_ || view->cloud.observed.has_value();
      lock.lock();
      is_stepping_ = false;
      since_ = next;
      news_.wait_until(lock, stop, next, [&] { return has_news_ || policies_ != nullptr; });
    }
  }

  CloudLoop loop_;
  support::Clock& clock_;
  const Listeners& listeners_;
  std::atomic<bool> has_read_ = false;
  mutable std::mutex mutex_;  ///< guards what follows
  std::condition_variable_any news_;
  std::shared_ptr<const std::vector<policy::Policy>> policies_;  ///< that it has not heard of yet
  bool is_awake_ = false;
  bool has_news_ = false;
  bool is_stepping_ = false;
  SteadyTime since_;  ///< when the step began, or when the next one is to
  std::jthread thread_;
};

Daemon::Daemon(Open open, Listeners listeners, Settings settings, executor::Servers& servers, support::Clock& clock,
               support::Log& log, executor::Observer& observer)
    : open_(std::move(open)),
      listeners_(std::move(listeners)),
      settings_(std::move(settings)),
      clock_(clock),
      queue_(std::max<std::size_t>(1, settings_.workers / 2)),
      surroundings_{servers, clock, log, observer, queue_, events_},
      last_done_(clock.steady_now()) {
  for (std::size_t i = 0; i < settings_.workers; ++i) {
    workers_.emplace_back([this] { work(stop_.get_token()); });
  }
}

Daemon::~Daemon() {
  request_stop();
  wait();
}

void Daemon::wait() {
  workers_.clear();
  std::map<std::string, std::shared_ptr<LoopThread>> loops;
  {
    const std::lock_guard lock(mutex_);
    loops.swap(loops_);
  }
  // Their threads are joined here, without the lock: somebody may still ask for the status.
}

void Daemon::set_policies(std::map<std::string, std::vector<policy::Policy>> policies) {
  const std::lock_guard lock(mutex_);
  for (auto& [cloud, loop] : loops_) {
    if (!policies.contains(cloud)) {
      loop->set_policies({});
    }
  }
  for (auto& entry : policies) {
    auto& loop = loops_[entry.first];
    if (loop == nullptr) {
      loop = std::make_shared<LoopThread>(
          entry.first, [this, name = entry.first](const std::stop_token& stop) { return open_(name, stop); },
          listeners_, settings_, surroundings_);
    }
    loop->set_policies(std::move(entry.second));
  }
}

void Daemon::set_invalid(const std::map<std::string, std::string>& errors) {
  const std::lock_guard lock(mutex_);
  std::erase_if(invalid_, [&](const auto& entry) { return !errors.contains(entry.first); });
  for (const auto& [name, error] : errors) {
    invalid_.try_emplace(name, Invalid{error, clock_.wall_now()}).first->second.error = error;
  }
}

void Daemon::reopen() {
  const std::lock_guard lock(mutex_);
  // Those that sleep as well: they must not be woken later with a login of before.
  for (const auto& [cloud, loop] : loops_) {
    loop->loop().reopen();
    loop->wake();
  }
}

void Daemon::request_stop() {
  stop_.request_stop();
  const std::lock_guard lock(mutex_);
  for (const auto& [cloud, loop] : loops_) {
    loop->request_stop();
  }
}

void Daemon::work(const std::stop_token& stop) {
  while (const auto key = queue_.get(stop)) {
    last_done_ = clock_.steady_now();  // after an idle night all may be at work at once
    const auto its = loop(key->cloud);
    if (its != nullptr) {
      const auto begun = clock_.steady_now();
      const auto worked = its->loop().work(key->job, stop, [this] { last_done_ = clock_.steady_now(); });
      if (worked != CloudLoop::Worked::Nothing) {
        listeners_.worked(clock_.steady_now() - begun, worked);
      }
    }
    queue_.done(*key);
    last_done_ = clock_.steady_now();
    // It may have begun to sleep meanwhile, or to wake: then it could not queue this key before.
    if (const auto now = loop(key->cloud)) {
      now->wake();
    }
  }
}

status::Status Daemon::status() const {
  status::Status status;
  status.now = clock_.wall_now();
  status.installation = settings_.installation;
  status.events = events_.list();
  for (const auto& each : loops()) {
    const auto view = each->loop().view();
    const auto doing = each->loop().doing();
    const auto at_work = queue_.policies_at_work(each->loop().name());
    status.clouds.push_back(view->cloud);
    for (const auto& policy : view->policies) {
      status.policies.push_back(policy);
      status.policies.back().working = at_work.contains(policy.name);
      for (auto& series : status.policies.back().series) {
        const auto found = doing.find({policy.name, series.server, series.dataset});
        series.doing = found == doing.end() ? "" : found->second;
      }
    }
  }
  {
    const std::lock_guard lock(mutex_);
    for (auto& policy : status.policies) {
      if (const auto found = invalid_.find(policy.name); found != invalid_.end() && !policy.unknown) {
        status::say_invalid(policy, found->second.error, found->second.since);
      }
    }
  }
  std::stable_sort(status.policies.begin(), status.policies.end(),
                   [](const auto& a, const auto& b) { return std::tie(a.name, a.cloud) < std::tie(b.name, b.cloud); });
  return status;
}

std::string Daemon::why_unready() const {
  if (was_ready_) {
    return "";
  }
  for (const auto& each : loops()) {
    if (!each->has_read()) {
      const auto error = each->loop().view()->cloud.error;
      const auto cloud = each->loop().name().empty() ? "the cloud of the environment" : "cloud " + each->loop().name();
      return cloud + " was not read yet" + (error.empty() ? "" : ": " + error);
    }
  }
  was_ready_ = true;
  return "";
}

bool Daemon::is_alive() const {
  const auto now = clock_.steady_now();
  const bool works = queue_.running() < settings_.workers || now < last_done_.load() + kLongestAction;
  const auto all = loops();
  return works && std::all_of(all.begin(), all.end(), [&](const auto& each) { return each->is_alive(now); });
}

std::shared_ptr<Daemon::LoopThread> Daemon::loop(const std::string& cloud) const {
  const std::lock_guard lock(mutex_);
  const auto found = loops_.find(cloud);
  return found == loops_.end() || !found->second->is_awake() ? nullptr : found->second;
}

std::vector<std::shared_ptr<Daemon::LoopThread>> Daemon::loops() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<LoopThread>> all;
  for (const auto& [name, each] : loops_) {
    if (each->is_awake()) {
      all.push_back(each);
    }
  }
  return all;
}

}  // namespace stillpoint::controller
