#include "app/policies.hpp"

#include "policy/diagnostics.hpp"
#include "schedule/slots.hpp"
#include "store/directory.hpp"
#include "store/text_file.hpp"
#include "support/text.hpp"

namespace stillpoint::app {

CheckedPolicies load_policies(const std::vector<std::string>& paths) {
  auto loaded = store::load(paths);
  CheckedPolicies checked{std::move(loaded.policies), std::move(loaded.errors), std::move(loaded.sources)};
  for (const auto& policy : checked.policies) {
    auto errors = schedule::check(policy);
    if (!errors.empty()) {
      checked.sources.try_emplace(policy.mark.file, store::read_text(policy.mark.file));
    }
    std::move(errors.begin(), errors.end(), std::back_inserter(checked.errors));
  }
  return checked;
}

std::string render_errors(const CheckedPolicies& checked) {
  std::string text;
  for (const auto& error : checked.errors) {
    const auto source = error.mark() ? checked.sources.find(error.mark()->file) : checked.sources.end();
    text += policy::render_error(error, source == checked.sources.end() ? "" : source->second) + "\n";
  }
  return text + support::count_of(checked.errors.size(), "error") + "; nothing was done\n";
}

}  // namespace stillpoint::app
