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

using status::PolicyStatus;
using support::printable;

/// A server under one policy.
struct ServerRow {
  const PolicyStatus* policy;
  cloud::ServerId id;
  std::string name;
  std::vector<const status::SeriesStatus*> series;
};

std::vector<ServerRow> servers_of(const std::vector<PolicyStatus>& policies) {
  std::vector<ServerRow> rows;
  for (const auto& policy : policies) {
    const size_t begin = rows.size();
    for (const auto& series : policy.series) {
      auto row = std::find_if(rows.begin() + static_cast<std::ptrdiff_t>(begin), rows.end(),
                              [&](const ServerRow& one) { return one.id == series.server; });
      if (row == rows.end()) {
        row = rows.insert(rows.end(), {&policy, series.server, printable(series.server_name), {}});
      }
      row->series.push_back(&series);
    }
  }
  return rows;
}

std::string trouble_of(const ServerRow& row) {
  for (const auto* series : row.series) {
    if (series->orphaned) {
      return series->orphan_reason;
    }
    if (!series->trouble.empty()) {
      return printable(series->trouble);
    }
  }
  return "-";
}

std::string servers_table(const std::vector<ServerRow>& servers, Output output) {
  std::vector<Row> rows{{"NAME", "POLICY", "DATASETS", "POINTS", "LAST GOOD", "TROUBLE"}};
  if (output == Output::Wide) {
    rows[0].insert(rows[0].begin() + 1, {"ID", "CLOUD"});
  }
  for (const auto& server : servers) {
    std::vector<std::string> datasets;
    size_t points = 0;
    std::optional<support::WallTime> last;
    for (const auto* series : server.series) {
      datasets.push_back(series->dataset);
      points += static_cast<size_t>(
          std::count_if(series->points.begin(), series->points.end(), [](const auto& point) { return point.counts; }));
      last = series == server.series.front() || (last && series->last_good && *series->last_good < *last) ||
                     !series->last_good
                 ? series->last_good
                 : last;
    }
    rows.push_back({server.name, server.policy->name, support::join(datasets, ","), std::to_string(points),
                    or_dash(last), trouble_of(server)});
    if (output == Output::Wide) {
      rows.back().insert(rows.back().begin() + 1, {printable(server.id.str()), title_of(server.policy->cloud)});
    }
  }
  return in_columns(rows);
}

/// Of each server the series as the status has them.
nlohmann::ordered_json servers_document(const status::Status& status) {
  const auto policies = nlohmann::ordered_json::parse(status::policies_json(status));
  nlohmann::ordered_json list = nlohmann::ordered_json::object();
  list["apiVersion"] = policies["apiVersion"];
  list["kind"] = "ServerList";
  list["items"] = nlohmann::ordered_json::array();
  for (const auto& policy : policies["items"]) {
    for (const auto& series : policy["status"]["series"]) {
      auto& items = list["items"];
      auto item = std::find_if(items.begin(), items.end(), [&](const nlohmann::ordered_json& one) {
        return one["policy"] == policy["metadata"]["name"] && one["metadata"]["uid"] == series["server"];
      });
      if (item == items.end()) {
        items.push_back(nlohmann::ordered_json::object(
            {{"metadata", nlohmann::ordered_json::object({{"name", series["serverName"]}, {"uid", series["server"]}})},
             {"policy", policy["metadata"]["name"]},
             {"cloud", policy["status"]["cloud"]},
             {"series", nlohmann::ordered_json::array()}}));
        item = items.end() - 1;
      }
      auto own = series;
      own.erase("server");
      own.erase("serverName");
      (*item)["series"].push_back(std::move(own));
    }
  }
  return list;
}

/// Names that were asked for and that no server under a policy has, once everything was read.
ExitCode say_missing_servers(const Options& options, const std::vector<PolicyStatus>& policies) {
  ExitCode code = ExitCode::Ok;
  for (const auto& name : options.names) {
    const auto is_there = [&](const PolicyStatus& policy) {
      return std::any_of(policy.series.begin(), policy.series.end(), [&](const status::SeriesStatus& series) {
        return series.server_name == name || series.server.str() == name;
      });
    };
    if (std::none_of(policies.begin(), policies.end(), is_there)) {
      std::cerr << "stillpoint: no policy has a server '" << printable(name) << "'\n";
      code = ExitCode::InvalidInput;
    }
  }
  return code;
}

Shown list_servers(const Options& options, support::Clock& clock) {
  auto seen = survey(options, clock);
  for (auto& policy : seen.status.policies) {
    std::erase_if(policy.series, [&](const status::SeriesStatus& series) {
      return !is_asked_for(options, series.server_name) && !is_asked_for(options, series.server.str());
    });
  }
  const auto servers = servers_of(seen.status.policies);
  // Of a cloud that could not be read nobody knows what it lacks.
  Shown shown{"", seen.code == ExitCode::Ok ? say_missing_servers(options, seen.status.policies) : seen.code};
  if (options.output == Output::Name) {
    for (const auto& server : servers) {
      shown.text += "server/" + server.name + "\n";
    }
  } else if (is_document(options.output)) {
    shown.text = as_document(servers_document(seen.status), options.output);
  } else {
    shown.text = servers_table(servers, options.output);
  }
  return shown;
}

}  // namespace

ExitCode get_servers(const Options& options) {
  support::SystemClock clock;
  return show(options, clock, std::cout, [&] { return list_servers(options, clock); });
}

}  // namespace stillpoint::app
