#include "planner/render.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <tuple>

#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using support::format_utc;
using support::printable;

struct Look {
  std::string_view sign;
  std::string_view colour;  // ANSI
};

Look look_of(const Action& action) {
  // In the order of the alternatives of Action::what.
  static constexpr std::array<Look, 8> kLooks{{{"+", "\x1b[32m"},
                                               {"~", "\x1b[36m"},
                                               {"~", "\x1b[36m"},
                                               {"-", "\x1b[31m"},
                                               {"x", "\x1b[31m"},
                                               {"o", "\x1b[2m"},
                                               {".", "\x1b[2m"},
                                               {"!", "\x1b[33m"}}};
  return kLooks[action.what.index()];
}

std::string object_of(const Action& action) {
  if (const auto* create = std::get_if<CreatePoint>(&action.what)) {
    return "point " + format_utc(create->slot);
  }
  if (const auto* skip = std::get_if<Skip>(&action.what)) {
    return "slot " + format_utc(skip->slot);
  }
  if (const auto* attempt = action.attempt()) {
    const bool is_point = std::holds_alternative<Prune>(action.what) || std::holds_alternative<Complete>(action.what);
    return (is_point ? "point " : "attempt at ") + format_utc(attempt->slot);
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

/// What is left alone, counted for each dataset and reason: a project may have thousands.
std::string render_strangers(const std::vector<Stranger>& strangers) {
  std::map<std::tuple<inventory::SeriesKey, std::string>, std::vector<const Stranger*>> groups;
  for (const auto& stranger : strangers) {
    groups[{stranger.series, stranger.why}].push_back(&stranger);
  }
  std::string text;
  for (const auto& [key, members] : groups) {
    const auto& [series, why] = key;
    const auto& first = *members.front();
    text += series.dataset.empty() ? "  of volumes that nothing selects: "
                                   : "  policy " + series.policy + ", server " + printable(series.server.str()) +
                                         ", dataset " + series.dataset + ": ";
    text += support::count_of(members.size(), "snapshot") + ", such as " + printable(first.id.str()) + " '" +
            printable(first.name) + "'  " + why + ": " + printable(first.message) + "\n";
  }
  return text.empty() ? "" : "\nNot this installation's, and left alone:\n" + text;
}

/// What the changes cost; nothing if they cost nothing.
std::string render_cost(const Plan& plan) {
  Cost taken;
  Cost freed;
  for (const auto& action : plan.actions) {
    const auto cost = action.cost();
    (cost.snapshots > 0 ? taken : freed).snapshots += cost.snapshots;
    (cost.snapshots > 0 ? taken : freed).gib += cost.gib;
    taken.hold += cost.hold;
  }
  const auto amount = [](const Cost& cost) {
    return support::count_of(static_cast<size_t>(std::abs(cost.snapshots)), "snapshot") + " and " +
           std::to_string(std::abs(cost.gib)) + " GiB";
  };
  std::vector<std::string> parts;
  if (taken.snapshots > 0) {
    parts.push_back(amount(taken) + " more of the quotas");
  }
  if (freed.snapshots < 0) {
    parts.push_back(amount(freed) + " freed");
  }
  if (taken.hold.count() > 0) {
    parts.push_back("holds of " + support::format_duration(taken.hold) + " together at most");
  }
  return parts.empty() ? "" : "Cost: " + support::join(parts, ", ") + ".\n";
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
    const size_t depth = !action->dataset.empty() ? 6 : !action->server.empty() ? 4 : 2;
    text.append(depth, ' ').append(colour == Colour::On ? look.colour : "").append(line);
    text += colour == Colour::On ? "\x1b[0m\n" : "\n";
    previous = action;
  }
  const std::string shown = render_orphans(plan.orphans) + render_strangers(plan.strangers);
  if (plan.is_settled()) {
    return text + (text.empty() ? "" : "\n") + "Nothing to do: what exists is what the policies ask for" +
           (text.empty() ? "" : " now") + ".\n" + shown;
  }
  const auto counts = plan.counts();
  text += "\nPlan: ";
  text += std::to_string(counts.at("create")) + " to create, " + std::to_string(counts.at("complete")) +
          " to complete, " + std::to_string(counts.at("relabel")) + " to relabel, " +
          std::to_string(counts.at("prune")) + " to prune, " + std::to_string(counts.at("sweep")) + " to sweep, " +
          std::to_string(counts.at("skip")) + " skipped, " + std::to_string(counts.at("wait")) + " waiting, " +
          std::to_string(counts.at("blocked")) + " blocked.\n";
  return text + render_cost(plan) + shown;
}

}  // namespace stillpoint::planner
