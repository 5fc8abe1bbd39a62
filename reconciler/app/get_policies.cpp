#include <algorithm>
#include <iostream>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/get_parts.hpp"
#include "app/output.hpp"
#include "app/survey.hpp"
#include "app/watch.hpp"
#include "status/json.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using status::Condition;
using status::PolicyStatus;
using support::printable;

/// The newest good point that every series has: the policy is no better than its worst one.
std::optional<support::WallTime> oldest_last_good(const PolicyStatus& policy) {
  std::optional<support::WallTime> oldest;
  for (const auto& series : policy.series) {
    if (series.orphaned) {
      continue;
    }
    if (!series.last_good) {
      return std::nullopt;
    }
    oldest = oldest ? std::min(*oldest, *series.last_good) : series.last_good;
  }
  return oldest;
}

size_t good_points(const PolicyStatus& policy) {
  size_t count = 0;
  for (const auto& series : policy.series) {
    count += static_cast<size_t>(
        std::count_if(series.points.begin(), series.points.end(), [](const auto& point) { return point.counts; }));
  }
  return count;
}

/// The first condition that is not as it should be.
std::string first_trouble(const PolicyStatus& policy) {
  for (const auto& condition : policy.conditions) {
    if (!condition.is_good()) {
      return condition.reason;
    }
  }
  return "-";
}

std::string truth(const PolicyStatus& policy, Condition::Type type) {
  return std::string(to_string(policy.condition(type).truth));
}

std::string policies_table(const std::vector<PolicyStatus>& policies, const Options& options) {
  std::vector<Row> rows{{"NAME", "READY", "PROTECTED", "SERIES", "POINTS", "LAST GOOD", "NEXT SLOT"}};
  const bool wide = options.output == Output::Wide;
  if (wide) {
    rows[0].insert(rows[0].end(), {"CLOUD", "TROUBLE", "SPEC"});
  }
  for (const auto& policy : policies) {
    rows.push_back({policy.name, truth(policy, Condition::Type::Ready), truth(policy, Condition::Type::Protected),
                    std::to_string(policy.series.size()), std::to_string(good_points(policy)),
                    or_dash(oldest_last_good(policy)), or_dash(policy.next_slot)});
    if (wide) {
      rows.back().insert(rows.back().end(), {title_of(policy.cloud), first_trouble(policy), policy.observed_spec_hash});
    }
  }
  return in_columns(rows);
}

/// Names that were asked for and are not there.
ExitCode say_missing_policies(const Options& options, const std::vector<PolicyStatus>& policies) {
  ExitCode code = ExitCode::Ok;
  for (const auto& name : options.names) {
    if (std::none_of(policies.begin(), policies.end(), [&](const auto& policy) { return policy.name == name; })) {
      std::cerr << "stillpoint: there is no policy '" << printable(name) << "'\n";
      code = ExitCode::InvalidInput;
    }
  }
  return code;
}

Shown list_policies(const Options& options, support::Clock& clock) {
  auto seen = survey(options, clock);
  auto& policies = seen.status.policies;
  // A name that is on points alone is no policy.
  std::erase_if(policies,
                [&](const PolicyStatus& policy) { return policy.unknown || !is_asked_for(options, policy.name); });
  Shown shown{"", worse(seen.code, say_missing_policies(options, policies))};
  if (options.output == Output::Name) {
    for (const auto& policy : policies) {
      shown.text += "policy/" + policy.name + "\n";
    }
  } else if (is_document(options.output)) {
    shown.text = as_document(nlohmann::ordered_json::parse(status::policies_json(seen.status)), options.output);
  } else if (!policies.empty() || shown.code == ExitCode::Ok) {
    shown.text = policies_table(policies, options);
  }
  return shown;
}

}  // namespace

ExitCode get_policies(const Options& options) {
  support::SystemClock clock;
  return show(options, clock, std::cout, [&] { return list_policies(options, clock); });
}

}  // namespace stillpoint::app
