#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "exchange.hpp"

namespace stillpoint::cloudsim {

/// The rule that a kind of fault stands for, as `POST /sim/faults` takes it; nothing if there is no such kind.
/// `longest` is for those that are late.
std::optional<Json> rule_of_kind(const std::string& name, std::chrono::milliseconds longest);

}  // namespace stillpoint::cloudsim
