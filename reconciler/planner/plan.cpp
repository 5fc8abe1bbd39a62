#include "planner/plan.hpp"

#include <algorithm>
#include <array>

namespace stillpoint::planner {
namespace {

// In the order of the alternatives of Action::what.
constexpr std::array<std::string_view, 8> kVerbs{"create", "complete", "relabel", "prune",
                                                 "sweep",  "skip",     "wait",    "blocked"};

template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

template <class What>
bool any(const Plan& plan) {
  return std::any_of(plan.actions.begin(), plan.actions.end(),
                     [](const Action& action) { return std::holds_alternative<What>(action.what); });
}

}  // namespace

int CreatePoint::gib() const {
  int total = 0;
  for (const auto& volume : volumes) {
    total += volume.size_gib;
  }
  return total;
}

std::string_view Action::verb() const {
  return kVerbs[what.index()];
}

bool Action::changes() const {
  return !std::holds_alternative<Skip>(what) && !std::holds_alternative<Wait>(what) &&
         !std::holds_alternative<Blocked>(what);
}

const inventory::Attempt* Action::attempt() const {
  return std::visit(
      Overloaded{[](const Complete& complete) { return &complete.attempt; },
                 [](const Relabel& relabel) { return &relabel.attempt; },
                 [](const Prune& prune) { return &prune.attempt; }, [](const Sweep& sweep) { return &sweep.attempt; },
                 [](const auto&) -> const inventory::Attempt* { return nullptr; }},
      what);
}

Cost Action::cost() const {
  if (const auto* create = std::get_if<CreatePoint>(&what)) {
    return {static_cast<int>(create->volumes.size()), create->gib(), create->max_hold};
  }
  if (std::holds_alternative<Prune>(what) || std::holds_alternative<Sweep>(what)) {
    return {-static_cast<int>(attempt()->members.size()), -attempt()->size_gib(), {}};
  }
  return {};
}

bool Plan::has_changes() const {
  return std::any_of(actions.begin(), actions.end(), [](const Action& action) { return action.changes(); });
}

bool Plan::creates() const {
  return std::any_of(actions.begin(), actions.end(),
                     [](const Action& action) { return std::holds_alternative<CreatePoint>(action.what); });
}

bool Plan::is_settled() const {
  return std::all_of(actions.begin(), actions.end(),
                     [](const Action& action) { return std::holds_alternative<Skip>(action.what); });
}

bool Plan::has_blocked() const {
  return any<Blocked>(*this);
}

std::map<std::string, int> Plan::counts() const {
  std::map<std::string, int> counts;
  for (const auto verb : kVerbs) {
    counts[std::string(verb)] = 0;
  }
  for (const auto& action : actions) {
    ++counts[std::string(action.verb())];
  }
  return counts;
}

}  // namespace stillpoint::planner
