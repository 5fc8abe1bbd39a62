#include <algorithm>
#include <iostream>
#include <optional>
#include <set>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/home.hpp"
#include "app/metrics_observer.hpp"
#include "app/pass_report.hpp"
#include "app/say_error.hpp"
#include "app/ssh_servers.hpp"
#include "app/tombstones.hpp"
#include "app/wishes.hpp"
#include "executor/pass.hpp"
#include "planner/saved_plan.hpp"
#include "schedule/slots.hpp"
#include "store/durable_file.hpp"
#include "store/text_file.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// What the metrics file tells about the end of the pass over a cloud, which was last looked at no earlier than `when`.
void observe_end(telemetry::Metrics& metrics, const CloudTask& task, const executor::PassResult& ended,
                 const Options& options, support::WallTime when) {
  metrics.observe(task.name, inventory::assemble(ended.observed.snapshots, options.installation), ended.observed.quota,
                  when);
  for (const auto& policy : task.policies) {
    if (policy.is_tombstone()) {
      continue;  // no slot of it is to come: an alert on one that is overdue would never end
    }
    const auto schedule = schedule::compile(policy.schedule);
    const auto next = schedule ? schedule->next_after(when) : std::nullopt;
    const auto interval = schedule ? schedule->interval_at(when) : std::nullopt;
    if (next && interval) {
      metrics.observe_next_slot(task.name, policy.name, *next, *interval);
    }
  }
  for (const auto& action : ended.left.actions) {
    if (const auto* skip = std::get_if<planner::Skip>(&action.what)) {
      metrics.observe_missed(task.name, action.series(), skip->missed);
    }
  }
}

/// The plan that the user has looked at, if there is one.
struct Approval {
  std::optional<planner::SavedPlan> plan;
  std::set<std::string> used;  ///< clouds

  planner::Wishes wishes(const Options& options, support::WallTime now) const {
    auto wishes = wishes_of(options, now);
    if (plan) {
      wishes.slot_now = plan->wishes.slot_now;
      wishes.mass_delete = plan->wishes.mass_delete;
    }
    return wishes;
  }
  /// What may be done in the cloud; null if anything may.
  const planner::ApprovedChanges* changes(const std::string& cloud) {
    static const planner::ApprovedChanges kNothing;
    if (!plan) {
      return nullptr;
    }
    used.insert(cloud);
    const auto found = plan->clouds.find(cloud);
    return found == plan->clouds.end() ? &kNothing : &found->second;
  }
};

/// Reads the file that --plan names; no plan if it names none. InvalidInput: why the file cannot be used.
support::Result<Approval> read_approval(const Options& options, support::WallTime now) {
  if (options.plan_file.empty()) {
    return Approval();
  }
  const auto text = store::read_text(options.plan_file);
  if (text.empty()) {
    return support::fail(support::ErrorKind::InvalidInput, "it is empty or cannot be read");
  }
  auto plan = planner::read_saved_plan(text, now);
  if (!plan) {
    return support::pass_on(std::move(plan));
  }
  if (plan->wishes.installation != options.installation) {
    return support::fail(
        support::ErrorKind::InvalidInput,
        "it was made for installation '" + plan->wishes.installation + "', and this is '" + options.installation + "'");
  }
  return Approval{std::move(*plan), {}};
}

/// Says what differs from the plan that was approved.
void say_stale(const std::string& prefix, const std::vector<std::string>& differences) {
  std::cerr << "stillpoint: " << prefix
            << "nothing was done: the world has changed since the plan was saved. Look at a new one (diff --out)\n";
  for (const auto& difference : differences) {
    std::cerr << "  " << support::printable(difference) << "\n";
  }
}

support::Result<ExitCode> pass(const executor::Context& context, const CloudTask& task, const Options& options,
                               Approval& approval, telemetry::Metrics& metrics) {
  const auto begun = context.clock.wall_now();
  PassReport report(context.log, task.name, task.prefix);
  report.begun(task.policies.size());
  auto ended = executor::run_pass(
      context, task.policies, approval.wishes(options, begun),
      [&](const executor::ActionResult& result) { report.ended(result); }, approval.changes(task.name));
  if (!ended) {
    report.given_up(ended.error());
    return support::pass_on(std::move(ended));
  }
  report.ended(*ended);
  observe_end(metrics, task, *ended, options, ended->error ? begun : context.clock.wall_now());
  if (!ended->differences.empty()) {
    say_stale(task.prefix, ended->differences);
    return ExitCode::Failed;
  }
  if (ended->error) {
    std::cerr << "stillpoint: " << task.prefix
              << "after the last action: " << support::printable(ended->error->to_string()) << "\n";
    return ExitCode::Failed;
  }
  if (options.from_store && approval.changes(task.name) == nullptr) {
    const auto points = inventory::assemble(ended->observed.snapshots, options.installation);
    for (const auto& name :
         remove_finished(options.store, task.policies, points, context.clock.wall_now(), context.log)) {
      std::cout << "done    " << task.prefix << name << ": nothing is left of it; its file is removed\n";
    }
  }
  return worse(exit_code_of(ended->results), exit_code_of(ended->left));
}

/// A cloud that the plan changes and that none of the policies names was approved in vain.
ExitCode check_all_used(const Approval& approval) {
  if (!approval.plan) {
    return ExitCode::Ok;
  }
  ExitCode code = ExitCode::Ok;
  for (const auto& [cloud, changes] : approval.plan->clouds) {
    if (!changes.empty() && !approval.used.contains(cloud)) {
      std::cerr << "stillpoint: the saved plan changes " << title_of(cloud) << ", where nothing was done\n";
      code = ExitCode::Failed;
    }
  }
  return code;
}

/// Writes the metrics over those of an earlier pass, of which it keeps what is said of clouds that this pass was to
/// read and could not. `clouds` is empty if nobody knows which these are.
support::Status write_metrics(telemetry::Metrics& metrics, const std::string& file,
                              const std::optional<std::vector<std::string>>& clouds) {
  metrics.keep_from(store::read_text(file), [&](const std::string& cloud) {
    return !clouds || std::find(clouds->begin(), clouds->end(), cloud) != clouds->end();
  });
  return store::replace_open_file(file, metrics.text());
}

}  // namespace

ExitCode reconcile(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  MetricsObserver observer(metrics);
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  const auto servers = make_ssh_servers(clock, home_folder());
  const auto started = clock.steady_now();
  auto approval = read_approval(options, clock.wall_now());
  if (!approval) {
    std::cerr << "stillpoint: --plan " << options.plan_file << ": " << approval.error().to_string() << "\n";
    return ExitCode::InvalidInput;
  }
  executor::HoldLimits limits;
  limits.cluster_rest =
      std::chrono::hours(24);  // of a cluster that a member of was not well, nothing more in this pass
  auto ended = for_each_cloud(options, clock, metrics, *log, [&](const CloudTask& task) {
    executor::HoldGate gate(limits, clock);
    return pass({task.cloud, *servers, clock, *log, observer, gate, options.installation}, task, options, *approval,
                metrics);
  });
  ended.code = worse(ended.code, check_all_used(*approval));
  metrics.pass_ended(clock.steady_now() - started, static_cast<int>(ended.code));
  if (!options.metrics_file.empty()) {
    if (const auto written = write_metrics(metrics, options.metrics_file, ended.clouds); !written) {
      ended.code = worse(ended.code, say_error(written.error(), ExitCode::Failed));
    }
  }
  return ended.code;
}

}  // namespace stillpoint::app
