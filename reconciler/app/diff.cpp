#include <unistd.h>

#include <iostream>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/say_error.hpp"
#include "app/wishes.hpp"
#include "executor/pass.hpp"
#include "planner/render.hpp"
#include "store/durable_file.hpp"

namespace stillpoint::app {

ExitCode diff(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  const bool colour =
      options.colour == ColourMode::Always || (options.colour == ColourMode::Auto && isatty(STDOUT_FILENO) == 1);
  std::vector<planner::CloudPlan> plans;
  // One instant for all clouds, so that a point outside the schedule has the same slot in each.
  const auto now = clock.wall_now();
  const auto wishes = wishes_of(options, now);
  const auto ended =
      for_each_cloud(options, clock, metrics, *log, [&](const CloudTask& task) -> support::Result<ExitCode> {
        auto observed = executor::observe(task.cloud, clock);
        if (!observed) {
          return support::pass_on(std::move(observed));
        }
        plans.push_back({task.name, planner::plan(task.policies, *observed, wishes, now)});
        if (options.output != Output::Json) {
          std::cout << (task.prefix.empty() ? "" : "cloud " + title_of(task.name) + "\n")
                    << planner::render_text(plans.back().plan, colour ? planner::Colour::On : planner::Colour::Off)
                    << (task.prefix.empty() ? "" : "\n");
        }
        return exit_code_of_diff(plans.back().plan);
      });
  // One document whatever happened, and none if nothing could be read.
  if (options.output == Output::Json && !plans.empty()) {
    std::cout << planner::render_json(plans, wishes, now);
  }
  // A plan that lacks a cloud is not one to be carried out.
  const bool whole = ended.clouds && plans.size() == ended.clouds->size();
  if (!options.plan_file.empty() && !whole) {
    std::cerr << "stillpoint: the plan was not written to " << options.plan_file << "\n";
    return worse(ended.code, ExitCode::Failed);
  }
  if (!options.plan_file.empty()) {
    if (const auto written = store::replace_open_file(options.plan_file, planner::render_json(plans, wishes, now));
        !written) {
      return worse(ended.code, say_error(written.error(), ExitCode::Failed));
    }
  }
  return ended.code;
}

}  // namespace stillpoint::app
