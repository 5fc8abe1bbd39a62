#pragma once

#include <string>
#include <string_view>

#include "executor/executor.hpp"
#include "support/log.hpp"

namespace stillpoint::executor {

/// `done`, `skipped` or `failed`.
std::string_view to_string(ActionResult::Outcome outcome);

/// One line for what became of an action. A failure is no more than information here: metrics, conditions and exit
/// codes tell that something is wrong.
void log_result(support::Log& log, const std::string& cloud, std::string_view event, const ActionResult& result);

}  // namespace stillpoint::executor
