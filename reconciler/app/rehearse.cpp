#include <filesystem>
#include <iostream>
#include <map>
#include <optional>

#include "app/assumed_cloud.hpp"
#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/policies.hpp"
#include "app/say_error.hpp"
#include "app/wishes.hpp"
#include "executor/pass.hpp"
#include "rehearsal/render.hpp"
#include "store/durable_file.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using rehearsal::CloudRehearsal;
using rehearsal::Period;
using support::ErrorKind;
using support::Result;

constexpr std::chrono::hours kLongestRehearsal{24 * 3653};  // ten years

void complain(const std::string& prefix, const support::Error& error) {
  std::cerr << "stillpoint: " << prefix << support::printable(error.to_string()) << "\n";
}

Result<Period> period_of(const Options& options, support::WallTime now) {
  // Instants that schedules can be searched about.
  static const auto kEarliest = support::parse_utc("1971-01-01T00:00:00Z").value();
  static const auto kLatest = support::parse_utc("2189-01-01T00:00:00Z").value();
  const auto from = options.rehearse_from.empty() ? std::optional(std::chrono::floor<std::chrono::seconds>(now))
                                                  : support::parse_utc(options.rehearse_from);
  if (!from || *from < kEarliest || *from > kLatest) {
    return support::fail(ErrorKind::InvalidInput, "--from '" + options.rehearse_from +
                                                      "': not an instant; write it in UTC, such as "
                                                      "2026-12-01T00:00:00Z, from 1971 to 2188");
  }
  const auto length = support::parse_duration(options.rehearse_for);
  if (!length) {
    return support::fail(
        ErrorKind::InvalidInput,
        "--for '" + options.rehearse_for +
            "': not a length of time; write a number and its unit (h, d or w), such as 36h, 90d or 52w");
  }
  if (*length > kLongestRehearsal) {
    return support::fail(ErrorKind::InvalidInput, "--for '" + options.rehearse_for + "': at most ten years (3653d)");
  }
  return Period{*from, *from + *length};
}

/// Collects rehearsals, shows them, and says how the command ends.
class Report {
 public:
  explicit Report(const Options& options) : options_(options) {}

  ExitCode add(const std::string& cloud, const std::string& prefix, rehearsal::Rehearsal rehearsal) {
    if (options_.output != Output::Json) {
      std::cout << (prefix.empty() ? "" : "cloud " + title_of(cloud) + "\n")
                << rehearsal::render_rehearsal_text(rehearsal) << (prefix.empty() ? "" : "\n");
    }
    const bool falls_short = rehearsal.falls_short();
    rehearsals_.push_back({cloud, std::move(rehearsal)});
    return falls_short ? ExitCode::Pending : ExitCode::Ok;
  }

  /// One document whatever happened, and none if nothing could be read.
  ExitCode finish(ExitCode code) const {
    if (rehearsals_.empty()) {
      return code;
    }
    if (options_.output == Output::Json) {
      std::cout << rehearsal::render_rehearsal_json(rehearsals_);
    }
    if (!options_.svg_file.empty()) {
      const auto written = store::replace_open_file(options_.svg_file, rehearsal::render_rehearsal_svg(rehearsals_));
      return written ? code : worse(code, say_error(written.error(), ExitCode::Failed));
    }
    return code;
  }

 private:
  const Options& options_;
  std::vector<CloudRehearsal> rehearsals_;
};

ExitCode rehearse_offline(const Options& options, Period period, const planner::Wishes& wishes, Report& report) {
  const auto checked = load_policies(options.files);
  if (!checked.ok()) {
    std::cerr << render_errors(checked);
    return ExitCode::InvalidInput;
  }
  std::map<std::string, std::vector<policy::Policy>> clouds;
  for (const auto& policy : checked.policies) {
    clouds[policy.cloud.empty() ? options.os_cloud : policy.cloud].push_back(policy);
  }
  auto code = ExitCode::Ok;
  for (const auto& [name, policies] : clouds) {
    const std::string prefix = clouds.size() > 1 ? title_of(name) + ": " : "";
    auto assumed = assume_cloud(policies, {options.volume_gib, options.quota_snapshots, options.quota_gigabytes});
    auto rehearsal = rehearsal::rehearse(policies, assumed.observed, wishes, period);
    if (!rehearsal) {
      complain(prefix, rehearsal.error());
      return ExitCode::InvalidInput;
    }
    rehearsal->assumptions.insert(rehearsal->assumptions.begin(), assumed.assumptions.begin(),
                                  assumed.assumptions.end());
    code = worse(code, report.add(name, prefix, std::move(*rehearsal)));
  }
  return code;
}

ExitCode rehearse_clouds(const Options& options, Period period, const planner::Wishes& wishes, Report& report,
                         support::Clock& clock) {
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  return for_each_cloud(options, clock, metrics, *log,
                        [&](const CloudTask& task) -> Result<ExitCode> {
                          auto observed = executor::observe(task.cloud, clock);
                          if (!observed) {
                            return support::pass_on(std::move(observed));
                          }
                          auto rehearsal = rehearsal::rehearse(task.policies, *observed, wishes, period);
                          if (!rehearsal) {
                            return support::pass_on(std::move(rehearsal));
                          }
                          return report.add(task.name, task.prefix, std::move(*rehearsal));
                        })
      .code;
}

}  // namespace

ExitCode rehearse(const Options& options) {
  support::SystemClock clock;
  const auto period = period_of(options, clock.wall_now());
  if (!period) {
    complain("", period.error());
    return ExitCode::InvalidInput;
  }
  // Known before the work begins, which may take a while.
  if (!options.svg_file.empty() &&
      !std::filesystem::is_directory(std::filesystem::absolute(options.svg_file).parent_path())) {
    std::cerr << "stillpoint: --svg " << options.svg_file << ": cannot be written; is its folder there?\n";
    return ExitCode::InvalidInput;
  }
  const auto wishes = wishes_of(options, period->from);
  Report report(options);
  const auto code = options.offline ? rehearse_offline(options, *period, wishes, report)
                                    : rehearse_clouds(options, *period, wishes, report, clock);
  return report.finish(code);
}

}  // namespace stillpoint::app
