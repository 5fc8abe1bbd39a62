#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "inventory/points.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using inventory::Attempt;
using support::format_utc;
using support::printable;

using Row = std::vector<std::string>;

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
          std::to_string(attempt.size_gib()) + "GiB"};
  if (output == Output::Wide) {
    row.insert(row.end(), {attempt.point, attempt.id, support::join(snapshot_ids(attempt), ",")});
  }
  if (column == CloudColumn::Show) {
    row.insert(row.begin(), title_of(found.cloud));
  }
  return row;
}

void print_table(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(i + 1 < row.size() ? widths[i] - row[i].size() + 2 : 0, ' ');
    }
    std::cout << line << "\n";
  }
}

nlohmann::json json_of(const Found& found) {
  const Attempt& attempt = found.attempt;
  const auto& own = attempt.own();
  nlohmann::json object{{"cloud", found.cloud},
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
  return object;
}

void print(const std::vector<Found>& points, Output output, CloudColumn column) {
  if (output == Output::Json) {
    nlohmann::json items = nlohmann::json::array();
    for (const auto& found : points) {
      items.push_back(json_of(found));
    }
    nlohmann::json list = nlohmann::json::object();
    list["apiVersion"] = "stillpoint.dev/v1alpha1";
    list["kind"] = "PointList";
    list["items"] = std::move(items);
    std::cout << list.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  if (output == Output::Name) {
    for (const auto& found : points) {
      std::cout << "point/" << found.attempt.point << "\n";
    }
    return;
  }
  if (points.empty()) {
    std::cerr << "No recovery points.\n";
    return;
  }
  std::vector<Row> rows{{"POLICY", "SERVER", "DATASET", "SLOT", "STATE", "CONSISTENCY", "HELD", "SIZE"}};
  if (output == Output::Wide) {
    rows.front().insert(rows.front().end(), {"POINT", "ATTEMPT", "SNAPSHOTS"});
  }
  if (column == CloudColumn::Show) {
    rows.front().insert(rows.front().begin(), "CLOUD");
  }
  for (const auto& found : points) {
    rows.push_back(row_of(found, output, column));
  }
  print_table(rows);
}

/// Adds the points of one cloud: those of the policies, or all if there are none.
support::Status find_points(const CloudTask& task, const support::Clock& clock, const Options& options,
                            std::vector<Found>& into) {
  auto snapshots = task.cloud.list_snapshots(support::Deadline::after(clock, std::chrono::minutes(5)));
  if (!snapshots) {
    return support::pass_on(std::move(snapshots), "read the snapshots");
  }
  std::set<std::string> names;
  for (const auto& policy : task.policies) {
    names.insert(policy.name);
  }
  const auto points = inventory::assemble(*snapshots, options.installation);
  for (const auto& [key, series] : points.series) {
    if (!names.empty() && !names.contains(key.policy)) {
      continue;
    }
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        into.push_back({task.name, attempt});
      }
    }
  }
  for (const auto& [snapshot, problem] : points.unreadable) {
    std::cerr << "stillpoint: " << task.prefix << "snapshot " << printable(snapshot.id.str())
              << " is left alone: " << printable(problem) << "\n";
  }
  return {};
}

}  // namespace

ExitCode get_points(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  std::vector<Found> points;
  size_t read = 0;
  const auto ended = for_each_cloud(options, clock, metrics, *log, [&](const CloudTask& task) {
    return find_points(task, clock, options, points).map([&] {
      ++read;
      return ExitCode::Ok;
    });
  });
  if (read > 0) {
    print(points, options.output, ended.clouds->size() > 1 ? CloudColumn::Show : CloudColumn::Hide);
  }
  return ended.code;
}

}  // namespace stillpoint::app
