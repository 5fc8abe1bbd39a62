#include "app/policies.hpp"

#include <algorithm>
#include <tuple>

#include "policy/diagnostics.hpp"
#include "schedule/slots.hpp"
#include "store/directory.hpp"
#include "store/text_file.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

/// What is wrong in one file belongs together, from its beginning on, whoever found it. Files stay in the order in
/// which their first errors were found.
void in_order_of_files(std::vector<support::Error>& errors) {
  std::map<std::string, size_t> files;
  const auto place = [&](const support::Error& error) {
    const auto& mark = error.mark();
    return mark ? std::tuple(files.at(mark->file), mark->line, mark->column) : std::tuple(files.size(), 0, 0);
  };
  for (const auto& error : errors) {
    if (error.mark()) {
      files.emplace(error.mark()->file, files.size());
    }
  }
  std::stable_sort(errors.begin(), errors.end(),
                   [&](const support::Error& a, const support::Error& b) { return place(a) < place(b); });
}

}  // namespace

CheckedPolicies load_policies(const std::vector<std::string>& paths) {
  auto loaded = store::load(paths);
  CheckedPolicies checked{std::move(loaded.policies), std::move(loaded.errors), std::move(loaded.sources)};
  std::erase_if(checked.policies, [&](const policy::Policy& policy) {
    auto errors = schedule::check(policy);
    std::move(errors.begin(), errors.end(), std::back_inserter(checked.errors));
    return !errors.empty();
  });
  for (const auto& policy : loaded.faulty) {
    if (!policy.schedule.cron.empty()) {  // that there is none has been said
      auto errors = schedule::check(policy);
      std::move(errors.begin(), errors.end(), std::back_inserter(checked.errors));
    }
  }
  in_order_of_files(checked.errors);
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
