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
/// can are ready, and none lets go before all are held, or half of its own time is over. So there is an instant at
/// which all were, and mostly none is held for longer than its own snapshots take.
class Window {
 public:
  Window(HoldGate& gate, const support::Clock& clock) : gate_(gate), clock_(clock) {}

  /// Who is held first: where a service has to stop, or a program of the user's decides, because that takes long, and
  /// others are not held meanwhile; where file systems are only frozen last, since a database may write there before
  /// its own lock is had.
  enum class Turn { First, Middle, Last };

  /// One dataset's part in it, for one thread. When it is destroyed nobody waits for it any more.
  class Member {
   public:
    ~Member() { leave(); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;

    /// Leave to hold: the first member asks for it, for all. Errors as HoldGate::enter. Safe to repeat.
    support::Status enter(const std::stop_token& stop);
    /// See HoldGate::Permit; after `enter`.
    void served(std::chrono::milliseconds available);
    void waited_in_vain(const std::string& attempt);

    /// It is ready. Returns when it is its turn to hold. Interrupted: `stop` was requested.
    support::Status await_turn(const std::stop_token& stop);
    /// It is held.
    void held();
    /// Before it is let go: returns when no other is about to be held, when half of the time until `deadline` is over
    /// at the latest. The id of the window if others were held at the same time that have not failed since, else empty.
    std::string await_others(support::Deadline deadline);
    /// It comes to nothing, or is over: nobody waits for it any more.
    void leave();

   private:
    friend class Window;
    Member(Window& window, size_t number) : window_(window), number_(number) {}
    Window& window_;
    const size_t number_;
  };

  /// With its part of the claim. All must have joined before the first of them goes on.
  std::unique_ptr<Member> join(Turn turn, HoldClaim part);

  bool is_shared() const { return parts_.size() > 1; }
  /// Random, 16 of `0-9 a-f`.
  const std::string& id() const { return id_; }

 private:
  enum class State { Preparing, Ready, Held, LetGo, Left };
  struct Part {
    Turn turn;
    HoldClaim claim;
    State state = State::Preparing;
    bool together = false;  ///< held since before any was let go
  };

  HoldClaim whole_claim() const;
  /// Whether any part but one is in the state, and comes before the turn.
  bool any_but(size_t number, State state, std::optional<Turn> before = std::nullopt) const;
  void change(size_t number, State state);

  HoldGate& gate_;
  const support::Clock& clock_;
  const std::string id_ = support::random_hex(8);
  std::mutex entering_;  ///< who waits for leave keeps those out that would ask for the same
  std::optional<support::Result<HoldGate::Permit>> permit_;
  std::mutex mutex_;  ///< guards what follows
  std::condition_variable_any changed_;
  std::vector<Part> parts_;
  int held_together_ = 0;
  bool let_go_ = false;  ///< one that was held is not any more
};

}  // namespace stillpoint::executor
