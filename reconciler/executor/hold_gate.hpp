#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "cloud/types.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// What serves snapshots: a volume type in an availability zone. Some cut one snapshot at a time, whoever asks: Ceph
/// with its defaults one a second and pool.
struct BackEnd {
  std::string volume_type;
  std::string zone;

  friend auto operator<=>(const BackEnd&, const BackEnd&) = default;
};

/// What one hold needs to itself, and what it shares.
struct HoldClaim {
  std::string policy;
  cloud::ServerId server;
  std::string cluster;  ///< empty: none
  std::set<BackEnd> back_ends;
  std::chrono::milliseconds max_hold{};
};

struct HoldLimits {
  int at_once = 2;   ///< holds for each back end, to begin with
  int at_most = 16;  ///< and however well it does
  /// A worker that waits longer for leave had better do something else.
  std::chrono::seconds longest_wait{std::chrono::hours(24)};
  /// How long no member of a cluster is held, at least, after a hold of one has failed.
  std::chrono::seconds cluster_rest{60};
  /// How long a snapshot that was waited for in vain keeps others from being asked for there. One whose message was
  /// lost stays `creating` for ever: then one hold at a time finds out whether others come.
  std::chrono::seconds longest_mistrust{600};
};

/// Decides which holds of one cloud may be open at the same time: never two of one server or of one cluster (P10), and
/// no more of one back end than it can serve in time. That number adapts: it grows while the slowest case, one snapshot
/// after the other, would still take less than half of `max_hold`, and is halved when one took more. After a hold that
/// waited for a snapshot in vain no other is opened there until that snapshot is available, failed or gone, or ten
/// minutes have passed: then one at a time, until one is served.
/// Safe to use from any thread.
class HoldGate {
 public:
  HoldGate(HoldLimits limits, const support::Clock& clock) : limits_(limits), clock_(clock) {}

  /// Leave to hold; given back when it is destroyed. What it is told may come from any thread.
  class Permit {
   public:
    Permit(Permit&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)), claim_(std::move(other.claim_)) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit();

    /// All snapshots were available after this long; or those of a part of the claim, such as one dataset of several.
    void served(std::chrono::milliseconds available) { served(claim_, available); }
    void served(const HoldClaim& part, std::chrono::milliseconds available);
    /// The hold ended waiting for the snapshots of the attempt.
    void waited_in_vain(const std::string& attempt) { waited_in_vain(claim_, attempt); }
    void waited_in_vain(const HoldClaim& part, const std::string& attempt);

   private:
    friend class HoldGate;
    Permit(HoldGate* gate, HoldClaim claim) : gate_(gate), claim_(std::move(claim)) {}
    HoldGate* gate_;
    HoldClaim claim_;
  };

  /// Waits, by the machine's own clock, until the claim can be met; the policy that was let in longest ago goes first.
  /// Busy: another member of the cluster may not be well, a back end is being waited for, or it took too long; a later
  /// pass tries again. Interrupted: `stop` was requested.
  support::Result<Permit> enter(HoldClaim claim, const std::stop_token& stop);

  /// A member may not be well, or may be held for so long by nobody knows whom: no other one is let in until that is
  /// over, and for a while in any case.
  void rest(const std::string& cluster, std::chrono::milliseconds held_for);

  /// Looks whether what is being waited for came. `snapshots` are all of the cloud.
  void look(const std::vector<cloud::Snapshot>& snapshots);

  /// Whether holds are refused because of a snapshot that only a look at the cloud tells of: no longer than
  /// `longest_mistrust`.
  bool is_waiting() const;

  /// How many claims wait; what tests wait for.
  std::size_t waiting() const;

  /// How many holds of the back end may be open now.
  int limit_of(const BackEnd& back_end) const;

 private:
  struct Load {
    int limit = 0;
    int held = 0;
    std::set<std::string> waits_for;       ///< attempts
    support::SteadyTime mistrusted_until;  ///< if it waits for any
    bool keeps_others_away(support::SteadyTime now) const { return !waits_for.empty() && now < mistrusted_until; }
    int room() const { return (waits_for.empty() ? limit : 1) - held; }
  };
  struct Waiter {
    const HoldClaim* claim;
    std::uint64_t turn;  ///< when its policy was last let in
  };

  Load& load_of(const BackEnd& back_end);
  std::string objection(const HoldClaim& claim) const;
  bool has_room(const HoldClaim& claim);
  bool is_next(const Waiter& waiter);
  void leave(const HoldClaim& claim);

  const HoldLimits limits_;
  const support::Clock& clock_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::list<Waiter> waiters_;  ///< who came first is first
  std::uint64_t turns_ = 0;
  std::map<std::string, std::uint64_t> last_turn_;  ///< of each policy
  std::map<BackEnd, Load> loads_;
  std::set<cloud::ServerId> servers_;
  std::set<std::string> clusters_;
  std::map<std::string, support::SteadyTime> rests_until_;  ///< clusters
};

}  // namespace stillpoint::executor
