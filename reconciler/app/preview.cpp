#include "app/preview.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "app/each_cloud.hpp"
#include "executor/pass.hpp"
#include "planner/render.hpp"

namespace stillpoint::app {
namespace {

using inventory::SeriesKey;
using planner::Action;
using planner::Plan;
using policy::Policy;

/// Attempts that a plan prunes, each with its series.
std::map<std::string, SeriesKey> prunes_of(const Plan& plan) {
  std::map<std::string, SeriesKey> prunes;
  for (const auto& action : plan.actions) {
    if (const auto* prune = std::get_if<planner::Prune>(&action.what)) {
      prunes.emplace(prune->attempt.id, action.series());
    }
  }
  return prunes;
}

/// How many points the hardest hit series of each policy loses.
std::map<std::string, int> most_lost(const Plan& plan) {
  std::map<SeriesKey, int> lost;
  for (const auto& [attempt, key] : prunes_of(plan)) {
    ++lost[key];
  }
  std::map<std::string, int> most;
  for (const auto& [key, count] : lost) {
    most[key.policy] = std::max(most[key.policy], count);
  }
  return most;
}

/// The drafts' previews in one cloud.
class CloudPreview {
 public:
  CloudPreview(const CloudTask& task, std::vector<Draft>& drafts, const Options& options, Preview& preview)
      : task_(task), drafts_(drafts), options_(options), preview_(preview) {}

  void look(const planner::Observed& observed, support::WallTime now) {
    observed_ = &observed;
    now_ = now;
    const auto before = prunes_of(plan(as_stored(), retention::MassDelete::Refuse));
    auto plan_now = plan(as_drafted(), retention::MassDelete::Refuse);
    if (options_.allow_mass_delete && is_held_back(plan_now)) {
      permit(most_lost(plan(as_drafted(), retention::MassDelete::Allow)));
      plan_now = plan(as_drafted(), retention::MassDelete::Refuse);
    }
    preview_.held_back = preview_.held_back || is_held_back(plan_now);
    restrict(plan_now);
    count(prunes_of(plan_now), before);
    preview_.text += (task_.prefix.empty() ? "" : "cloud " + title_of(task_.name) + "\n") +
                     planner::render_text(plan_now, planner::Colour::Off);
  }

 private:
  Plan plan(const std::vector<Policy>& policies, retention::MassDelete mass_delete) const {
    planner::Wishes wishes;
    wishes.installation = options_.installation;
    wishes.mass_delete = mass_delete;
    return planner::plan(policies, *observed_, wishes, now_);
  }
  const Draft* draft_of(const std::string& name) const {
    const auto draft =
        std::find_if(drafts_.begin(), drafts_.end(), [&](const Draft& one) { return one.policy.name == name; });
    return draft == drafts_.end() ? nullptr : &*draft;
  }
  /// The cloud's policies with what the store has in place of the drafts.
  std::vector<Policy> as_stored() const {
    std::vector<Policy> policies;
    for (const auto& policy : task_.policies) {
      const Draft* draft = draft_of(policy.name);
      if (draft == nullptr || (draft->stored && draft->stored->policy.cloud == policy.cloud)) {
        policies.push_back(draft == nullptr ? policy : draft->stored->policy);
      }
    }
    return policies;
  }
  std::vector<Policy> as_drafted() const {
    std::vector<Policy> policies;
    for (const auto& policy : task_.policies) {
      const Draft* draft = draft_of(policy.name);
      policies.push_back(draft == nullptr ? policy : draft->policy);
    }
    return policies;
  }
  /// By a guard of one of the drafts' series, or by the one over all series.
  bool is_held_back(const Plan& plan) const {
    return std::any_of(plan.actions.begin(), plan.actions.end(), [&](const Action& action) {
      return action.reason == "PruneBlocked" && (action.policy.empty() || draft_of(action.policy) != nullptr);
    });
  }
  void permit(const std::map<std::string, int>& most) {
    for (auto& draft : drafts_) {
      const auto lost = most.find(draft.policy.name);
      if (lost != most.end()) {
        permit_mass_delete(draft, lost->second);
      }
    }
  }
  /// What the plan has of others is not what was asked.
  void restrict(Plan& plan) const {
    std::erase_if(plan.actions,
                  [&](const Action& action) { return !action.policy.empty() && draft_of(action.policy) == nullptr; });
    std::erase_if(plan.orphans,
                  [&](const planner::Orphan& orphan) { return draft_of(orphan.series.policy) == nullptr; });
    plan.strangers.clear();
  }
  void count(const std::map<std::string, SeriesKey>& after, const std::map<std::string, SeriesKey>& before) {
    std::set<SeriesKey> series;
    for (const auto& [attempt, key] : after) {
      if (!before.contains(attempt)) {
        ++preview_.pruned;
        series.insert(key);
      }
    }
    preview_.series += static_cast<int>(series.size());
  }

  const CloudTask& task_;
  std::vector<Draft>& drafts_;
  const Options& options_;
  Preview& preview_;
  const planner::Observed* observed_ = nullptr;
  support::WallTime now_;
};

/// The policies of the clouds that the drafts are for: another one may be away.
std::vector<Policy> of_same_clouds(std::vector<Policy> policies, const std::vector<Draft>& drafts,
                                   const Options& options) {
  const auto cloud = [&](const Policy& policy) { return policy.cloud.empty() ? options.os_cloud : policy.cloud; };
  std::set<std::string> clouds;
  for (const auto& draft : drafts) {
    clouds.insert(cloud(draft.policy));
  }
  std::erase_if(policies, [&](const Policy& policy) { return !clouds.contains(cloud(policy)); });
  return policies;
}

}  // namespace

Preview preview(std::vector<Draft>& drafts, const std::vector<Policy>& stored, const Options& options,
                support::Clock& clock, support::Log& log) {
  Preview preview;
  telemetry::Metrics metrics;
  const auto policies = of_same_clouds(with_drafts(stored, drafts), drafts, options);
  const auto ended = for_each_cloud_of(policies, options, clock, metrics, log,
                                       [&](const CloudTask& task) -> support::Result<ExitCode> {
                                         auto observed = executor::observe(task.cloud, clock);
                                         if (!observed) {
                                           return support::pass_on(std::move(observed));
                                         }
                                         CloudPreview(task, drafts, options, preview).look(*observed, clock.wall_now());
                                         return ExitCode::Ok;
                                       });
  preview.code = ended.code;
  return preview;
}

}  // namespace stillpoint::app
