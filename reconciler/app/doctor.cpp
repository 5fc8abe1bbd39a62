#include "app/commands.hpp"
#include "app/doctor_checks.hpp"
#include "app/home.hpp"
#include "app/ssh_servers.hpp"
#include "executor/pass.hpp"
#include "inventory/match.hpp"
#include "planner/hold_rules.hpp"
#include "planner/quota_ledger.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// One cloud, looked through.
class Examination {
 public:
  Examination(const CloudTask& task, const executor::Context& context, planner::Observed observed, DoctorReport& report)
      : task_(task), context_(context), observed_(std::move(observed)), ledger_(observed_.quota), report_(report) {}

  void cloud() {
    report_.good(task_.prefix + "cloud", support::count_of(observed_.servers.size(), "server") + ", " +
                                             support::count_of(observed_.volumes.size(), "volume") + ", " +
                                             support::count_of(observed_.snapshots.size(), "snapshot"));
    check_credentials(task_, context_.clock, report_);
    const auto clock = executor::check_clock(context_);
    clock ? report_.good(task_.prefix + "clock", "agrees with the cloud's")
          : report_.found(Finding::ClockDiffers, task_.prefix + "clock", clock.error());
  }

  void policy(const policy::Policy& policy) {
    const std::string where = task_.prefix + policy.name;
    if (policy.is_tombstone()) {
      report_.good(where, "deleted: nothing is held for it");
      return;
    }
    const auto servers = inventory::select_servers(policy, observed_.servers);
    if (!servers) {
      report_.found(Finding::Servers, where, servers.error());
      return;
    }
    if (policy.has_ssh) {
      check_ssh_files(policy.ssh, where, report_);
    } else {
      report_.found(Finding::NoHold, where, "no ssh block: nothing is held, points are crash-consistent");
    }
    for (const auto& server : *servers) {
      for (const auto& dataset : policy.datasets) {
        this->dataset(policy, server, dataset, where + "/" + support::printable(server.name) + "/" + dataset.name);
      }
    }
  }

  /// How much room is left when every policy has made its next point.
  void quotas() {
    for (const auto& [resource, use] : ledger_.quota()) {
      if ((resource == "snapshots" || resource == "gigabytes") && !use.unlimited()) {
        report_.good(task_.prefix + "quota", resource + ": after the next point of every policy there is room for " +
                                                 std::to_string(use.room()) + " more of " + std::to_string(use.limit));
      }
    }
  }

 private:
  void dataset(const policy::Policy& policy, const cloud::Server& server, const policy::Dataset& dataset,
               const std::string& where) {
    const auto volumes = inventory::select_volumes(dataset, server, observed_.volumes);
    if (!volumes) {
      report_.found(Finding::Volumes, where, volumes.error());
      return;
    }
    std::vector<std::string> names;
    for (const auto& volume : *volumes) {
      names.push_back(support::printable(volume.name));
    }
    report_.good(where, "volumes " + support::join(names, ", "));
    if (const auto objection = planner::object_to_hold(policy, dataset, server, *volumes, observed_.servers)) {
      report_.found(Finding::NotToHold, where, objection->message);
      return;
    }
    const executor::Subject subject{policy, dataset, server, *volumes};
    const auto usable = executor::check_volumes(context_, subject);
    usable ? report_.good(where, "the volumes can be snapshotted")
           : report_.found(Finding::VolumeState, where, usable.error());
    if (const auto no_room = ledger_.book(*volumes)) {
      report_.found(Finding::Quota, where, "with all policies together: " + *no_room);
    }
    if (policy.has_ssh) {
      check_hold(context_, subject, where, report_);
    }
  }

  const CloudTask& task_;
  const executor::Context& context_;
  const planner::Observed observed_;
  planner::QuotaLedger ledger_;  ///< of all policies of the cloud: what each has room for the sum may not have
  DoctorReport& report_;
};

}  // namespace

ExitCode doctor(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  const auto servers = make_ssh_servers(clock, home_folder());
  DoctorReport report(options.output);
  const auto ended =
      for_each_cloud(options, clock, metrics, *log, [&](const CloudTask& task) -> support::Result<ExitCode> {
        executor::HoldGate gate({}, clock);
        const executor::Context context{task.cloud,          *servers, clock, *log, executor::null_observer(), gate,
                                        options.installation};
        auto observed = executor::observe(task.cloud, clock);
        if (!observed) {
          return support::pass_on(std::move(observed));
        }
        Examination examination(task, context, std::move(*observed), report);
        examination.cloud();
        for (const auto& policy : task.policies) {
          examination.policy(policy);
        }
        examination.quotas();
        return report.any() ? ExitCode::Pending : ExitCode::Ok;
      });
  for (const auto& trouble : ended.troubles) {
    report.found(Finding::CloudError, trouble.prefix + "cloud", trouble.error);
  }
  if (ended.clouds) {
    report.end();
  }
  return ended.code;
}

}  // namespace stillpoint::app
