#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/ssh_servers.hpp"
#include "app/wishes.hpp"
#include "executor/pass.hpp"
#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using executor::ActionResult;

/// Hands the executor's events on to the metrics.
class MetricsObserver final : public executor::Observer {
 public:
  explicit MetricsObserver(telemetry::Metrics& metrics) : metrics_(metrics) {}
  void point_ended(const inventory::SeriesKey& series, std::string_view result) override {
    metrics_.point_ended(series, result);
  }
  void held(const inventory::SeriesKey& series, std::chrono::milliseconds window) override {
    metrics_.held(series, window);
  }
  void snapshot_available(std::chrono::milliseconds took) override { metrics_.snapshot_available(took); }
  void deletion_ended(const inventory::SeriesKey& series, std::string_view verb, std::string_view result) override {
    metrics_.deletion_ended(series, verb, result);
  }

 private:
  telemetry::Metrics& metrics_;
};

/// `policy/server/dataset`, as far as the action is about one.
std::string subject_of(const planner::Action& action) {
  std::string subject = action.policy.empty() ? "all policies" : action.policy;
  for (const auto& part : {support::printable(action.server_name), action.dataset}) {
    if (!part.empty()) {
      subject.append("/").append(part);
    }
  }
  return subject;
}

void print(const ActionResult& result) {
  const auto& action = result.action;
  const char* word = result.outcome == ActionResult::Outcome::Done      ? "done   "
                     : result.outcome == ActionResult::Outcome::Skipped ? "skipped"
                                                                        : "FAILED ";
  std::cout << word << " " << subject_of(action) << ": " << action.verb() << " (" << action.reason << ")";
  if (!result.note.empty()) {
    std::cout << ": " << result.note;
  }
  if (result.error) {
    std::cout << ": " << support::printable(result.error->to_string());
  }
  std::cout << std::endl;
}

/// What the metrics file tells about the end of the pass.
void observe_end(telemetry::Metrics& metrics, const planner::Observed& observed,
                 const std::vector<policy::Policy>& policies, const Options& options, support::WallTime now) {
  metrics.observe(inventory::assemble(observed.snapshots, options.installation), observed.quota);
  for (const auto& policy : policies) {
    const auto schedule = schedule::compile(policy.schedule);
    const auto next = schedule ? schedule->next_after(now) : std::nullopt;
    const auto interval = schedule ? schedule->interval_at(now) : std::nullopt;
    if (next && interval) {
      metrics.observe_next_slot(policy.name, *next, *interval);
    }
  }
}

support::Result<ExitCode> pass(const executor::Context& context, const std::vector<policy::Policy>& policies,
                               const Options& options, telemetry::Metrics& metrics) {
  const auto wishes = wishes_of(options, context.clock.wall_now());
  auto ended = executor::run_pass(context, policies, wishes, print);
  if (!ended) {
    return support::pass_on(std::move(ended));
  }
  for (const auto& action : ended->left.actions) {
    if (!action.changes()) {
      print({action, ActionResult::Outcome::Skipped, action.message, std::nullopt});
    }
  }
  observe_end(metrics, ended->observed, policies, options, context.clock.wall_now());
  if (ended->error) {
    std::cerr << "stillpoint: after the last action: " << ended->error->to_string() << "\n";
    return ExitCode::Failed;
  }
  return worse(exit_code_of(ended->results), exit_code_of(ended->left));
}

bool write_metrics(const telemetry::Metrics& metrics, const std::string& file) {
  // Written aside and renamed, since node_exporter may read at any moment.
  const std::string aside = file + ".tmp";
  {
    std::ofstream stream(aside, std::ios::trunc);
    stream << metrics.text();
    if (!stream.flush()) {
      return false;
    }
  }
  return std::rename(aside.c_str(), file.c_str()) == 0;
}

}  // namespace

ExitCode reconcile(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  MetricsObserver observer(metrics);
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nothing sets the environment
  const auto servers = make_ssh_servers(clock, home == nullptr ? "" : home);
  const auto started = clock.steady_now();
  ExitCode code =
      for_each_cloud(options, clock, metrics, [&](cloud::Cloud& cloud, const std::vector<policy::Policy>& policies) {
        return pass({cloud, *servers, clock, *log, observer, options.installation}, policies, options, metrics);
      });
  metrics.pass_ended(clock.steady_now() - started);
  if (!options.metrics_file.empty() && !write_metrics(metrics, options.metrics_file)) {
    std::cerr << "stillpoint: cannot write the metrics to " << options.metrics_file << "\n";
    code = worse(code, ExitCode::Failed);
  }
  return code;
}

}  // namespace stillpoint::app
