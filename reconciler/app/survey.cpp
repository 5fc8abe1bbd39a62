#include "app/survey.hpp"

#include <algorithm>
#include <iostream>

#include "app/each_cloud.hpp"
#include "executor/pass.hpp"
#include "policy/diagnostics.hpp"
#include "schedule/slots.hpp"
#include "status/assess.hpp"
#include "store/policy_set.hpp"

namespace stillpoint::app {
namespace {

/// The policies that can be used. Errors of the others go to standard error.
std::vector<policy::Policy> usable_policies(const Options& options, const support::Clock& clock, ExitCode& code) {
  const auto now = store::PolicySet(options.files, schedule::check, clock).refresh();
  for (const auto& problem : now->problems) {
    for (const auto& error : problem.errors) {
      std::cerr << policy::render_error(error, problem.text) << "\n";
    }
    code = ExitCode::InvalidInput;
  }
  return now->policies;
}

void append(std::vector<status::PolicyStatus> more, std::vector<status::PolicyStatus>& policies) {
  std::move(more.begin(), more.end(), std::back_inserter(policies));
}

}  // namespace

Survey survey(const Options& options, support::Clock& clock) {
  Survey survey;
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  const auto policies = usable_policies(options, clock, survey.code);
  auto& said = survey.status;
  said.now = clock.wall_now();
  said.installation = options.installation;
  said.version = STILLPOINT_VERSION;
  if (policies.empty()) {
    return survey;  // for no policy there is no cloud to look at
  }
  planner::Wishes wishes;
  wishes.installation = options.installation;
  const auto ended = for_each_cloud_of(
      policies, options, clock, metrics, *log, [&](const CloudTask& task) -> support::Result<ExitCode> {
        auto observed = executor::observe(task.cloud, clock);
        if (!observed) {
          return support::pass_on(std::move(observed));
        }
        const auto points = inventory::assemble(observed->snapshots, options.installation);
        const auto plan = planner::plan(task.policies, *observed, wishes, said.now);
        append(status::assess({task.name, options.installation, task.policies, *observed, points, plan, said.now, {}}),
               said.policies);
        said.clouds.push_back({task.name, said.now, "", observed->quota});
        survey.clouds.push_back({task.name, std::move(*observed)});
        return ExitCode::Ok;
      });
  survey.code = worse(survey.code, ended.code);
  // Of a policy whose cloud could not be read nothing is known, and that is shown.
  std::vector<policy::Policy> unread;
  std::copy_if(policies.begin(), policies.end(), std::back_inserter(unread), [&](const policy::Policy& policy) {
    return std::none_of(said.policies.begin(), said.policies.end(),
                        [&](const status::PolicyStatus& status) { return status.name == policy.name; });
  });
  const support::Error why(support::ErrorKind::Unavailable, "the cloud could not be read");
  for (const auto& policy : unread) {
    append(status::assess_unread(policy.cloud, {policy}, why, said.now, {}), said.policies);
  }
  std::stable_sort(said.policies.begin(), said.policies.end(),
                   [](const auto& a, const auto& b) { return a.name < b.name; });
  return survey;
}

}  // namespace stillpoint::app
