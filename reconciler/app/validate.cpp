#include <iostream>
#include <optional>
#include <string>

#include "app/commands.hpp"
#include "app/policies.hpp"
#include "schedule/slots.hpp"
#include "support/clock.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// What the next slot is, and which one before it a blackout skips.
std::string next_slot(const schedule::Compiled& schedule, support::WallTime now) {
  const auto next = schedule.next_after(now);
  std::string text = "next slot " + (next ? support::format_utc(*next) : "never");
  const auto named = schedule.named().next_after(now);
  const auto blackout = named ? schedule.blackout_at(*named) : std::nullopt;
  if (blackout) {
    text += " (that of " + support::format_utc(*named) + " is blacked out" +
            (blackout->reason.empty() ? "" : ": " + blackout->reason) + ")";
  }
  return text;
}

}  // namespace

ExitCode validate(const Options& options) {
  const auto checked = load_policies(options.files);
  if (!checked.ok()) {
    std::cerr << render_errors(checked);
    return ExitCode::InvalidInput;
  }
  const auto now = support::SystemClock().wall_now();
  for (const auto& policy : checked.policies) {
    const auto schedule = schedule::compile(policy.schedule);
    std::cout << policy.mark.file << ": policy " << policy.name << " is valid; "
              << support::count_of(policy.datasets.size(), "dataset") << ", "
              << (schedule ? next_slot(*schedule, now) : "no slots") << (policy.suspend ? " (suspended)" : "") << "\n";
  }
  return ExitCode::Ok;
}

}  // namespace stillpoint::app
