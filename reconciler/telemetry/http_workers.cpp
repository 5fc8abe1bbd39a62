#include "telemetry/http_workers.hpp"

#include <exception>

namespace stillpoint::telemetry {

HttpWorkers::HttpWorkers(std::size_t threads, support::Log& log, std::function<void()> on_done)
    : log_(log), on_done_(std::move(on_done)) {
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this](const std::stop_token& stop) { run(stop); });
  }
}

HttpWorkers::~HttpWorkers() = default;

void HttpWorkers::begin(std::uint64_t connection, HttpSite::Work work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.emplace_back(connection, std::move(work));
  }
  wake_.notify_one();
}

void HttpWorkers::forget(std::uint64_t connection) {
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](const auto& waiting) { return waiting.first == connection; });
}

std::vector<HttpWorkers::Done> HttpWorkers::take_done() {
  const std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void HttpWorkers::run(const std::stop_token& stop) {
  while (true) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
    if (stop.stop_requested()) {
      return;
    }
    const auto [connection, work] = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    auto answer = make(work);
    lock.lock();
    done_.emplace_back(connection, std::move(answer));
    lock.unlock();
    on_done_();
  }
}

/// The top of its thread: what a handler throws ends here, is said, and costs one answer.
HttpAnswer HttpWorkers::make(const HttpSite::Work& work) {
  try {
    return work();
  } catch (const std::exception& exception) {
    log_.error("An answer over HTTP could not be made", {{"error", exception.what()}});
    return plain_text(500, "the answer could not be made; the log says why");
  }
}

}  // namespace stillpoint::telemetry
