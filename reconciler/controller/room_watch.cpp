#include "controller/room_watch.hpp"

#include <algorithm>

namespace stillpoint::controller {
namespace {

constexpr std::chrono::seconds kFirstLook{1};
constexpr std::chrono::seconds kLongestPause{60};

bool waits_for_room(const planner::Action& action) {
  const auto* blocked = std::get_if<planner::Blocked>(&action.what);
  return blocked != nullptr && blocked->kind == support::ErrorKind::QuotaExceeded;
}

}  // namespace

void RoomWatch::planned(const planner::Plan& plan, support::SteadyTime now) {
  if (!std::any_of(plan.actions.begin(), plan.actions.end(), waits_for_room)) {
    next_.reset();
    return;
  }
  if (was_made_) {
    next_ = now;
    pause_ = kFirstLook;
  } else if (!next_) {
    next_ = now + kFirstLook;
    pause_ = kFirstLook * 2;
  }
}

void RoomWatch::looked(support::SteadyTime now, std::chrono::seconds asked) {
  was_made_ = false;
  next_ = now + std::max(pause_, asked);
  pause_ = std::min(kLongestPause, pause_ * 2);
}

}  // namespace stillpoint::controller
