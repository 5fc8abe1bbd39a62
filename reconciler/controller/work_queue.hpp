#pragma once

#include <compare>
#include <condition_variable>
#include <cstddef>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>

#include "executor/job.hpp"

namespace stillpoint::controller {

/// What is worked on by one thread at a time.
struct WorkKey {
  std::string cloud;
  executor::JobKey job;

  friend auto operator<=>(const WorkKey&, const WorkKey&) = default;
};

/// Keys that wait for a worker. A key that waits already is not added again, and one that is being worked on is not
/// added at all: when it ends, whoever adds looks anew. Fair to policies: the one that fewest workers work for goes
/// first, and none gets more than its share of them; of a policy's own keys those go first that are due. Safe to use
/// from any thread.
class WorkQueue {
 public:
  /// `per_policy`: workers that one policy may have at once, at least 1; and so many have all keys together that are
  /// not due. Deletions may hang, and must not keep a point of another policy from being made.
  explicit WorkQueue(std::size_t per_policy) : per_policy_(per_policy) {}

  /// Due: a point is to be made, whose time passes. A key that waits already becomes what it was added as last.
  enum class Haste { None, Due };
  void add(const WorkKey& key, Haste haste = Haste::None);
  /// Waits for a key that may be worked on; the caller calls `done` when it has ended. Empty once `stop` was requested.
  std::optional<WorkKey> get(const std::stop_token& stop);
  /// The same without waiting.
  std::optional<WorkKey> try_get();
  /// `key` as `get` or `try_get` gave it.
  void done(const WorkKey& key);

  /// Keys that wait.
  std::size_t depth() const;
  std::size_t running() const;
  bool is_running(const WorkKey& key) const;  ///< it is being worked on
  /// The policies of a cloud of which a key is being worked on.
  std::set<std::string> policies_at_work(const std::string& cloud) const;

 private:
  using Owner = std::pair<std::string, std::string>;  ///< cloud, policy
  struct Line {
    std::list<WorkKey> due;
    std::list<WorkKey> waiting;  ///< the others
    bool is_empty() const { return due.empty() && waiting.empty(); }
    bool has(Haste haste) const { return !due.empty() || (haste == Haste::None && !waiting.empty()); }
    std::size_t running = 0;
    unsigned long last_served = 0;
  };

  std::optional<WorkKey> take();

  const std::size_t per_policy_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  std::map<Owner, Line> lines_;
  std::map<WorkKey, Haste> waiting_;
  std::map<WorkKey, Haste> running_;
  std::size_t running_calmly_ = 0;  ///< of them, those that were not due
  unsigned long served_ = 0;
};

}  // namespace stillpoint::controller
