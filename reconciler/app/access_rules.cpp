#include "openstack/access_rules.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "app/cloud_session.hpp"
#include "app/commands.hpp"
#include "app/policies.hpp"
#include "app/say_error.hpp"

namespace stillpoint::app {
namespace {

using openstack::AccessRule;

constexpr std::chrono::minutes kLoginPatience{1};

/// As one line of JSON or of YAML, which is the same but for what it looks like.
std::string line_of(const AccessRule& rule) {
  return nlohmann::ordered_json{{"service", rule.service}, {"method", rule.method}, {"path", rule.path}}.dump();
}

std::string render(const std::vector<AccessRule>& rules, Output output) {
  std::string text;
  for (const auto& rule : rules) {
    if (output == Output::Yaml) {
      text += "- " + line_of(rule) + "\n";
    } else {
      text += (text.empty() ? "[\n  " : ",\n  ") + line_of(rule);
    }
  }
  return output == Output::Yaml ? text : text + "\n]\n";
}

/// A credential is for one project.
support::Error object_to_several(const std::vector<CloudGroup>& groups) {
  std::string names;
  for (const auto& group : groups) {
    names += (names.empty() ? "" : ", ") + (group.config.name.empty() ? "the OS_* environment" : group.config.name);
  }
  return support::Error(support::ErrorKind::InvalidInput,
                        "the policies are for several clouds (" + names + "), and a credential is for one")
      .with_remedy("give the policies of one cloud with -f");
}

}  // namespace

ExitCode access_rules(const Options& options) {
  const auto checked = options.files.empty() ? CheckedPolicies() : load_policies(options.files);
  if (!checked.ok()) {
    std::cerr << render_errors(checked);
    return ExitCode::InvalidInput;
  }
  const auto [groups, errors] = by_cloud(checked.policies, options);
  for (const auto& error : errors) {
    say_error(error, ExitCode::InvalidInput);
  }
  if (!errors.empty()) {
    return ExitCode::InvalidInput;
  }
  if (groups.size() > 1) {
    return say_error(object_to_several(groups), ExitCode::InvalidInput);
  }
  support::SystemClock clock;
  const auto access = options.read_only ? openstack::Access::ReadOnly : openstack::Access::Full;
  const auto found = openstack::ask_for_access_rules(groups.front().config, clock, {}, access,
                                                     support::Deadline::after(clock, kLoginPatience));
  if (!found) {
    const bool invalid = found.error().kind() == support::ErrorKind::InvalidInput;
    return say_error(found.error(), invalid ? ExitCode::InvalidInput : ExitCode::NoCloud);
  }
  std::cout << render(found->rules, options.output) << std::flush;
  std::cerr << "stillpoint: for a credential of the user " << support::printable(found->user_id) << " in the project "
            << support::printable(found->project_id) << "\n";
  return std::cout ? ExitCode::Ok : ExitCode::Failed;
}

}  // namespace stillpoint::app
