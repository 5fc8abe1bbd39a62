// Whatever a policy file holds: it is read or refused, and every error can be shown.

#include <cstdint>
#include <string_view>

#include "policy/diagnostics.hpp"
#include "policy/reader.hpp"
#include "schedule/slots.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace stillpoint;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = policy::read_policies(text, "fuzz.yaml");
  for (const auto& error : read.errors) {
    policy::render_error(error, text);
  }
  for (const auto& policy : read.policies) {
    schedule::check(policy);
    if (const auto compiled = schedule::compile(policy.schedule)) {
      compiled->next_after(support::WallTime());
    }
  }
  return 0;
}
