#include <algorithm>
#include <iostream>

#include "app/commands.hpp"
#include "app/each_cloud.hpp"
#include "app/get_parts.hpp"
#include "app/output.hpp"
#include "app/point_finder.hpp"
#include "app/survey.hpp"
#include "app/watch.hpp"
#include "status/json.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using Document = nlohmann::ordered_json;
using status::PointStatus;
using status::PolicyStatus;
using status::SeriesStatus;
using support::format_utc;
using support::printable;

std::string indented(const std::string& text, size_t by) {
  std::string result;
  for (const auto& line : support::split(text, '\n')) {
    if (!line.empty()) {
      result.append(by, ' ').append(line).append("\n");
    }
  }
  return result;
}

std::string hold_window(const PointStatus& point) {
  return point.held ? std::to_string(point.held->count()) + "ms" : "-";
}

std::string pin_words(const PointStatus& point) {
  if (point.pin.empty() && point.pin_until.empty()) {
    return "";
  }
  return "pinned by " + (point.pin.empty() ? "somebody unnamed" : printable(point.pin)) +
         (point.pin_until.empty() ? "" : " until " + printable(point.pin_until));
}

std::string describe_conditions(const PolicyStatus& policy) {
  std::vector<Row> rows{{"TYPE", "STATUS", "SINCE", "REASON", "MESSAGE"}};
  for (const auto& condition : policy.conditions) {
    rows.push_back({std::string(to_string(condition.type)), std::string(to_string(condition.truth)),
                    format_utc(condition.since), condition.reason, printable(condition.message)});
  }
  return in_columns(rows);
}

std::string describe_series(const SeriesStatus& series) {
  std::string text = printable(series.server_name) + " (" + printable(series.server.str()) + "), dataset " +
                     series.dataset + ", requires " + std::string(to_string(series.require)) + "\n";
  std::vector<Row> facts;
  if (series.orphaned) {
    facts.push_back({"Orphaned:", series.orphan_reason});
  }
  facts.push_back({"Last good:", or_dash(series.last_good)});
  if (series.overdue.count() > 0) {
    facts.push_back({"Overdue:", support::format_duration(series.overdue)});
  }
  if (series.missed > 0) {
    facts.push_back({"Missed:", support::count_of(series.missed, "slot")});
  }
  if (series.failure) {
    facts.push_back({"Failed:", format_utc(series.failure->when) + " " + series.failure->reason + ": " +
                                    printable(series.failure->message)});
  }
  if (!series.trouble.empty()) {
    facts.push_back({"Trouble:", printable(series.trouble)});
  }
  text += indented(in_columns(facts), 2);
  if (series.points.empty()) {
    return text + "  no points\n";
  }
  std::vector<Row> rows{{"POINT", "SLOT", "STATE", "CONSISTENCY", "HELD", "SIZE", "KEPT BY"}};
  for (const auto& point : series.points) {
    rows.push_back({point.id, format_utc(point.slot), point.state, std::string(to_string(point.consistency)),
                    hold_window(point), std::to_string(point.gib) + "GiB",
                    point.goes              ? "goes: " + point.kept_by
                    : point.kept_by.empty() ? "-"
                                            : point.kept_by});
  }
  return text + indented(in_columns(rows), 2);
}

std::string phase_words(const PolicyStatus& policy) {
  return policy.unknown     ? "no policy has this name; there are points of it"
         : policy.deleted   ? "deleted: its tombstone stays until what deletionPolicy asks for is done"
         : policy.suspended ? "suspended"
                            : "in force";
}

std::string describe(const PolicyStatus& policy) {
  std::vector<Row> facts{{"Name:", policy.name},
                         {"Cloud:", title_of(policy.cloud)},
                         {"State:", phase_words(policy)},
                         {"Spec hash:", policy.observed_spec_hash.empty() ? "-" : policy.observed_spec_hash},
                         {"Last slot:", or_dash(policy.last_slot)},
                         {"Next slot:", or_dash(policy.next_slot)}};
  if (policy.interval) {
    facts.push_back({"Interval:", support::format_duration(*policy.interval)});
  }
  std::string text = in_columns(facts) + "Conditions:\n" + indented(describe_conditions(policy), 2) + "Series:\n";
  for (const auto& series : policy.series) {
    text += indented(describe_series(series), 2);
  }
  return policy.series.empty() ? text + "  none\n" : text;
}

/// The part of a list of the API that is about these names, as one document or as a list of them.
std::string documents(const std::string& list_text, const Options& options,
                      const std::function<bool(const Document&)>& is_meant) {
  auto list = Document::parse(list_text);
  auto items = Document::array();
  for (auto& item : list["items"]) {
    if (is_meant(item)) {
      items.push_back(std::move(item));
    }
  }
  if (items.size() == 1) {
    return as_document(items[0], options.output);
  }
  list["items"] = std::move(items);
  return as_document(list, options.output);
}

Shown describe_policies(const Options& options, support::Clock& clock) {
  auto seen = survey(options, clock);
  Shown shown{"", seen.code};
  for (const auto& name : options.names) {
    if (std::none_of(seen.status.policies.begin(), seen.status.policies.end(),
                     [&](const PolicyStatus& policy) { return policy.name == name; })) {
      std::cerr << "stillpoint: there is no policy '" << printable(name) << "', nor a point of it\n";
      shown.code = worse(shown.code, ExitCode::InvalidInput);
    }
  }
  if (is_document(options.output)) {
    shown.text = documents(status::policies_json(seen.status), options, [&](const Document& item) {
      return is_asked_for(options, item["metadata"]["name"].get<std::string>());
    });
    return shown;
  }
  for (const auto& policy : seen.status.policies) {
    if (is_asked_for(options, policy.name)) {
      shown.text += (shown.text.empty() ? "" : "\n") + describe(policy);
    }
  }
  return shown;
}

/// A point with the series and the policy that it is of.
struct Placed {
  const PolicyStatus* policy = nullptr;
  const SeriesStatus* series = nullptr;
  const PointStatus* point = nullptr;
};

std::optional<Placed> place_of(const status::Status& status, const std::string& attempt) {
  for (const auto& policy : status.policies) {
    for (const auto& series : policy.series) {
      for (const auto& point : series.points) {
        if (point.attempt == attempt) {
          return Placed{&policy, &series, &point};
        }
      }
    }
  }
  return std::nullopt;
}

std::string describe(const Placed& placed, const inventory::Attempt& attempt) {
  const auto& [policy, series, point] = placed;
  const auto& own = attempt.own();
  std::vector<Row> facts{
      {"Point:", point->id},
      {"Attempt:", point->attempt},
      {"Policy:", own.policy + (own.policy == policy->name ? "" : ", now " + policy->name)},
      {"Cloud:", title_of(policy->cloud)},
      {"Server:", printable(series->server_name) + " (" + printable(series->server.str()) + ")"},
      {"Dataset:", series->dataset},
      {"Slot:", format_utc(point->slot)},
      {"Taken:", format_utc(point->taken)},
      {"State:", point->state},
      {"Consistency:",
       std::string(to_string(point->consistency)) + " (required: " + std::string(to_string(series->require)) + ")"},
      {"Method:", printable(own.method)},
      {"Held:", hold_window(*point)},
      {"Counts:", point->counts ? "yes" : "no"},
      {"Fate:", (point->goes ? "goes" : "stays") + (point->why.empty() ? "" : ": " + printable(point->why))}};
  if (!own.window.empty()) {
    facts.push_back({"Window:", printable(own.window)});
  }
  if (!pin_words(*point).empty()) {
    facts.push_back({"Pin:", pin_words(*point)});
  }
  std::string text = in_columns(facts);
  if (!own.position.empty()) {
    std::vector<Row> rows;
    for (const auto& [name, value] : own.position) {
      rows.push_back({printable(name) + ":", printable(value)});
    }
    text += "Position:\n" + indented(in_columns(rows), 2);
  }
  std::vector<Row> rows{{"SNAPSHOT", "VOLUME", "STATUS", "SIZE"}};
  for (const auto& member : attempt.members) {
    rows.push_back({printable(member.snapshot.id.str()), printable(member.snapshot.volume.str()),
                    printable(member.snapshot.status), std::to_string(member.snapshot.size_gib) + "GiB"});
  }
  return text + "Snapshots:\n" + indented(in_columns(rows), 2);
}

Shown describe_points(const Options& options, support::Clock& clock) {
  const auto seen = survey(options, clock);
  Shown shown{"", seen.code};
  std::vector<std::string> attempts;
  for (const auto& name : options.names) {
    support::Result<inventory::Attempt> found = support::fail(support::ErrorKind::NotFound, "no cloud could be read");
    for (const auto& cloud : seen.clouds) {
      if (!found) {
        found = find_attempt(inventory::assemble(cloud.observed.snapshots, options.installation), name);
      }
    }
    const auto placed = found ? place_of(seen.status, found->id) : std::nullopt;
    if (!placed) {
      std::cerr << "stillpoint: " << (found ? "nothing is known of " + name : found.error().to_string()) << "\n";
      shown.code = worse(shown.code, seen.code == ExitCode::Ok ? ExitCode::InvalidInput : seen.code);
      continue;
    }
    attempts.push_back(found->id);
    if (!is_document(options.output)) {
      shown.text += (shown.text.empty() ? "" : "\n") + describe(*placed, *found);
    }
  }
  if (is_document(options.output) && !attempts.empty()) {
    shown.text = documents(status::points_json(seen.status, {}), options, [&](const Document& item) {
      const auto attempt = item["status"]["attempt"].get<std::string>();
      return std::find(attempts.begin(), attempts.end(), attempt) != attempts.end();
    });
  }
  return shown;
}

}  // namespace

ExitCode describe_policy(const Options& options) {
  support::SystemClock clock;
  return show(options, clock, std::cout, [&] { return describe_policies(options, clock); });
}

ExitCode describe_point(const Options& options) {
  support::SystemClock clock;
  return show(options, clock, std::cout, [&] { return describe_points(options, clock); });
}

}  // namespace stillpoint::app
