#include "schedule/blackout.hpp"

namespace stillpoint::schedule {

std::optional<Window> Blackout::covering(WallTime instant) const {
  std::optional<Window> window = once_;
  if (begins_) {
    const auto begin = begins_->latest_at_or_before(instant);
    window = begin ? std::optional(Window{*begin, *begin + duration_}) : std::nullopt;
  }
  return window && window->contains(instant) ? window : std::nullopt;
}

std::optional<WallTime> Blackout::next_begin_after(WallTime instant) const {
  if (begins_) {
    return begins_->next_after(instant);
  }
  return once_->begin > instant ? std::optional(once_->begin) : std::nullopt;
}

}  // namespace stillpoint::schedule
