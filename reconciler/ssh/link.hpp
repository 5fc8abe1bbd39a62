#pragma once

#include <libssh/libssh.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "ssh/socket.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::ssh {

/// One libssh session over a socket of ours, non-blocking throughout, so that each wait is bounded by our own deadline.
/// libssh allows one thread at a time: whoever calls it holds the lock. `await` takes it for each step, and waits for
/// the socket without it; all else expects it to be held, or that no second thread knows of the link yet.
class Link {
 public:
  /// `name` is for messages.
  static support::Result<std::shared_ptr<Link>> make(std::string name, const support::Clock& clock);
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link();

  /// Speaks SSH over the socket until keys are exchanged; to be called once. Errors: Unavailable, Timeout.
  support::Status handshake(Socket socket, support::Deadline deadline);

  /// Precondition of all use of it: the lock is held.
  ssh_session raw() const { return session_.get(); }
  std::mutex& mutex() { return mutex_; }
  const support::Clock& clock() const { return clock_; }
  const std::string& name() const { return name_; }

  /// What a step of `await` may say. `Again`: something of the other side is awaited.
  enum class Step { Done, Again };
  /// Repeats the step, under the lock, until it is done. Errors: Timeout, and Unavailable if the connection is gone;
  /// `doing` completes "while ...".
  support::Status await(const std::string& doing, support::Deadline deadline, const std::function<Step()>& step);

  /// Handles what has arrived and sends what waits, without waiting. Precondition: the lock is held.
  void pump();
  /// From now on `pump` reads; to be called once, after authentication, when no libssh call is pending.
  support::Status open_for_pumping();
  /// Precondition: the lock is held.
  bool lost() const;
  /// Precondition: the lock is held.
  support::Error lost_error(const std::string& doing) const;

 private:
  Link(ssh_session session, std::string name, const support::Clock& clock);

  struct FreeSession {
    void operator()(ssh_session session) const;
  };
  struct FreeEvent {
    void operator()(ssh_event event) const { ssh_event_free(event); }
  };

  std::unique_ptr<ssh_session_struct, FreeSession> session_;
  std::unique_ptr<ssh_event_struct, FreeEvent> event_;
  std::string name_;
  const support::Clock& clock_;
  /// The connection's socket once more, for waiting without the lock: libssh closes its own whenever another thread
  /// finds the connection broken, and the number may be any file's then.
  std::optional<Socket> watched_;
  std::mutex mutex_;
};

}  // namespace stillpoint::ssh
