#pragma once

#include <string_view>

namespace stillpoint::policy {

/// schemas/backuppolicy.schema.json, which travels inside the program: what it explains is what editors read.
extern const std::string_view kPolicySchema;

}  // namespace stillpoint::policy
