#include "app/exit_code.hpp"

#include <algorithm>
#include <array>

namespace stillpoint::app {
namespace {

constexpr std::array<ExitCode, 5> kByWeight{ExitCode::Ok, ExitCode::Pending, ExitCode::Failed, ExitCode::NoCloud,
                                            ExitCode::InvalidInput};

auto weight(ExitCode code) {
  return std::find(kByWeight.begin(), kByWeight.end(), code);
}

}  // namespace

ExitCode worse(ExitCode a, ExitCode b) {
  return weight(a) < weight(b) ? b : a;
}

ExitCode exit_code_of(const planner::Plan& plan) {
  ExitCode code = plan.is_settled() ? ExitCode::Ok : ExitCode::Pending;
  for (const auto& action : plan.actions) {
    if (std::holds_alternative<planner::Blocked>(action.what) && action.reason != "PruneBlocked") {
      code = worse(code, ExitCode::Failed);
    }
  }
  return code;
}

ExitCode exit_code_of_diff(const planner::Plan& plan) {
  return plan.has_changes() || plan.has_blocked() ? exit_code_of(plan) : ExitCode::Ok;
}

ExitCode exit_code_of(std::span<const executor::ActionResult> results) {
  using Outcome = executor::ActionResult::Outcome;
  ExitCode code = ExitCode::Ok;
  for (const auto& result : results) {
    code = worse(code, result.outcome == Outcome::Failed    ? ExitCode::Failed
                       : result.outcome == Outcome::Skipped ? ExitCode::Pending
                                                            : ExitCode::Ok);
  }
  return code;
}

}  // namespace stillpoint::app
