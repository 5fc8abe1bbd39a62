#include "executor/window.hpp"

#include <algorithm>

namespace stillpoint::executor {

std::unique_ptr<Window::Member> Window::join(Turn turn, HoldClaim part) {
  parts_.push_back({turn, std::move(part)});
  return std::unique_ptr<Member>(new Member(*this, parts_.size() - 1));
}

support::Status Window::Member::enter(const std::stop_token& stop) {
  const std::lock_guard lock(window_.entering_);
  if (!window_.permit_) {
    window_.permit_.emplace(window_.gate_.enter(window_.whole_claim(), stop));
  }
  return *window_.permit_ ? support::Status() : support::fail(window_.permit_->error());
}

void Window::Member::served(std::chrono::milliseconds available) {
  (*window_.permit_)->served(window_.parts_[number_].claim, available);
}

void Window::Member::waited_in_vain(const std::string& attempt) {
  (*window_.permit_)->waited_in_vain(window_.parts_[number_].claim, attempt);
}

support::Status Window::Member::await_turn(const std::stop_token& stop) {
  window_.change(number_, State::Ready);
  std::unique_lock lock(window_.mutex_);
  const Turn turn = window_.parts_[number_].turn;
  const bool come = window_.changed_.wait(lock, stop, [&] {
    return !window_.any_but(number_, State::Preparing) && !window_.any_but(number_, State::Ready, turn);
  });
  if (!come || stop.stop_requested()) {
    return support::fail(support::ErrorKind::Interrupted, "the program is being stopped; nothing was held");
  }
  return {};
}

void Window::Member::held() {
  window_.change(number_, State::Held);
}

std::string Window::Member::await_others(support::Deadline deadline) {
  const auto half = support::Deadline::after(window_.clock_, deadline.remaining(window_.clock_) / 2);
  std::unique_lock lock(window_.mutex_);
  window_.changed_.wait_until(lock, half.when(), [&] { return !window_.any_but(number_, State::Ready); });
  auto& part = window_.parts_[number_];
  part.state = State::LetGo;
  window_.let_go_ = true;
  return part.together && window_.held_together_ > 1 ? window_.id_ : "";
}

void Window::Member::leave() {
  window_.change(number_, State::Left);
}

HoldClaim Window::whole_claim() const {
  HoldClaim whole = parts_.front().claim;
  for (const auto& part : parts_) {
    whole.back_ends.insert(part.claim.back_ends.begin(), part.claim.back_ends.end());
    whole.max_hold = std::min(whole.max_hold, part.claim.max_hold);
  }
  return whole;
}

bool Window::any_but(size_t number, State state, std::optional<Turn> before) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (i != number && parts_[i].state == state && (!before || parts_[i].turn < *before)) {
      return true;
    }
  }
  return false;
}

void Window::change(size_t number, State state) {
  const std::lock_guard lock(mutex_);
  auto& part = parts_[number];
  if (state == State::Held && !let_go_) {
    part.together = true;
    ++held_together_;
  } else if (part.state == State::Held) {  // it failed
    let_go_ = true;
    held_together_ -= part.together ? 1 : 0;
  }
  part.state = state;
  changed_.notify_all();
}

}  // namespace stillpoint::executor
