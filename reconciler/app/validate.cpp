#include <iostream>

#include "app/commands.hpp"
#include "app/policies.hpp"
#include "schedule/slots.hpp"
#include "support/clock.hpp"
#include "support/text.hpp"

namespace stillpoint::app {

ExitCode validate(const Options& options) {
  const auto checked = load_policies(options.files);
  if (!checked.ok()) {
    std::cerr << render_errors(checked);
    return ExitCode::InvalidInput;
  }
  const auto now = support::SystemClock().wall_now();
  for (const auto& policy : checked.policies) {
    const auto schedule = schedule::compile(policy.schedule);
    const auto next = schedule ? schedule->next_after(now) : std::nullopt;
    std::cout << policy.mark.file << ": policy " << policy.name << " is valid; "
              << support::count_of(policy.datasets.size(), "dataset") << ", next slot "
              << (next ? support::format_utc(*next) : "never") << (policy.suspend ? " (suspended)" : "") << "\n";
  }
  return ExitCode::Ok;
}

}  // namespace stillpoint::app
