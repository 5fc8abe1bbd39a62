#include "controller/work_queue.hpp"

#include <tuple>

namespace stillpoint::controller {

void WorkQueue::add(const WorkKey& key, Haste haste) {
  const std::lock_guard lock(mutex_);
  if (running_.contains(key)) {
    return;
  }
  auto& line = lines_[{key.cloud, key.job.policy}];
  const auto among = [&line](Haste of) -> std::list<WorkKey>& { return of == Haste::Due ? line.due : line.waiting; };
  const auto [known, is_new] = waiting_.try_emplace(key, haste);
  if (is_new) {
    among(haste).push_back(key);
  } else if (known->second != haste) {
    among(known->second).remove(key);
    among(haste).push_back(key);
    known->second = haste;
  }
  changed_.notify_one();
}

std::optional<WorkKey> WorkQueue::get(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  std::optional<WorkKey> key;
  changed_.wait(lock, stop, [&] { return stop.stop_requested() || (key = take()).has_value(); });
  return key;
}

std::optional<WorkKey> WorkQueue::try_get() {
  const std::lock_guard lock(mutex_);
  return take();
}

/// With the lock held.
std::optional<WorkKey> WorkQueue::take() {
  const Haste least = running_calmly_ < per_policy_ ? Haste::None : Haste::Due;
  Line* next = nullptr;
  for (auto& [owner, line] : lines_) {
    const auto rank = [](const Line& of) { return std::tuple(of.running, of.last_served); };
    if (line.has(least) && line.running < per_policy_ && (next == nullptr || rank(line) < rank(*next))) {
      next = &line;
    }
  }
  if (next == nullptr) {
    return std::nullopt;
  }
  const Haste haste = next->due.empty() ? Haste::None : Haste::Due;
  auto& from = haste == Haste::None ? next->waiting : next->due;
  WorkKey key = std::move(from.front());
  from.pop_front();
  ++next->running;
  next->last_served = ++served_;
  waiting_.erase(key);
  running_.emplace(key, haste);
  running_calmly_ += haste == Haste::None ? 1 : 0;
  return key;
}

void WorkQueue::done(const WorkKey& key) {
  const std::lock_guard lock(mutex_);
  const auto running = running_.find(key);
  running_calmly_ -= running->second == Haste::None ? 1 : 0;
  running_.erase(running);
  const auto line = lines_.find({key.cloud, key.job.policy});
  if (--line->second.running == 0 && line->second.is_empty()) {
    lines_.erase(line);
  }
  changed_.notify_all();  // its policy may have another key that waits
}

std::size_t WorkQueue::depth() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::size_t WorkQueue::running() const {
  const std::lock_guard lock(mutex_);
  return running_.size();
}

std::set<std::string> WorkQueue::policies_at_work(const std::string& cloud) const {
  const std::lock_guard lock(mutex_);
  std::set<std::string> policies;
  for (const auto& [key, haste] : running_) {
    if (key.cloud == cloud) {
      policies.insert(key.job.policy);
    }
  }
  return policies;
}

bool WorkQueue::is_running(const WorkKey& key) const {
  const std::lock_guard lock(mutex_);
  return running_.contains(key);
}

}  // namespace stillpoint::controller
