#include <algorithm>
#include <nlohmann/json.hpp>

#include "rehearsal/render.hpp"
#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using nlohmann::json;
using support::format_utc;
using support::printable;

json json_of(const SlotCounts& slots) {
  return {{"all", slots.all()},
          {"made", slots.made},
          {"had", slots.had},
          {"missed", slots.missed},
          {"blackedOut", slots.blacked_out}};
}

json json_of(const UnservedRun& run) {
  return {{"fate", run.fate == UnservedRun::Fate::Missed ? "missed" : "blackedOut"},
          {"reason", run.reason},
          {"message", printable(run.message)},
          {"count", run.count},
          {"first", format_utc(run.first)},
          {"last", format_utc(run.last)}};
}

json kept_json(const RehearsedSeries& series) {
  json points = json::array();
  for (const auto& kept : series.kept) {
    const auto& point = series.points[kept.point];
    json rules = json::array();
    for (const auto rule : kept.rules) {
      rules.push_back(retention::to_string(rule));
    }
    points.push_back({{"slot", format_utc(point.slot)},
                      {"taken", format_utc(point.taken)},
                      {"gigabytes", point.gib},
                      {"snapshots", point.snapshots},
                      {"rules", std::move(rules)},
                      {"reason", kept.reason},
                      {"why", printable(kept.why)}});
  }
  return points;
}

json worst_json(const RehearsedSeries& series) {
  std::vector<std::string> slots;
  for (const auto& point : series.points) {
    if (point.existed_at(series.worst.step)) {
      slots.push_back(format_utc(point.slot));
    }
  }
  std::sort(slots.begin(), slots.end());
  return {{"at", format_utc(series.worst.at)},
          {"points", series.worst.points},
          {"gigabytes", series.worst.gib},
          {"slots", slots}};
}

json json_of(const std::string& cloud, const RehearsedSeries& series) {
  json runs = json::array();
  for (const auto& run : series.runs) {
    runs.push_back(json_of(run));
  }
  json object{{"cloud", cloud},
              {"policy", printable(series.key.policy)},
              {"server", printable(series.key.server.str())},
              {"serverName", printable(series.server_name)},
              {"dataset", printable(series.key.dataset)},
              {"suspended", series.suspended},
              {"slots", json_of(series.slots)},
              {"unserved", std::move(runs)},
              {"atEnd", {{"points", series.end.points}, {"gigabytes", series.end.gib}, {"kept", kept_json(series)}}},
              {"atWorst", worst_json(series)}};
  if (series.objection) {
    object["objection"] = {{"reason", series.objection->reason}, {"message", printable(series.objection->message)}};
  }
  if (!series.orphaned.empty()) {
    object["orphaned"] = series.orphaned;
  }
  if (series.longest_gap) {
    const auto& [from, to] = *series.longest_gap;
    object["longestGap"] = {{"seconds", std::chrono::floor<std::chrono::seconds>(to - from).count()},
                            {"from", format_utc(from)},
                            {"to", format_utc(to)}};
  }
  if (series.guarded_since) {
    object["pruneBlocked"] = {{"since", format_utc(*series.guarded_since)},
                              {"message", printable(series.guard_message)}};
  }
  return object;
}

json json_of(const std::string& cloud, const QuotaCourse& course) {
  json object{{"cloud", cloud},
              {"resource", printable(course.resource)},
              {"atStart", course.at_start},
              {"atWorst", course.at_worst},
              {"worstAt", format_utc(course.worst_at)},
              {"atEnd", course.at_end}};
  if (course.limit >= 0) {
    object["limit"] = course.limit;
  }
  return object;
}

json json_of(const std::string& cloud, const RehearsalProblem& problem) {
  return {{"cloud", cloud},
          {"policy", problem.policy},
          {"reason", problem.reason},
          {"message", printable(problem.message)}};
}

}  // namespace

std::string render_rehearsal_json(const std::vector<CloudRehearsal>& rehearsals) {
  json root = json::object();
  root["apiVersion"] = "stillpoint.dev/v1alpha1";
  root["kind"] = "Rehearsal";
  for (const char* list : {"clouds", "assumptions", "datasets", "quotas", "problems"}) {
    root[list] = json::array();
  }
  for (const auto& [cloud, rehearsal] : rehearsals) {
    root["from"] = format_utc(rehearsal.period.from);
    root["to"] = format_utc(rehearsal.period.to);
    root["clouds"].push_back(cloud);
    for (const auto& assumption : rehearsal.assumptions) {
      root["assumptions"].push_back({{"cloud", cloud}, {"text", printable(assumption)}});
    }
    for (const auto& series : rehearsal.series) {
      root["datasets"].push_back(json_of(cloud, series));
    }
    for (const auto& course : rehearsal.quotas) {
      root["quotas"].push_back(json_of(cloud, course));
    }
    for (const auto& problem : rehearsal.problems) {
      root["problems"].push_back(json_of(cloud, problem));
    }
  }
  return root.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace stillpoint::rehearsal
