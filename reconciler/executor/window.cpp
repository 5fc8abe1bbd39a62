#include "executor/window.hpp"

namespace stillpoint::executor {

std::unique_ptr<Window::Member> Window::join(Pace pace) {
  parts_.push_back({pace});
  return std::unique_ptr<Member>(new Member(*this, parts_.size() - 1));
}

support::Status Window::Member::enter(const std::stop_token& stop) {
  const std::lock_guard lock(window_.entering_);
  if (!window_.permit_) {
    window_.permit_.emplace(window_.gate_.enter(window_.claim_, stop));
  }
  return *window_.permit_ ? support::Status() : support::fail(window_.permit_->error());
}

void Window::Member::served(std::chrono::milliseconds available) {
  (*window_.permit_)->served(available);
}

void Window::Member::waited_in_vain(const std::string& attempt) {
  (*window_.permit_)->waited_in_vain(attempt);
}

void Window::Member::await_turn() {
  window_.change(number_, State::Ready);
  std::unique_lock lock(window_.mutex_);
  const bool is_slow = window_.parts_[number_].pace == Pace::Slow;
  window_.changed_.wait(lock, [&] {
    return !window_.any_but(number_, State::Preparing) &&
           (is_slow || !window_.any_but(number_, State::Ready, Pace::Slow));
  });
}

void Window::Member::held() {
  window_.change(number_, State::Held);
}

std::string Window::Member::await_others(support::Deadline deadline) {
  std::unique_lock lock(window_.mutex_);
  window_.changed_.wait_until(lock, deadline.when(), [&] { return !window_.any_but(number_, State::Ready); });
  window_.let_go_ = true;
  return window_.parts_[number_].together && window_.held_together_ > 1 ? window_.id_ : "";
}

bool Window::any_but(size_t number, State state, std::optional<Pace> pace) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    if (i != number && parts_[i].state == state && (!pace || parts_[i].pace == *pace)) {
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
  }
  let_go_ = let_go_ || part.state == State::Held;
  part.state = state;
  changed_.notify_all();
}

}  // namespace stillpoint::executor
