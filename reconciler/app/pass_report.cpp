#include "app/pass_report.hpp"

#include <algorithm>
#include <iostream>

#include "executor/result_log.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using executor::ActionResult;
using Outcome = ActionResult::Outcome;

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

}  // namespace

void PassReport::print(const ActionResult& result) const {
  const auto& action = result.action;
  const char* word = result.outcome == Outcome::Done      ? "done   "
                     : result.outcome == Outcome::Skipped ? "skipped"
                                                          : "FAILED ";
  std::cout << word << " " << prefix_ << subject_of(action) << ": " << action.verb() << " (" << action.reason << ")";
  if (!result.note.empty()) {
    std::cout << ": " << support::printable(result.note);
  }
  if (result.error) {
    std::cout << ": " << support::printable(result.error->to_string());
  }
  std::cout << std::endl;
}

void PassReport::begun(size_t policies) {
  log_.info("Pass begun", {{"cloud", cloud_}, {"policies", std::to_string(policies)}});
}

void PassReport::given_up(const support::Error& error) {
  log_.error("Pass given up", {{"cloud", cloud_}, {"error", error.to_string()}});
}

void PassReport::ended(const ActionResult& result) {
  print(result);
  executor::log_result(log_, cloud_, "Action ended", result);
}

/// Slots that nobody wants a point of are for `diff` and the log: a pass runs every few minutes, and each line may be a
/// mail of cron's.
void PassReport::left(const planner::Action& action) {
  const ActionResult result{action, Outcome::Skipped, action.message, std::nullopt};
  if (!std::holds_alternative<planner::Skip>(action.what) || action.reason == "Missed") {
    print(result);
  }
  executor::log_result(log_, cloud_, "Action left", result);
}

void PassReport::ended(const executor::PassResult& pass) {
  for (const auto& action : pass.left.actions) {
    if (!action.changes()) {
      left(action);
    }
  }
  const auto count = [&](Outcome outcome) {
    return std::to_string(std::count_if(pass.results.begin(), pass.results.end(),
                                        [&](const ActionResult& result) { return result.outcome == outcome; }));
  };
  const auto counts = pass.left.counts();
  log_.info("Pass ended", {{"cloud", cloud_},
                           {"done", count(Outcome::Done)},
                           {"skipped", count(Outcome::Skipped)},
                           {"failed", count(Outcome::Failed)},
                           {"waiting", std::to_string(counts.at("wait"))},
                           {"blocked", std::to_string(counts.at("blocked"))}});
}

}  // namespace stillpoint::app
