#include "support/clock.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace stillpoint::support {

void Clock::sleep_for(std::chrono::nanoseconds duration, std::stop_token stop) {
  sleep_until(steady_now() + std::chrono::duration_cast<SteadyTime::duration>(duration), std::move(stop));
}

void SystemClock::sleep_until(SteadyTime until, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  wake.wait_until(lock, std::move(stop), until, [] { return false; });
}

std::chrono::nanoseconds Deadline::remaining(const Clock& clock) const {
  return std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(when_ - clock.steady_now()));
}

}  // namespace stillpoint::support
