#include "worker.hpp"

#include <utility>

namespace stillpoint::cloudsim {

Worker::Worker() : thread_([this](const std::stop_token& stop) { loop(stop); }) {}

Worker::~Worker() {
  stop();
}

void Worker::run_at(Time when, std::function<void()> task) {
  const std::lock_guard lock(mutex_);
  tasks_.emplace(when, std::move(task));
  changed_.notify_all();
}

void Worker::run_after(std::chrono::milliseconds delay, std::function<void()> task) {
  run_at(std::chrono::steady_clock::now() + delay, std::move(task));
}

void Worker::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Worker::loop(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (tasks_.empty()) {
      changed_.wait(lock, stop, [this] { return !tasks_.empty(); });
      continue;
    }
    const auto first = tasks_.begin();
    const Time due = first->first;
    if (std::chrono::steady_clock::now() < due) {
      changed_.wait_until(lock, stop, due, [this, due] { return tasks_.begin()->first < due; });
      continue;
    }
    const auto task = std::move(first->second);
    tasks_.erase(first);
    lock.unlock();
    task();
    lock.lock();
  }
}

}  // namespace stillpoint::cloudsim
