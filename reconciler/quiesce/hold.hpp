#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "policy/policy.hpp"
#include "ssh/shell.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::quiesce {

/// Whether the server takes the writes of its cluster. The caller knows it from the policy; a standalone server is a
/// writer to nobody but itself and is `NotWriter` here.
enum class WriterRole { NotWriter, Writer };

/// What is to be held: one dataset of one server.
struct HoldRequest {
  std::string attempt;      ///< random id, 8 to 64 of `0-9 a-f`; names the journal under /run/stillpoint
  std::string point;        ///< of which the attempt is one; the server counts them. 8 to 64 of `0-9 a-f`
  std::string server_name;  ///< for messages
  /// Names the window of several datasets of the server that are held at the same time, 8 to 64 of `0-9 a-f`; empty:
  /// this one is held alone.
  std::string window;
  std::chrono::milliseconds window_wait{};  ///< how long it stays ready for the others
  policy::HoldSettings hold;
  std::vector<cloud::VolumeId> volumes;  ///< exactly the volumes that will be snapshotted
  policy::ClusterSettings cluster;       ///< empty name: standalone
  WriterRole writer = WriterRole::NotWriter;
};

/// Whether the helper says in the end if the database is well again: after it was stopped, or locked as a member of a
/// cluster.
bool has_second_phase(const HoldRequest& request);

/// What preflight found on the server. Nothing was held for it.
struct ProbeReport {
  std::string helper_version;
  std::string engine;                                         ///< e.g. `mariadb 10.11.6`, empty without a database
  std::vector<std::string> mounts;                            ///< of the dataset's volumes, as proven
  policy::Consistency provable = policy::Consistency::Crash;  ///< what the method can prove here
  std::map<std::string, std::string> facts;                   ///< everything else that the helper said, for `doctor`
};

/// What the server remembers of an attempt. `Held`: it is not over yet. `Unknown`: it never held, or the server was
/// started anew since.
enum class Verdict { Unknown, Held, Intact, NotIntact };

struct VerdictReport {
  Verdict verdict = Verdict::Unknown;
  std::chrono::milliseconds held{0};  ///< Intact, NotIntact: how long the server was held
  std::string reason;                 ///< NotIntact: why, for people
};

/// What a proven release left behind.
struct ReleaseReport {
  std::chrono::milliseconds held{0};  ///< as the server measured it
  /// Why the service does not answer again, or the member is not back in its cluster, or that nobody heard; empty: it
  /// is well, or nothing was done to it. The point is good in either case: this is about the server. Its dead-man goes
  /// on trying.
  std::optional<std::string> service_problem;
};

/// A dataset that is held. If it is destroyed without a release, its input ends and the server lets go by itself;
/// if that does not reach the server, the server's dead-man does within `max_hold`. Used by one thread.
class Hold {
 public:
  virtual ~Hold() = default;
  /// Where the database stood (GTID, binlog file and position, ...), as key and value; may be empty.
  virtual const std::map<std::string, std::string>& position() const = 0;
  /// Until when a release can still be proven, by our steady clock: `max_hold` from when the server says that it began,
  /// less an allowance for the way there and back.
  virtual support::Deadline deadline() const = 0;
  /// Lets go after success. Ok only if the helper proved that the hold was intact until now (P2). Any error means: not
  /// proven yet (after Timeout and Unavailable `Helper::verdict` may tell later). The server is let go in every case.
  /// With a second phase the deadline should leave `start_timeout` for its end.
  virtual support::Result<ReleaseReport> release(support::Deadline deadline) = 0;
  /// Lets go after a failure. Ok: the server confirmed it, and a service that was stopped answers again.
  /// With a second phase the deadline should leave `start_timeout` for that.
  virtual support::Status abort(support::Deadline deadline) = 0;
};

/// The host lock of a server, taken and proven, nothing held yet. Destroying it gives the lock back.
class Session {
 public:
  virtual ~Session() = default;
  /// Only where the request names a window, and before `hold`: arms the dead-man and does everything that blocks
  /// nobody. Errors as of `hold`. What is ready waits for the request's `window_wait`.
  virtual support::Status make_ready(support::Deadline deadline) = 0;
  /// Arms the dead-man unless that is done, then holds. Errors: Remote (the helper refused or failed, with its words),
  /// Busy, Timeout, Unavailable. After an error the server holds nothing, or its dead-man will let go of it. If the
  /// service was stopped by then, this waits for up to `start_timeout` more for the word whether it answers again, and
  /// says it if not.
  virtual support::Result<std::unique_ptr<Hold>> hold(support::Deadline deadline) = 0;
};

/// Runs the helper on one server, with sudo, or without it for root. In the sent way the script is uploaded to a
/// root-only file under /run/stillpoint and run from there; the installed one is run from kInstalledHelper.
class Helper {
 public:
  virtual ~Helper() = default;
  /// Preflight on the server: changes nothing that outlives it but the script's own file (P9).
  virtual support::Result<ProbeReport> probe(const HoldRequest& request, support::Deadline deadline) = 0;
  /// Takes the host lock. Busy if somebody else has it.
  virtual support::Result<std::unique_ptr<Session>> lock(const HoldRequest& request, support::Deadline deadline) = 0;
  /// What became of an attempt whose end nobody heard.
  virtual support::Result<VerdictReport> verdict(const std::string& attempt, support::Deadline deadline) = 0;
};

/// `user` is the login; sudo is used unless it is root. The shell must outlive the helper.
std::unique_ptr<Helper> make_helper(ssh::Shell& shell, const std::string& user, policy::HelperPlacement placement,
                                    const support::Clock& clock);

}  // namespace stillpoint::quiesce
