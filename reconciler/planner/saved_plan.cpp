#include "planner/saved_plan.hpp"

#include <initializer_list>
#include <nlohmann/json.hpp>

#include <utility>

#include "planner/action_json.hpp"
#include "support/text.hpp"

namespace stillpoint::planner {
namespace {

using nlohmann::json;
using support::Error;
using support::ErrorKind;
using support::Result;

/// The fields of `action` that are there, as one text.
std::string fields(const json& action, std::initializer_list<const char*> names) {
  json picked = json::object();
  for (const char* name : names) {
    if (const auto found = action.find(name); found != action.end()) {
      picked[name] = *found;
    }
  }
  return picked.dump(-1, ' ', true, json::error_handler_t::replace);
}

bool is_create(const json& action) {
  return action.value("verb", "") == "create";
}

/// All that decides what is done. The message of a point that is made says how it is held; others tell reasons, which
/// may be told anew.
std::string in_full(const json& action) {
  return fields(action, {"verb", "policy", "server", "dataset", "slot", "point", "attempt", "how", "snapshots",
                         "volumes", "cost", "terms"}) +
         (is_create(action) ? action.value("message", "") : "");
}

std::string object_of(const json& action) {
  return fields(action, {"verb", "policy", "server", "dataset", "slot", "point", "attempt", "how"});
}

ApprovedChanges::Change read_change(const json& action) {
  return {in_full(action), object_of(action),
          support::printable(action.value("verb", "") + " " + action.value("policy", "") + "/" +
                             action.value("serverName", "") + "/" + action.value("dataset", "") + " " +
                             action.value("slot", ""))};
}

bool is_change(const json& action) {
  const auto verb = action.value("verb", "");
  return verb != "skip" && verb != "wait" && verb != "blocked";
}

Error no_plan(const std::string& why) {
  return {ErrorKind::InvalidInput, "it is not a plan that `stillpoint diff --out` has written: " + why};
}

/// Reads what is known to be an object.
Result<SavedPlan> read_document(const json& document, support::WallTime now) {
  SavedPlan saved;
  const auto made_at = support::parse_utc(document.value("madeAt", ""));
  if (!made_at) {
    return tl::unexpected(no_plan("madeAt is no instant"));
  }
  saved.made_at = *made_at;
  saved.wishes.installation = document.value("installation", "");
  if (document.value("allowMassDelete", false)) {
    saved.wishes.mass_delete = retention::MassDelete::Allow;
  }
  if (const auto slot = document.find("slotNow"); slot != document.end()) {
    const auto instant = support::parse_utc(slot->get<std::string>());
    if (!instant) {
      return tl::unexpected(no_plan("slotNow is no instant"));
    }
    if (now - *instant > kSavedNowLives) {
      return tl::unexpected(Error(ErrorKind::InvalidInput, "the plan was made with --now at " +
                                                               support::format_utc(*instant) +
                                                               ", and is good for one hour; make a new one"));
    }
    saved.wishes.slot_now = *instant;
  }
  std::map<std::string, std::vector<ApprovedChanges::Change>> changes;
  for (const auto& cloud : document.at("clouds")) {
    changes[cloud.get<std::string>()];
  }
  for (const auto& action : document.at("actions")) {
    if (is_change(action)) {
      changes[action.at("cloud").get<std::string>()].push_back(read_change(action));
    }
  }
  for (auto& [cloud, of_cloud] : changes) {
    saved.clouds.emplace(cloud, ApprovedChanges(std::move(of_cloud)));
  }
  return saved;
}

}  // namespace

ApprovedChanges::ApprovedChanges(std::vector<Change> changes) {
  for (auto& change : changes) {
    titles_.emplace(std::move(change.in_full), std::move(change.title));
    objects_.insert(std::move(change.object));
  }
}

std::vector<std::string> ApprovedChanges::differences(const Plan& plan) const {
  std::vector<std::string> differences;
  auto missing = titles_;
  for (const auto& action : plan.actions) {
    if (!action.changes()) {
      continue;
    }
    const auto change = read_change(to_json(action));
    if (missing.erase(change.in_full) == 0) {
      differences.push_back("not in the saved plan: " + change.title);
    }
  }
  for (const auto& [change, title] : missing) {
    differences.push_back("not to be done any more: " + title);
  }
  return differences;
}

void ApprovedChanges::restrict(Plan& plan) const {
  std::erase_if(plan.actions, [&](const Action& action) {
    return action.changes() && !objects_.contains(object_of(to_json(action)));
  });
}

Result<SavedPlan> read_saved_plan(std::string_view text, support::WallTime now) {
  try {
    const auto document = json::parse(text);
    if (!document.is_object() || document.value("apiVersion", "") != "stillpoint.dev/v1alpha1" ||
        document.value("kind", "") != "Plan") {
      return tl::unexpected(no_plan("apiVersion or kind is another"));
    }
    return read_document(document, now);
  } catch (const json::exception& error) {
    // The library's text may quote the file.
    return tl::unexpected(no_plan(support::printable(error.what())));
  }
}

}  // namespace stillpoint::planner
