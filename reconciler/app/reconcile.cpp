#include <algorithm>
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
#include "store/directory.hpp"
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

std::string_view word_of(ActionResult::Outcome outcome) {
  switch (outcome) {
    case ActionResult::Outcome::Done:
      return "done";
    case ActionResult::Outcome::Skipped:
      return "skipped";
    case ActionResult::Outcome::Failed:
      break;
  }
  return "failed";
}

/// Notes and errors hold names that came from the cloud or a server.
void print(const std::string& prefix, const ActionResult& result) {
  const auto& action = result.action;
  const char* word = result.outcome == ActionResult::Outcome::Done      ? "done   "
                     : result.outcome == ActionResult::Outcome::Skipped ? "skipped"
                                                                        : "FAILED ";
  std::cout << word << " " << prefix << subject_of(action) << ": " << action.verb() << " (" << action.reason << ")";
  if (!result.note.empty()) {
    std::cout << ": " << support::printable(result.note);
  }
  if (result.error) {
    std::cout << ": " << support::printable(result.error->to_string());
  }
  std::cout << std::endl;
}

void log_action(support::Log& log, const CloudTask& task, const ActionResult& result) {
  const auto& action = result.action;
  // A failure, too: its line is on stdout already, and a terminal shows both.
  log.write(support::LogLevel::Info, "Action ended",
            {{"cloud", task.name},
             {"policy", action.policy},
             {"server", action.server_name},
             {"server_id", action.server.str()},
             {"dataset", action.dataset},
             {"verb", std::string(action.verb())},
             {"reason", action.reason},
             {"result", std::string(word_of(result.outcome))},
             {"note", result.note},
             {"error", result.error ? result.error->to_string() : ""},
             {"error_kind", result.error ? std::string(to_string(result.error->kind())) : ""}});
}

void log_end(support::Log& log, const CloudTask& task, const executor::PassResult& ended) {
  const auto count = [&](ActionResult::Outcome outcome) {
    return std::to_string(std::count_if(ended.results.begin(), ended.results.end(),
                                        [&](const ActionResult& result) { return result.outcome == outcome; }));
  };
  const auto left = ended.left.counts();
  log.info("Pass ended", {{"cloud", task.name},
                          {"done", count(ActionResult::Outcome::Done)},
                          {"skipped", count(ActionResult::Outcome::Skipped)},
                          {"failed", count(ActionResult::Outcome::Failed)},
                          {"waiting", std::to_string(left.at("wait"))},
                          {"blocked", std::to_string(left.at("blocked"))}});
}

/// What the metrics file tells about the end of the pass over a cloud, which was last looked at no earlier than `when`.
void observe_end(telemetry::Metrics& metrics, const CloudTask& task, const planner::Observed& observed,
                 const Options& options, support::WallTime when) {
  metrics.observe(task.name, inventory::assemble(observed.snapshots, options.installation), observed.quota, when);
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
}

/// Says which slots a blackout skips; without a word a point that is not made would look forgotten.
void log_blackouts(support::Log& log, const CloudTask& task, support::WallTime when) {
  for (const auto& policy : task.policies) {
    const auto schedule = schedule::compile(policy.schedule);
    const auto slot = schedule ? schedule->due_slot(when, policy.start_at).blacked_out : std::nullopt;
    if (slot && !policy.suspend && !policy.is_tombstone()) {
      log.info("Slot blacked out", {{"cloud", task.name},
                                    {"policy", policy.name},
                                    {"slot", support::format_utc(*slot)},
                                    {"note", schedule->blackout_at(*slot)->reason}});
    }
  }
}

support::Result<ExitCode> pass(const executor::Context& context, const CloudTask& task, const Options& options,
                               telemetry::Metrics& metrics) {
  const auto begun = context.clock.wall_now();
  context.log.info("Pass begun", {{"cloud", task.name}, {"policies", std::to_string(task.policies.size())}});
  log_blackouts(context.log, task, begun);
  auto ended = executor::run_pass(context, task.policies, wishes_of(options, begun), [&](const ActionResult& result) {
    print(task.prefix, result);
    log_action(context.log, task, result);
  });
  if (!ended) {
    context.log.error("Pass given up", {{"cloud", task.name}, {"error", ended.error().to_string()}});
    return support::pass_on(std::move(ended));
  }
  for (const auto& action : ended->left.actions) {
    if (!action.changes()) {
      print(task.prefix, {action, ActionResult::Outcome::Skipped, action.message, std::nullopt});
      context.log.info("Action left", {{"cloud", task.name},
                                       {"policy", action.policy},
                                       {"server", action.server_name},
                                       {"server_id", action.server.str()},
                                       {"dataset", action.dataset},
                                       {"verb", std::string(action.verb())},
                                       {"reason", action.reason},
                                       {"note", action.message}});
    }
  }
  log_end(context.log, task, *ended);
  observe_end(metrics, task, ended->observed, options, ended->error ? begun : context.clock.wall_now());
  if (ended->error) {
    std::cerr << "stillpoint: " << task.prefix
              << "after the last action: " << support::printable(ended->error->to_string()) << "\n";
    return ExitCode::Failed;
  }
  return worse(exit_code_of(ended->results), exit_code_of(ended->left));
}

/// Writes the metrics over those of an earlier pass, of which it keeps what is said of clouds that this pass was to
/// read and could not. `clouds` is empty if nobody knows which these are.
bool write_metrics(telemetry::Metrics& metrics, const std::string& file,
                   const std::optional<std::vector<std::string>>& clouds) {
  metrics.keep_from(store::read_text(file), [&](const std::string& cloud) {
    return !clouds || std::find(clouds->begin(), clouds->end(), cloud) != clouds->end();
  });
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
  auto ended = for_each_cloud(options, clock, metrics, *log, [&](const CloudTask& task) {
    return pass({task.cloud, *servers, clock, *log, observer, options.installation}, task, options, metrics);
  });
  metrics.pass_ended(clock.steady_now() - started, static_cast<int>(ended.code));
  if (!options.metrics_file.empty() && !write_metrics(metrics, options.metrics_file, ended.clouds)) {
    std::cerr << "stillpoint: cannot write the metrics to " << options.metrics_file << "\n";
    ended.code = worse(ended.code, ExitCode::Failed);
  }
  return ended.code;
}

}  // namespace stillpoint::app
