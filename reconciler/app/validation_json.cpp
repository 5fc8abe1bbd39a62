#include "app/validation_json.hpp"

#include <nlohmann/json.hpp>

#include "policy/diagnostics.hpp"
#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using nlohmann::json;

json to_json(const policy::Policy& policy, support::WallTime now) {
  json object{{"name", policy.name},
              {"file", policy.mark.file},
              {"line", policy.mark.line},
              {"suspended", policy.suspend},
              {"deleted", policy.is_tombstone()}};
  object["datasets"] = json::array();
  for (const auto& dataset : policy.datasets) {
    object["datasets"].push_back(dataset.name);
  }
  const auto schedule = schedule::compile(policy.schedule);
  const auto next = schedule && !policy.is_tombstone() ? schedule->next_after(now) : std::nullopt;
  object["nextSlot"] = next ? json(support::format_utc(*next)) : json(nullptr);
  return object;
}

json to_json(const support::Error& error, const CheckedPolicies& checked) {
  json object{{"message", error.message()}, {"text", error.to_string()}};
  if (!error.remedy().empty()) {
    object["remedy"] = error.remedy();
  }
  if (!error.context().empty()) {
    object["path"] = error.context().front();
  }
  if (!error.mark()) {
    return object;
  }
  object["file"] = error.mark()->file;
  if (error.mark()->line > 0) {
    object["line"] = error.mark()->line;
    object["column"] = error.mark()->column;
  }
  const auto source = checked.sources.find(error.mark()->file);
  const auto excerpt = source == checked.sources.end() ? std::nullopt : policy::excerpt_of(error, source->second);
  if (excerpt) {
    object["source"] = excerpt->text;
    object["caret"] = excerpt->caret;
  }
  return object;
}

}  // namespace

std::string validation_json(const CheckedPolicies& checked, support::WallTime now) {
  json root = json::object();
  root["apiVersion"] = "stillpoint.dev/v1alpha1";
  root["kind"] = "Validation";
  root["valid"] = checked.ok();
  root["policies"] = json::array();
  for (const auto& policy : checked.policies) {
    root["policies"].push_back(to_json(policy, now));
  }
  root["errors"] = json::array();
  for (const auto& error : checked.errors) {
    root["errors"].push_back(to_json(error, checked));
  }
  return root.dump(2, ' ', true, json::error_handler_t::replace) + "\n";
}

}  // namespace stillpoint::app
