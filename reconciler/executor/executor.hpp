#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "executor/context.hpp"
#include "executor/job.hpp"
#include "planner/plan.hpp"
#include "planner/planner.hpp"

namespace stillpoint::executor {

/// What became of one action.
struct ActionResult {
  planner::Action action;
  enum class Outcome { Done, Skipped, Failed } outcome = Outcome::Done;
  std::string note;                     ///< for people: what was done, or why it was left to a later pass
  std::optional<support::Error> error;  ///< if it failed
};

/// Hears of each action as soon as it ended. Never called by two threads at once.
using OnResult = std::function<void(const ActionResult&)>;

/// What was learnt that the cloud does not show; the next plan takes it into account. Safe to use from any thread.
class Learnt {
 public:
  void not_intact(const std::string& attempt);
  void failed(const inventory::SeriesKey& series);
  bool has_failed(const inventory::SeriesKey& series) const;
  /// The series may be tried again.
  void forgive(const inventory::SeriesKey& series);
  /// Writes all of it where plans look for it.
  void tell(planner::Observed& observed) const;

 private:
  mutable std::mutex mutex_;
  std::set<std::string> not_intact_;
  std::set<inventory::SeriesKey> failed_;
};

/// Carries out a job's actions in their order. A failed action does not stop those of other datasets; the later ones
/// of its own dataset are skipped. Nothing more is begun once the context's `stop` was requested. May run on several
/// threads at once, with a job of another key on each. Once deletions have taken `for_deletions` the others of the job
/// are left to a later plan, without a result: one that hangs takes two minutes, and points may be due meanwhile.
std::vector<ActionResult> carry_out(const Context& context, const Job& job, Learnt& learnt,
                                    std::chrono::nanoseconds for_deletions, const OnResult& on_result);

/// Carries out jobs, as many at once as there are `workers`, the first ones first. Each deletes whatever there is to be
/// deleted, however long it takes.
std::vector<ActionResult> carry_out_all(const Context& context, const std::vector<Job>& jobs, size_t workers,
                                        Learnt& learnt, const OnResult& on_result);

}  // namespace stillpoint::executor
