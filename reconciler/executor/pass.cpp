#include "executor/pass.hpp"

#include <algorithm>
#include <future>

namespace stillpoint::executor {
namespace {

using support::Result;

constexpr int kMaxRounds = 6;
/// Most of them wait: for a server, for the cloud, for leave to hold.
constexpr size_t kWorkers = 8;
constexpr std::chrono::minutes kListingTime{5};

/// Stores a listing, or hands its error up with what was being read.
template <class T>
support::Status take(Result<T> listed, T& into, const char* what) {
  if (!listed) {
    return support::pass_on(std::move(listed), std::string("read ") + what);
  }
  into = std::move(*listed);
  return {};
}

bool any_done(const std::vector<ActionResult>& results) {
  return std::any_of(results.begin(), results.end(),
                     [](const ActionResult& result) { return result.outcome == ActionResult::Outcome::Done; });
}

}  // namespace

Result<planner::Observed> observe(cloud::Cloud& cloud, const support::Clock& clock, const std::stop_token& stop) {
  planner::Observed observed;
  // Once something cannot be read the rest need not be.
  std::stop_source given_up;
  const std::stop_callback also(stop, [&] { given_up.request_stop(); });
  const auto deadline = support::Deadline::after(clock, kListingTime).unless_stopped(given_up.get_token());
  // There are many more snapshots than anything else: the rest is read meanwhile. Without a thread to spare they are
  // read when they are asked for.
  auto snapshots =
      std::async(std::launch::async | std::launch::deferred, [&] { return cloud.list_snapshots(deadline); });
  auto read = take(cloud.list_servers(deadline), observed.servers, "the servers")
                  .and_then([&] { return take(cloud.list_volumes(deadline), observed.volumes, "the volumes"); })
                  .and_then([&] { return take(snapshots.get(), observed.snapshots, "the snapshots"); })
                  .and_then([&] { return take(cloud.quota(deadline), observed.quota, "the quotas"); })
                  .and_then([&] { return take(cloud.clock_offset(deadline), observed.clock_offset, "the clock"); });
  if (!read) {
    given_up.request_stop();
    return support::pass_on(std::move(read));
  }
  return observed;
}

Result<PassResult> run_pass(Context context, const std::vector<policy::Policy>& policies, const planner::Wishes& wishes,
                            const OnResult& on_result, const planner::ApprovedChanges* approved) {
  PassResult pass;
  Learnt learnt;
  for (int round = 1;; ++round) {
    auto observed = observe(context.cloud, context.clock);
    if (!observed && round == 1) {
      return support::pass_on(std::move(observed));
    }
    if (!observed) {
      pass.error = std::move(observed.error());
      return pass;
    }
    learnt.tell(*observed);
    context.gate.look(observed->snapshots);
    context.clock_offset = observed->clock_offset;
    pass.left = planner::plan(policies, *observed, wishes, context.clock.wall_now());
    pass.observed = std::move(*observed);
    if (approved != nullptr && round == 1) {
      pass.differences = approved->differences(pass.left);
    }
    if (!pass.differences.empty()) {
      return pass;
    }
    if (approved != nullptr) {
      approved->restrict(pass.left);
    }
    if (!pass.left.has_changes() || round > kMaxRounds) {
      return pass;
    }
    auto results =
        carry_out_all(context, jobs_of(pass.left, policies, pass.observed.servers), kWorkers, learnt, on_result);
    // After points were made, or could not be, the next round prunes.
    const bool go_on = any_done(results) || pass.left.creates();
    std::move(results.begin(), results.end(), std::back_inserter(pass.results));
    if (!go_on) {
      return pass;
    }
  }
}

}  // namespace stillpoint::executor
