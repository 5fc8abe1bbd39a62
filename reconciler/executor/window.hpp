#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "executor/hold_gate.hpp"
#include "support/clock.hpp"
#include "support/ids.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// The time in which one dataset of a server is held, or several at once. Those each have a thread, a helper and a hold
/// of their own; what they share is the leave to hold, and that they wait for each other: none holds before all that
/// can are ready, and none lets go before all are held. So there is an instant at which all were, without one of them
/// being held for longer than its own snapshots take.
class Window {
 public:
  /// `claim` is of all members.
  Window(HoldGate& gate, HoldClaim claim) : gate_(gate), claim_(std::move(claim)) {}

  /// How long it takes to hold it: where a service has to stop, or a program of the user's decides, others are not held
  /// meanwhile.
  enum class Pace { Slow, Quick };

  /// One dataset's part in it, for one thread. When it is destroyed nobody waits for it any more.
  class Member {
   public:
    ~Member() { window_.change(number_, State::Left); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    /// Leave to hold: the first member asks for it, for all. Errors as HoldGate::enter. Safe to repeat.
    support::Status enter(const std::stop_token& stop);
    /// See HoldGate::Permit; after `enter`.
    void served(std::chrono::milliseconds available);
    void waited_in_vain(const std::string& attempt);

    /// It is ready. Returns when it is its turn to hold.
    void await_turn();
    /// It is held.
    void held();
    /// Before it is let go: returns when no other is about to be held, at `deadline` at the latest. The id of the
    /// window if all of them were held at one time, empty if it was held alone.
    std::string await_others(support::Deadline deadline);

   private:
    friend class Window;
    Member(Window& window, size_t number) : window_(window), number_(number) {}
    Window& window_;
    const size_t number_;
  };

  /// All must have joined before the first of them goes on.
  std::unique_ptr<Member> join(Pace pace);

  bool is_shared() const { return parts_.size() > 1; }
  /// Random, 16 of `0-9 a-f`.
  const std::string& id() const { return id_; }

 private:
  enum class State { Preparing, Ready, Held, Left };
  struct Part {
    Pace pace;
    State state = State::Preparing;
    bool together = false;  ///< held since before any was let go
  };

  /// Whether any part but one is in the state, of the pace if one is given.
  bool any_but(size_t number, State state, std::optional<Pace> pace = std::nullopt) const;
  void change(size_t number, State state);

  HoldGate& gate_;
  const HoldClaim claim_;
  const std::string id_ = support::random_hex(8);
  std::mutex entering_;  ///< who waits for leave keeps those out that would ask for the same
  std::optional<support::Result<HoldGate::Permit>> permit_;
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable changed_;
  std::vector<Part> parts_;
  int held_together_ = 0;
  bool let_go_ = false;  ///< one that was held is not any more
};

}  // namespace stillpoint::executor
