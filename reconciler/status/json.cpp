#include "status/json.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "support/text.hpp"

namespace stillpoint::status {
namespace {

using nlohmann::ordered_json;
using support::format_utc;
using support::WallTime;

constexpr const char* kApiVersion = "stillpoint.dev/v1alpha1";

std::string dump(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

/// Fields that have nothing to say are left out.
void put(ordered_json& object, const char* key, const std::optional<WallTime>& when) {
  if (when) {
    object[key] = format_utc(*when);
  }
}
void put(ordered_json& object, const char* key, const std::string& text) {
  if (!text.empty()) {
    object[key] = text;
  }
}

ordered_json list_of(const char* kind, ordered_json metadata) {
  ordered_json list = ordered_json::object();
  list["apiVersion"] = kApiVersion;
  list["kind"] = kind;
  list["metadata"] = std::move(metadata);
  list["items"] = ordered_json::array();
  return list;
}

ordered_json json_of(const Condition& condition) {
  ordered_json json = ordered_json::object();
  json["type"] = to_string(condition.type);
  json["status"] = to_string(condition.truth);
  json["reason"] = condition.reason;
  json["message"] = condition.message;
  json["lastTransitionTime"] = format_utc(condition.since);
  return json;
}

ordered_json count_points(const SeriesStatus& series) {
  int good = 0;
  int complete = 0;
  int pinned = 0;
  int going = 0;
  int gib = 0;
  for (const auto& point : series.points) {
    good += point.counts ? 1 : 0;
    complete += point.state == "complete" ? 1 : 0;
    pinned += point.pin.empty() ? 0 : 1;
    going += point.goes ? 1 : 0;
    gib += point.gib;
  }
  ordered_json json = ordered_json::object();
  json["all"] = series.points.size();
  json["good"] = good;
  json["complete"] = complete;
  json["pinned"] = pinned;
  json["going"] = going;
  json["gigabytes"] = gib;
  if (!series.points.empty()) {
    json["oldestSlot"] = format_utc(series.points.front().slot);
  }
  return json;
}

ordered_json json_of(const SeriesStatus& series, WallTime now) {
  ordered_json json = ordered_json::object();
  json["server"] = series.server.str();
  json["serverName"] = series.server_name;
  json["dataset"] = series.dataset;
  json["require"] = to_string(series.require);
  if (series.orphaned) {
    json["orphaned"] = series.orphan_reason;
  }
  json["points"] = count_points(series);
  put(json, "lastGood", series.last_good);
  put(json, "due", series.due);
  if (series.due && *series.due < now) {
    json["overdueSince"] = format_utc(*series.due);  // it may have become so since it was assessed
  }
  json["missed"] = series.missed;
  if (series.failure) {
    json["failure"] = ordered_json::object({{"since", format_utc(series.failure->when)},
                                            {"reason", series.failure->reason},
                                            {"message", series.failure->message}});
  }
  put(json, "doing", series.doing);
  put(json, "trouble", series.trouble);
  return json;
}

/// `InForce`, `Suspended`, `Deleted` or `Unknown`.
const char* phase_of(const PolicyStatus& policy) {
  return policy.unknown ? "Unknown" : policy.deleted ? "Deleted" : policy.suspended ? "Suspended" : "InForce";
}

ordered_json json_of(const PolicyStatus& policy, WallTime now) {
  ordered_json status = ordered_json::object();
  status["cloud"] = policy.cloud;
  status["phase"] = phase_of(policy);
  if (policy.working) {
    status["working"] = true;
  }
  put(status, "observedSpecHash", policy.observed_spec_hash);
  put(status, "lastSlot", policy.last_slot);
  put(status, "nextSlot", policy.next_slot);
  if (policy.interval) {
    status["intervalSeconds"] = std::chrono::duration_cast<std::chrono::seconds>(*policy.interval).count();
  }
  status["conditions"] = ordered_json::array();
  for (const auto& condition : policy.conditions) {
    status["conditions"].push_back(json_of(condition));
  }
  status["series"] = ordered_json::array();
  for (const auto& series : policy.series) {
    status["series"].push_back(json_of(series, now));
  }
  ordered_json json = ordered_json::object();
  json["apiVersion"] = kApiVersion;
  json["kind"] = "PolicyStatus";
  json["metadata"] = ordered_json::object({{"name", policy.name}});
  json["status"] = std::move(status);
  return json;
}

ordered_json json_of(const CloudStatus& cloud) {
  ordered_json json = ordered_json::object();
  json["name"] = cloud.name;
  put(json, "observed", cloud.observed);
  put(json, "error", cloud.error);
  json["quota"] = ordered_json::object();
  for (const auto& [resource, use] : cloud.quota) {
    json["quota"][resource] =
        ordered_json::object({{"limit", use.limit}, {"inUse", use.in_use}, {"reserved", use.reserved}});
  }
  return json;
}

ordered_json json_of(const Event& event) {
  ordered_json json = ordered_json::object();
  json["type"] = event.kind == Event::Kind::Normal ? "Normal" : "Warning";
  json["reason"] = event.reason;
  json["message"] = event.message;
  put(json, "cloud", event.cloud);
  put(json, "policy", event.policy);
  put(json, "server", event.server.str());
  put(json, "serverName", event.server_name);
  put(json, "dataset", event.dataset);
  put(json, "file", event.file);
  json["count"] = event.count;
  json["firstTimestamp"] = format_utc(event.first);
  json["lastTimestamp"] = format_utc(event.last);
  return json;
}

bool asks_for(const std::vector<std::string>& wanted, const std::string& name) {
  return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
}

ordered_json json_of(const PointStatus& point, const SeriesStatus& series, const PolicyStatus& policy) {
  ordered_json status = ordered_json::object();
  status["cloud"] = policy.cloud;
  status["policy"] = policy.name;
  status["server"] = series.server.str();
  status["serverName"] = series.server_name;
  status["dataset"] = series.dataset;
  status["attempt"] = point.attempt;
  status["slot"] = format_utc(point.slot);
  status["taken"] = format_utc(point.taken);
  status["state"] = point.state;
  status["consistency"] = to_string(point.consistency);
  status["counts"] = point.counts;
  if (point.held) {
    status["heldMs"] = point.held->count();
  }
  put(status, "keptBy", point.kept_by);
  put(status, "why", point.why);
  status["goes"] = point.goes;
  put(status, "pin", point.pin);
  put(status, "pinUntil", point.pin_until);
  status["gigabytes"] = point.gib;
  status["snapshots"] = ordered_json::array();
  for (const auto& snapshot : point.snapshots) {
    status["snapshots"].push_back(snapshot.str());
  }
  ordered_json json = ordered_json::object();
  json["metadata"] = ordered_json::object({{"name", point.id}});
  json["status"] = std::move(status);
  return json;
}

}  // namespace

std::string policies_json(const Status& status) {
  ordered_json list = list_of(
      "PolicyStatusList", ordered_json::object({{"installation", status.installation}, {"version", status.version}}));
  for (const auto& policy : status.policies) {
    list["items"].push_back(json_of(policy, status.now));
  }
  list["clouds"] = ordered_json::array();
  for (const auto& cloud : status.clouds) {
    list["clouds"].push_back(json_of(cloud));
  }
  list["events"] = ordered_json::array();
  for (const auto& event : status.events) {
    list["events"].push_back(json_of(event));
  }
  return dump(list);
}

std::string points_json(const Status& status, const PointFilter& filter) {
  ordered_json list = list_of("PointList", ordered_json::object({{"installation", status.installation}}));
  for (const auto& policy : status.policies) {
    if (!asks_for(filter.policies, policy.name) || !asks_for(filter.clouds, policy.cloud)) {
      continue;
    }
    for (const auto& series : policy.series) {
      if (!asks_for(filter.servers, series.server.str()) || !asks_for(filter.datasets, series.dataset)) {
        continue;
      }
      for (const auto& point : series.points) {
        list["items"].push_back(json_of(point, series, policy));
      }
    }
  }
  return dump(list);
}

}  // namespace stillpoint::status
