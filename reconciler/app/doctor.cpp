#include <cstdlib>
#include <iostream>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/ssh_servers.hpp"
#include "executor/pass.hpp"
#include "executor/preflight.hpp"
#include "inventory/match.hpp"
#include "planner/hold_rules.hpp"
#include "planner/quota_ledger.hpp"
#include "schedule/slots.hpp"
#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// Prints a line for each check and remembers whether one failed.
class Findings {
 public:
  void good(const std::string& where, const std::string& what) {
    std::cout << "ok      " << where << ": " << support::printable(what) << "\n";
  }
  void bad(const std::string& where, const std::string& what) {
    std::cout << "FINDING " << where << ": " << support::printable(what) << "\n";
    any_ = true;
  }
  template <class T>
  bool check(const std::string& where, const std::string& good_news, const support::Result<T>& result) {
    result ? good(where, good_news) : bad(where, result.error().to_string());
    return result.has_value();
  }
  bool any() const { return any_; }

 private:
  bool any_ = false;
};

void check_server(const executor::Context& context, const executor::Subject& subject, const std::string& where,
                  Findings& findings) {
  if (!subject.policy.has_ssh) {
    findings.good(where, "no ssh block: nothing is held, points are crash-consistent");
    return;
  }
  auto helper = context.servers.reach(subject.policy, subject.server, context.call_deadline());
  if (!findings.check(where, "SSH works and the host key is the known one", helper)) {
    return;
  }
  const auto report =
      executor::check_server(context, subject, **helper, executor::hold_request(subject, support::random_hex(8), ""));
  if (report) {
    std::string facts;
    for (const auto& [name, value] : report->facts) {
      facts.append(facts.empty() ? "" : ", ").append(name).append("=").append(value);
    }
    context.log.info("Server probed", {{"where", where}, {"facts", facts}});
    findings.good(where, "helper " + report->helper_version + ", " +
                             (report->engine.empty() ? "no database" : report->engine) + ", mounts " +
                             (report->mounts.empty() ? "none" : support::join(report->mounts, " ")) + ", can prove " +
                             std::string(to_string(report->provable)));
  } else {
    findings.bad(where, report.error().to_string());
  }
}

/// `ledger`: of all policies of the cloud, since what each has room for the sum may not have.
void check_policy(const executor::Context& context, const policy::Policy& policy, const planner::Observed& observed,
                  planner::QuotaLedger& ledger, const std::string& prefix, Findings& findings) {
  if (policy.is_tombstone()) {
    findings.good(prefix + policy.name, "deleted: nothing is held for it");
    return;
  }
  const auto servers = inventory::select_servers(policy, observed.servers);
  if (!servers) {
    findings.bad(prefix + policy.name, servers.error().to_string());
    return;
  }
  for (const auto& server : *servers) {
    for (const auto& dataset : policy.datasets) {
      const std::string where = prefix + policy.name + "/" + support::printable(server.name) + "/" + dataset.name;
      const auto volumes = inventory::select_volumes(dataset, server, observed.volumes);
      if (!volumes) {
        findings.bad(where, volumes.error().to_string());
        continue;
      }
      std::vector<std::string> names;
      for (const auto& volume : *volumes) {
        names.push_back(support::printable(volume.name));
      }
      findings.good(where, "volumes " + support::join(names, ", "));
      if (const auto objection = planner::object_to_hold(policy, dataset, server, *volumes, observed.servers)) {
        findings.bad(where, objection->message);
        continue;
      }
      const executor::Subject subject{policy, dataset, server, *volumes};
      findings.check(where, "the volumes can be snapshotted", executor::check_volumes(context, subject));
      if (const auto no_room = ledger.book(*volumes)) {
        findings.bad(where, "with all policies together: " + *no_room);
      }
      check_server(context, subject, where, findings);
    }
  }
}

}  // namespace

ExitCode doctor(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): nothing sets the environment
  const auto servers = make_ssh_servers(clock, home == nullptr ? "" : home);
  return for_each_cloud(
             options, clock, metrics, *log,
             [&](const CloudTask& task) -> support::Result<ExitCode> {
               Findings findings;
               executor::HoldGate gate({}, clock);
               const executor::Context context{
                   task.cloud, *servers, clock, *log, executor::null_observer(), gate, options.installation};
               auto observed = executor::observe(task.cloud, clock);
               if (!observed) {
                 return support::pass_on(std::move(observed));
               }
               findings.good(task.prefix + "cloud", support::count_of(observed->servers.size(), "server") + ", " +
                                                        support::count_of(observed->volumes.size(), "volume") + ", " +
                                                        support::count_of(observed->snapshots.size(), "snapshot"));
               findings.check(task.prefix + "clock", "agrees with the cloud's", executor::check_clock(context));
               planner::QuotaLedger ledger(observed->quota);
               for (const auto& policy : task.policies) {
                 check_policy(context, policy, *observed, ledger, task.prefix, findings);
               }
               return findings.any() ? ExitCode::Pending : ExitCode::Ok;
             })
      .code;
}

}  // namespace stillpoint::app
