#include <algorithm>
#include <utility>

#include "controller/cloud_loop.hpp"
#include "executor/pass.hpp"

// How a loop looks at its cloud, and what it does when it cannot.
namespace stillpoint::controller {
namespace {

using std::chrono::seconds;
using support::SteadyTime;

/// A clock that was set says nothing about the cloud's any more.
constexpr seconds kClockSet{2};
/// After a look that failed the next one is tried this much later, and twice that after the next.
constexpr seconds kFirstRetry{1};
constexpr seconds kLastRetry{60};
/// For a look at the quotas alone.
constexpr seconds kQuotaTime{30};

}  // namespace

bool CloudLoop::is_stale(SteadyTime now, seconds age) const {
  const auto& clock = around_.clock;
  const auto drift = (clock.wall_now() - listed_.wall) - (clock.steady_now() - listed_.steady);
  return !inventory_.is_known() || has_new_policies_ || now - listed_.steady >= age ||
         std::chrono::abs(drift) > kClockSet;
}

bool CloudLoop::open_cloud(SteadyTime now, const std::stop_token& stop) {
  if (cloud_ != nullptr && !wants_reopening_) {
    return true;
  }
  wants_reopening_ = false;
  auto opened = open_(stop);
  if (!opened) {
    wants_reopening_ = true;
    could_not(opened.error(), "log in", now);
    return false;
  }
  cloud_ = std::make_shared<RecordingCloud>(std::move(*opened), changes_);
  const std::lock_guard lock(mutex_);
  working_cloud_ = cloud_;
  return true;
}

/// What was read before stays for reading; nothing is done by it.
CloudLoop::Look CloudLoop::look(SteadyTime now, const std::stop_token& stop) {
  if (!open_cloud(now, stop)) {
    return Look::Failed;
  }
  inventory_.apply(changes_->take());
  auto observed = executor::observe(*cloud_, around_.clock, stop);
  if (!observed) {
    could_not(observed.error(), "read the cloud", now);
    return Look::Failed;
  }
  inventory_.replace(std::move(*observed), changes_->take());
  // With what was noted meanwhile: a snapshot that is waited for may be newer than the listing.
  gate_.look(inventory_.observed().snapshots);
  has_new_policies_ = false;
  room_.is_known();
  listed_ = support::Moment::now(around_.clock);
  if (!error_.empty()) {
    around_.log.info("Cloud read again", {{"cloud", name_}});
    around_.events.add({.kind = status::Event::Kind::Normal,
                        .reason = "CloudReadAgain",
                        .message = "the cloud can be read again",
                        .cloud = name_},
                       listed_.wall);
  }
  error_.clear();
  failed_looks_ = 0;
  next_look_ = asked_until_ = {};
  const std::lock_guard lock(mutex_);
  clock_offset_ = inventory_.observed().clock_offset;
  return Look::Ok;
}

void CloudLoop::could_not(const support::Error& error, const char* what, SteadyTime now) {
  if (error.kind() == support::ErrorKind::Interrupted) {
    return;  // it is nothing of the cloud's
  }
  error_ = std::string("could not ") + what + ": " + error.to_string();
  const auto pause = std::min(kLastRetry, kFirstRetry * (1 << std::min(failed_looks_, 6)));
  ++failed_looks_;
  const auto failed = std::max(now, around_.clock.steady_now());
  next_look_ = failed + pause;
  asked_until_ = failed + asked_pause(error);
  around_.log.error("Cloud not read", {{"cloud", name_}, {"error", error_}});
  around_.events.add(
      {.kind = status::Event::Kind::Warning, .reason = "CloudNotRead", .message = error_, .cloud = name_},
      around_.clock.wall_now());
}

/// Points that no quota has room for would otherwise wait for the next slot or resync, whoever makes room meanwhile.
void CloudLoop::look_for_room(SteadyTime now, const std::stop_token& stop) {
  room_.planned(plan_, now);
  if (!room_.is_due(now)) {
    return;
  }
  auto quota = cloud_->quota(support::Deadline::after(around_.clock, kQuotaTime).unless_stopped(stop));
  room_.looked(now, quota ? seconds(0) : asked_pause(quota.error()));
  if (!quota) {
    around_.log.warn("Quotas not read", {{"cloud", name_}, {"error", quota.error().to_string()}});
    return;
  }
  inventory_.observed().quota = std::move(*quota);
  plan();
  room_.planned(plan_, now);
}

}  // namespace stillpoint::controller
