#pragma once

#include <string>

#include "policy/policy.hpp"

namespace stillpoint::policy {

/// A short text that changes whenever anything changes that decides how a point of the dataset is made: where its
/// server is logged in to, how it is held, what it must prove, and the rules of its cluster. Schedule and retention are
/// not in it.
std::string fingerprint(const Policy& policy, const Dataset& dataset);

}  // namespace stillpoint::policy
