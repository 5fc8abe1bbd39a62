#include "executor/result_log.hpp"

#include <array>

namespace stillpoint::executor {

std::string_view to_string(ActionResult::Outcome outcome) {
  switch (outcome) {
    case ActionResult::Outcome::Done:
      return "done";
    case ActionResult::Outcome::Skipped:
      return "skipped";
    case ActionResult::Outcome::Failed:
      break;
  }
  return "failed";
}

void log_result(support::Log& log, const std::string& cloud, std::string_view event, const ActionResult& result) {
  const auto& action = result.action;
  const std::array<support::LogField, 11> fields{
      {{"cloud", cloud},
       {"policy", action.policy},
       {"server", action.server_name},
       {"server_id", action.server.str()},
       {"dataset", action.dataset},
       {"verb", std::string(action.verb())},
       {"reason", action.reason},
       {"result", std::string(to_string(result.outcome))},
       {"note", result.note},
       {"error", result.error ? result.error->to_string() : ""},
       {"error_kind", result.error ? std::string(to_string(result.error->kind())) : ""}}};
  log.write(support::LogLevel::Info, event, fields);
}

}  // namespace stillpoint::executor
