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

std::vector<std::string> snapshot_ids(const Attempt& attempt) {
  std::vector<std::string> ids;
  for (const auto& member : attempt.members) {
    ids.push_back(member.snapshot.id.str());
  }
  return ids;
}

Row row_of(const Attempt& attempt, Output output) {
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

nlohmann::json json_of(const Attempt& attempt) {
  const auto& own = attempt.own();
  nlohmann::json object{
      {"policy", own.policy},     {"server", own.server.str()},         {"serverName", printable(own.server_name)},
      {"dataset", own.dataset},   {"slot", format_utc(attempt.slot)},   {"point", attempt.point},
      {"attempt", attempt.id},    {"state", to_string(attempt.state)},  {"consistency", to_string(attempt.consistency)},
      {"method", own.method},     {"snapshots", snapshot_ids(attempt)}, {"gigabytes", attempt.size_gib()},
      {"position", own.position}, {"taken", format_utc(own.taken)}};
  if (own.held) {
    object["heldMs"] = own.held->count();
  }
  return object;
}

void print(const std::vector<const Attempt*>& attempts, Output output) {
  if (output == Output::Json) {
    nlohmann::json items = nlohmann::json::array();
    for (const auto* attempt : attempts) {
      items.push_back(json_of(*attempt));
    }
    nlohmann::json list = nlohmann::json::object();
    list["apiVersion"] = "stillpoint.dev/v1alpha1";
    list["kind"] = "PointList";
    list["items"] = std::move(items);
    std::cout << list.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << "\n";
    return;
  }
  if (output == Output::Name) {
    for (const auto* attempt : attempts) {
      std::cout << "point/" << attempt->point << "\n";
    }
    return;
  }
  if (attempts.empty()) {
    std::cerr << "No recovery points.\n";
    return;
  }
  std::vector<Row> rows{{"POLICY", "SERVER", "DATASET", "SLOT", "STATE", "CONSISTENCY", "HELD", "SIZE"}};
  if (output == Output::Wide) {
    rows.front().insert(rows.front().end(), {"POINT", "ATTEMPT", "SNAPSHOTS"});
  }
  for (const auto* attempt : attempts) {
    rows.push_back(row_of(*attempt, output));
  }
  print_table(rows);
}

support::Result<ExitCode> list_points(cloud::Cloud& cloud, const support::Clock& clock,
                                      const std::vector<policy::Policy>& policies, const Options& options) {
  auto snapshots = cloud.list_snapshots(support::Deadline::after(clock, std::chrono::minutes(5)));
  if (!snapshots) {
    return support::pass_on(std::move(snapshots), "read the snapshots");
  }
  std::set<std::string> names;
  for (const auto& policy : policies) {
    names.insert(policy.name);
  }
  const auto points = inventory::assemble(*snapshots, options.installation);
  std::vector<const Attempt*> attempts;
  for (const auto& [key, series] : points.series) {
    if (!names.empty() && !names.contains(key.policy)) {
      continue;
    }
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        attempts.push_back(&attempt);
      }
    }
  }
  print(attempts, options.output);
  for (const auto& [snapshot, problem] : points.unreadable) {
    std::cerr << "stillpoint: snapshot " << snapshot.id.str() << " is left alone: " << problem << "\n";
  }
  return ExitCode::Ok;
}

}  // namespace

ExitCode get_points(const Options& options) {
  support::SystemClock clock;
  telemetry::Metrics metrics;
  const auto act = [&](cloud::Cloud& cloud, const std::vector<policy::Policy>& policies) {
    return list_points(cloud, clock, policies, options);
  };
  if (!options.files.empty()) {
    return for_each_cloud(options, clock, metrics, act);
  }
  const auto ended =
      open_cloud(options.os_cloud, clock, metrics).and_then([&](const auto& cloud) { return act(*cloud, {}); });
  if (!ended) {
    std::cerr << "stillpoint: " << ended.error().to_string() << "\n";
    return ended.error().kind() == support::ErrorKind::InvalidInput ? ExitCode::InvalidInput : ExitCode::NoCloud;
  }
  return *ended;
}

}  // namespace stillpoint::app
