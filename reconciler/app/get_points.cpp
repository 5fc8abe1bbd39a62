#include <algorithm>
#include <iostream>
#include <set>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/get_parts.hpp"
#include "app/output.hpp"
#include "app/watch.hpp"
#include "inventory/points.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using inventory::Attempt;
using support::format_utc;
using support::printable;

/// An attempt, and the cloud that has it.
struct Found {
  std::string cloud;
  Attempt attempt;
};

std::vector<std::string> snapshot_ids(const Attempt& attempt) {
  std::vector<std::string> ids;
  for (const auto& member : attempt.members) {
    ids.push_back(printable(member.snapshot.id.str()));
  }
  return ids;
}

/// Who keeps it, and until when.
std::string pin_cell(const Attempt& attempt) {
  for (const auto& member : attempt.members) {
    const auto& own = member.own;
    if (!own.pin.empty() || !own.pin_until.empty()) {
      return printable(own.pin.empty() ? "?" : own.pin) +
             (own.pin_until.empty() ? "" : " until " + printable(own.pin_until));
    }
  }
  return "-";
}

/// Whether a table says which cloud a row is from: where there is more than one.
enum class CloudColumn { Hide, Show };

Row row_of(const Found& found, Output output, CloudColumn column) {
  const Attempt& attempt = found.attempt;
  const auto& own = attempt.own();
  Row row{own.policy,
          printable(own.server_name),
          own.dataset,
          format_utc(attempt.slot),
          std::string(to_string(attempt.state)),
          std::string(to_string(attempt.consistency)),
          own.held ? std::to_string(own.held->count()) + "ms" : "-",
          std::to_string(attempt.size_gib()) + "GiB",
          attempt.point};
  if (output == Output::Wide) {
    row.insert(row.end(), {pin_cell(attempt), attempt.id, support::join(snapshot_ids(attempt), ",")});
  }
  if (column == CloudColumn::Show) {
    row.insert(row.begin(), title_of(found.cloud));
  }
  return row;
}

nlohmann::ordered_json json_of(const Found& found) {
  const Attempt& attempt = found.attempt;
  const auto& own = attempt.own();
  nlohmann::ordered_json object{{"cloud", found.cloud},
                                {"policy", own.policy},
                                {"server", own.server.str()},
                                {"serverName", printable(own.server_name)},
                                {"dataset", own.dataset},
                                {"slot", format_utc(attempt.slot)},
                                {"point", attempt.point},
                                {"attempt", attempt.id},
                                {"state", to_string(attempt.state)},
                                {"consistency", to_string(attempt.consistency)},
                                {"method", own.method},
                                {"snapshots", snapshot_ids(attempt)},
                                {"gigabytes", attempt.size_gib()},
                                {"position", own.position},
                                {"taken", format_utc(own.taken)}};
  if (own.held) {
    object["heldMs"] = own.held->count();
  }
  if (!own.window.empty()) {
    object["window"] = printable(own.window);
  }
  if (!own.pin.empty() || !own.pin_until.empty()) {
    object["pin"] = printable(own.pin);
    object["pinUntil"] = printable(own.pin_until);
  }
  return object;
}

std::string rendered(const std::vector<Found>& points, Output output, CloudColumn column) {
  if (is_document(output)) {
    nlohmann::ordered_json list = nlohmann::ordered_json::object();
    list["apiVersion"] = "stillpoint.dev/v1alpha1";
    list["kind"] = "PointList";
    list["items"] = nlohmann::ordered_json::array();
    for (const auto& found : points) {
      list["items"].push_back(json_of(found));
    }
    return as_document(list, output);
  }
  std::string text;
  if (output == Output::Name) {
    for (const auto& found : points) {
      text += "point/" + found.attempt.point + "\n";
    }
    return text;
  }
  if (points.empty()) {
    return text;
  }
  std::vector<Row> rows{{"POLICY", "SERVER", "DATASET", "SLOT", "STATE", "CONSISTENCY", "HELD", "SIZE", "POINT"}};
  if (output == Output::Wide) {
    rows.front().insert(rows.front().end(), {"PIN", "ATTEMPT", "SNAPSHOTS"});
  }
  if (column == CloudColumn::Show) {
    rows.front().insert(rows.front().begin(), "CLOUD");
  }
  for (const auto& found : points) {
    rows.push_back(row_of(found, output, column));
  }
  return in_columns(rows);
}

/// Adds the points of one cloud: those of the policies, or all if there are none.
support::Status find_points(const CloudTask& task, const support::Clock& clock, const Options& options,
                            std::vector<Found>& into) {
  auto snapshots = task.cloud.list_snapshots(support::Deadline::after(clock, std::chrono::minutes(5)));
  if (!snapshots) {
    return support::pass_on(std::move(snapshots), "read the snapshots");
  }
  std::set<std::string> names;
  // Of the store all points are shown, those of policies that are gone as well.
  for (const auto& policy : options.from_store ? std::vector<policy::Policy>() : task.policies) {
    names.insert(policy.name);
  }
  const auto points = inventory::assemble(*snapshots, options.installation);
  for (const auto& [key, series] : points.series) {
    if (!names.empty() && !names.contains(key.policy)) {
      continue;
    }
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        if (is_asked_for(options, attempt.point) || is_asked_for(options, "point/" + attempt.point)) {
          into.push_back({task.name, attempt});
        }
      }
    }
  }
  for (const auto& [snapshot, problem] : points.unreadable) {
    std::cerr << "stillpoint: " << task.prefix << "snapshot " << printable(snapshot.id.str())
              << " is left alone: " << printable(problem) << "\n";
  }
  return {};
}

/// Names that were asked for and that are of no point, once all clouds were read.
ExitCode say_missing(const Options& options, const std::vector<Found>& points) {
  ExitCode code = ExitCode::Ok;
  for (const auto& name : options.names) {
    if (std::none_of(points.begin(), points.end(), [&](const Found& found) {
          return name == found.attempt.point || name == "point/" + found.attempt.point;
        })) {
      std::cerr << "stillpoint: there is no point '" << printable(name) << "'\n";
      code = ExitCode::InvalidInput;
    }
  }
  return code;
}

Shown list_points(const Options& options, support::Clock& clock, support::Log& log) {
  telemetry::Metrics metrics;
  std::vector<Found> points;
  size_t read = 0;
  const auto ended = for_each_cloud(options, clock, metrics, log, [&](const CloudTask& task) {
    return find_points(task, clock, options, points).map([&] {
      ++read;
      return ExitCode::Ok;
    });
  });
  const auto column = ended.clouds && ended.clouds->size() > 1 ? CloudColumn::Show : CloudColumn::Hide;
  const auto code = ended.code == ExitCode::Ok ? say_missing(options, points) : ended.code;
  if (points.empty() && code == ExitCode::Ok && !is_document(options.output)) {
    std::cerr << "No recovery points.\n";
  }
  return {read > 0 ? rendered(points, options.output, column) : "", code};
}

}  // namespace

ExitCode get_points(const Options& options) {
  support::SystemClock clock;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  return show(options, clock, std::cout, [&] { return list_points(options, clock, *log); });
}

}  // namespace stillpoint::app
