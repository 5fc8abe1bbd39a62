#include "app/pass_report.hpp"

#include <algorithm>
#include <array>
#include <iostream>

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

std::string word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::Done:
      return "done";
    case Outcome::Skipped:
      return "skipped";
    case Outcome::Failed:
      break;
  }
  return "failed";
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

/// Failures are no more than information here: their lines are on standard output already, and a terminal shows both.
void PassReport::log(std::string_view event, const ActionResult& result) {
  const auto& action = result.action;
  const std::array<support::LogField, 11> fields{
      {{"cloud", cloud_},
       {"policy", action.policy},
       {"server", action.server_name},
       {"server_id", action.server.str()},
       {"dataset", action.dataset},
       {"verb", std::string(action.verb())},
       {"reason", action.reason},
       {"result", word_of(result.outcome)},
       {"note", result.note},
       {"error", result.error ? result.error->to_string() : ""},
       {"error_kind", result.error ? std::string(to_string(result.error->kind())) : ""}}};
  log_.write(support::LogLevel::Info, event, fields);
}

void PassReport::begun(size_t policies) {
  log_.info("Pass begun", {{"cloud", cloud_}, {"policies", std::to_string(policies)}});
}

void PassReport::given_up(const support::Error& error) {
  log_.error("Pass given up", {{"cloud", cloud_}, {"error", error.to_string()}});
}

void PassReport::ended(const ActionResult& result) {
  print(result);
  log("Action ended", result);
}

/// Slots that nobody wants a point of are for `diff` and the log: a pass runs every few minutes, and each line may be a
/// mail of cron's.
void PassReport::left(const planner::Action& action) {
  const ActionResult result{action, Outcome::Skipped, action.message, std::nullopt};
  if (!std::holds_alternative<planner::Skip>(action.what) || action.reason == "Missed") {
    print(result);
  }
  log("Action left", result);
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
