// Whatever a policy file holds: it is read or refused, and every error can be shown. As the path of a field it is found
// or refused.

#include <cstdint>
#include <string_view>

#include "policy/diagnostics.hpp"
#include "policy/language.hpp"
#include "policy/reader.hpp"
#include "schedule/slots.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace stillpoint;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto kLanguage = policy::read_language();
  policy::find_field(kLanguage, text);
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
  for (const auto& policy : read.faulty) {
    schedule::check(policy);
  }
  policy::check_together(read.policies);
  return 0;
}
