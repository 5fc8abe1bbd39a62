#include "faults.hpp"

#include <utility>

#include "fault_kinds.hpp"

namespace stillpoint::cloudsim {

namespace {

/// A number that looks random and is the same on every machine (FNV-1a, then SplitMix64's finish).
uint64_t draw(uint64_t seed, const std::string& what, uint64_t occurrence) {
  uint64_t hash = 14695981039346656037ULL ^ seed;
  for (const char c : what) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  hash += occurrence * 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebULL;
  return hash ^ (hash >> 31U);
}

/// The path with every id replaced, since ids differ from run to run.
std::string without_ids(const std::string& path) {
  static const std::regex id("[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
  return std::regex_replace(path, id, "ID");
}

bool is_for(const FaultRule& rule, const Request& request, const std::string& raw) {
  return (rule.method.empty() || rule.method == request.method) && std::regex_search(raw, rule.path);
}

}  // namespace

void Faults::begin(const FaultPlan& plan) {
  std::vector<FaultRule> planned;
  auto names = plan.kinds;
  if (names.empty()) {
    for (const auto& kind : fault_kinds()) {
      if (kind.healing == Healing::ByItself) names.push_back(kind.name);
    }
  }
  for (const auto& name : names) {
    planned.push_back(read_fault_rule({{"kind", name}, {"longest_ms", plan.longest.count()}}));
  }
  plan_ = plan;
  planned_ = std::move(planned);
  occurred_.clear();
  injected_.clear();
}

void Faults::clear() {
  rules_.clear();
  plan_.reset();
  planned_.clear();
}

std::optional<Fault> Faults::by_rule(const Request& request, const std::string& raw) {
  for (auto& rule : rules_) {
    if (rule.count == 0 || !is_for(rule, request, raw)) continue;
    if (rule.skip > 0) {
      --rule.skip;
      continue;
    }
    if (++rule.seen % rule.every != 0) continue;
    if (rule.probability < 1.0 && std::uniform_real_distribution<>()(rule.random) >= rule.probability) continue;
    if (rule.count > 0) --rule.count;
    ++rule.hits;
    return rule.fault;
  }
  return std::nullopt;
}

std::optional<Fault> Faults::by_plan(const Request& request, const std::string& raw) {
  if (!plan_) return std::nullopt;
  const std::string what = request.method + " " + without_ids(request.path);
  const uint64_t occurrence = ++occurred_[what];
  constexpr double kWhole = 18446744073709551616.0;
  if (static_cast<double>(draw(plan_->seed, what, occurrence)) / kWhole >= plan_->rate) return std::nullopt;
  std::vector<FaultRule*> fitting;
  for (auto& rule : planned_) {
    if (is_for(rule, request, raw)) fitting.push_back(&rule);
  }
  if (fitting.empty()) return std::nullopt;
  return fitting[draw(plan_->seed + 1, what, occurrence) % fitting.size()]->fault;
}

std::optional<Fault> Faults::take(const Request& request, const std::string& raw_path_and_query) {
  auto fault = by_rule(request, raw_path_and_query);
  if (!fault) fault = by_plan(request, raw_path_and_query);
  if (fault) ++injected_[fault->kind];
  return fault;
}

Json Faults::report() const {
  Json rules = Json::array();
  for (const auto& rule : rules_) {
    rules.push_back({{"kind", rule.fault.kind},
                     {"method", rule.method},
                     {"path_regex", rule.pattern},
                     {"left", rule.count},
                     {"hits", rule.hits}});
  }
  return {{"rules", rules}, {"injected", injected_}};
}

}  // namespace stillpoint::cloudsim
