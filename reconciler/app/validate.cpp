#include <iostream>
#include <optional>
#include <string>

#include "app/commands.hpp"
#include "app/policies.hpp"
#include "app/validation_json.hpp"
#include "policy/diagnostics.hpp"
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
            (blackout->reason.empty() ? "" : ": " + support::printable(blackout->reason)) + ")";
  }
  return text;
}

/// What will happen by the policy.
std::string prospect(const policy::Policy& policy, support::WallTime now) {
  if (policy.is_tombstone()) {
    const bool all_go = policy.deletion_policy == policy::DeletionPolicy::Delete;
    return "deleted at " + support::format_utc(*policy.deleted_at) +
           (all_go ? ": its points go, but for pinned ones" : ": its points stay");
  }
  const auto schedule = schedule::compile(policy.schedule);
  return (schedule ? next_slot(*schedule, now) : "no slots") + (policy.suspend ? " (suspended)" : "");
}

}  // namespace

ExitCode validate(const Options& options) {
  const auto checked = load_policies(options.files);
  const auto now = support::SystemClock().wall_now();
  const auto code = checked.ok() ? ExitCode::Ok : ExitCode::InvalidInput;
  if (options.output == Output::Json) {
    std::cout << validation_json(checked, now);
    return code;
  }
  if (!checked.ok()) {
    std::cerr << render_errors(checked);
    return code;
  }
  for (const auto& policy : checked.policies) {
    std::cout << policy::fit_for_terminal(policy.mark.file) << ": policy " << policy.name << " is valid; "
              << support::count_of(policy.datasets.size(), "dataset") << ", " << prospect(policy, now) << "\n";
  }
  return code;
}

}  // namespace stillpoint::app
