#include "planner/render.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using nlohmann::json;
using support::format_utc;
using support::printable;

struct Look {
  std::string_view sign;
  std::string_view colour;  // ANSI
};

Look look_of(const Action& action) {
  // In the order of the alternatives of Action::what.
  static constexpr std::array<Look, 6> kLooks{{{"+", "\x1b[32m"},
                                               {"~", "\x1b[36m"},
                                               {"-", "\x1b[31m"},
                                               {"x", "\x1b[31m"},
                                               {".", "\x1b[2m"},
                                               {"!", "\x1b[33m"}}};
  return kLooks[action.what.index()];
}

const inventory::Attempt* attempt_of(const Action& action) {
  if (const auto* relabel = std::get_if<Relabel>(&action.what)) {
    return &relabel->attempt;
  }
  if (const auto* prune = std::get_if<Prune>(&action.what)) {
    return &prune->attempt;
  }
  if (const auto* sweep = std::get_if<Sweep>(&action.what)) {
    return &sweep->attempt;
  }
  return nullptr;
}

std::string object_of(const Action& action) {
  if (const auto* create = std::get_if<CreatePoint>(&action.what)) {
    return "point " + format_utc(create->slot);
  }
  if (const auto* attempt = attempt_of(action)) {
    return (std::holds_alternative<Prune>(action.what) ? "point " : "attempt at ") + format_utc(attempt->slot);
  }
  return "";
}

/// Actions in the order in which people read them: together with their own.
std::vector<const Action*> grouped(const Plan& plan) {
  std::vector<const Action*> actions;
  for (const auto& action : plan.actions) {
    actions.push_back(&action);
  }
  const auto group = [](const Action& action) {
    return std::tie(action.policy, action.server_name, action.server, action.dataset);
  };
  std::stable_sort(actions.begin(), actions.end(),
                   [&](const Action* a, const Action* b) { return group(*a) < group(*b); });
  return actions;
}

json to_json(const std::string& cloud, const Action& action) {
  json object{{"cloud", cloud},
              {"verb", action.verb()},
              {"policy", action.policy},
              {"server", action.server.str()},
              {"serverName", printable(action.server_name)},
              {"dataset", action.dataset},
              {"reason", action.reason},
              {"message", printable(action.message)}};
  if (const auto* create = std::get_if<CreatePoint>(&action.what)) {
    object["slot"] = format_utc(create->slot);
    object["point"] = create->point;
    object["cost"] = {{"snapshots", create->volumes.size()}, {"gigabytes", create->gib()}};
    for (const auto& volume : create->volumes) {
      object["volumes"].push_back(volume.id.str());
    }
  } else if (const auto* attempt = attempt_of(action)) {
    object["slot"] = format_utc(attempt->slot);
    object["point"] = attempt->point;
    object["attempt"] = attempt->id;
    for (const auto& member : attempt->members) {
      object["snapshots"].push_back(member.snapshot.id.str());
    }
  } else if (const auto* wait = std::get_if<Wait>(&action.what)) {
    object["until"] = format_utc(wait->until);
  } else if (const auto* blocked = std::get_if<Blocked>(&action.what)) {
    object["kind"] = support::to_string(blocked->kind);
  }
  return object;
}

json to_json(const std::string& cloud, const Orphan& orphan) {
  json object{{"cloud", cloud},
              {"policy", orphan.series.policy},
              {"server", orphan.series.server.str()},
              {"serverName", printable(orphan.server_name)},
              {"dataset", orphan.series.dataset},
              {"why", orphan.why},
              {"points", orphan.points},
              {"gigabytes", orphan.gib}};
  if (orphan.newest) {
    object["newest"] = format_utc(*orphan.newest);
  }
  return object;
}

/// Series of policies that were not given are counted only: whoever looks at one policy has the others elsewhere.
std::string render_orphans(const std::vector<Orphan>& orphans) {
  std::string text;
  std::map<std::string, std::pair<int, int>> unknown;  // policy: series, points
  for (const auto& orphan : orphans) {
    if (orphan.why == "PolicyUnknown") {
      ++unknown[orphan.series.policy].first;
      unknown[orphan.series.policy].second += orphan.points;
      continue;
    }
    text += "  policy " + printable(orphan.series.policy) + ", server " + printable(orphan.server_name) + " (" +
            printable(orphan.series.server.str()) + "), dataset " + printable(orphan.series.dataset) + ": " +
            support::count_of(static_cast<size_t>(orphan.points), "point") + ", " + std::to_string(orphan.gib) +
            " GiB, newest " + (orphan.newest ? format_utc(*orphan.newest) : "-") + "  " + orphan.why + "\n";
  }
  for (const auto& [policy, counts] : unknown) {
    text += "  policy " + printable(policy) + " is not among those given: " + std::to_string(counts.first) +
            " series, " + support::count_of(static_cast<size_t>(counts.second), "point") + "\n";
  }
  return text.empty() ? "" : "\nOrphaned, and pruned by no rule:\n" + text;
}

}  // namespace

std::string render_text(const Plan& plan, Colour colour) {
  std::string text;
  const Action* previous = nullptr;
  for (const Action* action : grouped(plan)) {
    const bool new_policy = previous == nullptr || previous->policy != action->policy;
    const bool new_server = new_policy || previous->server != action->server;
    if (new_policy) {
      text += (action->policy.empty() ? "all policies" : "policy " + action->policy) + "\n";
    }
    if (new_server && !action->server.empty()) {
      text += "  server " + printable(action->server_name) + " (" + printable(action->server.str()) + ")\n";
    }
    if ((new_server || previous->dataset != action->dataset) && !action->dataset.empty()) {
      text += "    dataset " + action->dataset + "\n";
    }
    const Look look = look_of(*action);
    const std::string object = object_of(*action);
    const std::string line = std::string(look.sign) + " " + std::string(action->verb()) +
                             (object.empty() ? "" : " " + object) + "  " + action->reason + ": " +
                             printable(action->message);
    text.append("      ").append(colour == Colour::On ? look.colour : "").append(line);
    text += colour == Colour::On ? "\x1b[0m\n" : "\n";
    previous = action;
  }
  if (plan.actions.empty()) {
    return "Nothing to do: what exists is what the policies ask for.\n" + render_orphans(plan.orphans);
  }
  const auto counts = plan.counts();
  text += "\nPlan: ";
  text += std::to_string(counts.at("create")) + " to create, " + std::to_string(counts.at("relabel")) +
          " to relabel, " + std::to_string(counts.at("prune")) + " to prune, " + std::to_string(counts.at("sweep")) +
          " to sweep, " + std::to_string(counts.at("wait")) + " waiting, " + std::to_string(counts.at("blocked")) +
          " blocked.\n";
  return text + render_orphans(plan.orphans);
}

std::string render_json(const std::vector<CloudPlan>& plans) {
  json clouds = json::array();
  json actions = json::array();
  json orphans = json::array();
  std::map<std::string, int> counts = Plan().counts();
  for (const auto& [cloud, plan] : plans) {
    clouds.push_back(cloud);
    for (const auto& action : plan.actions) {
      actions.push_back(to_json(cloud, action));
      ++counts[std::string(action.verb())];
    }
    for (const auto& orphan : plan.orphans) {
      orphans.push_back(to_json(cloud, orphan));
    }
  }
  json root = json::object();
  root["apiVersion"] = "stillpoint.dev/v1alpha1";
  root["kind"] = "Plan";
  root["clouds"] = std::move(clouds);
  root["counts"] = counts;
  root["actions"] = std::move(actions);
  root["orphans"] = std::move(orphans);
  return root.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace stillpoint::planner
