#include <unistd.h>

#include <iostream>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/wishes.hpp"
#include "executor/pass.hpp"
#include "planner/render.hpp"

namespace stillpoint::app {

ExitCode diff(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  const bool colour =
      options.colour == ColourMode::Always || (options.colour == ColourMode::Auto && isatty(STDOUT_FILENO) == 1);
  return for_each_cloud(
      options, clock, metrics,
      [&](cloud::Cloud& cloud, const std::vector<policy::Policy>& policies) -> support::Result<ExitCode> {
        auto observed = executor::observe(cloud, clock);
        if (!observed) {
          return support::pass_on(std::move(observed));
        }
        const auto now = clock.wall_now();
        const auto plan = planner::plan(policies, *observed, wishes_of(options, now), now);
        std::cout << (options.output == Output::Json
                          ? planner::render_json(plan)
                          : planner::render_text(plan, colour ? planner::Colour::On : planner::Colour::Off));
        return exit_code_of_diff(plan);
      });
}

}  // namespace stillpoint::app
