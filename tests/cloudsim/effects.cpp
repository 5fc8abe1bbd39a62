#include "effects.hpp"

#include <mutex>

#include "force.hpp"

namespace stillpoint::cloudsim {

namespace {

bool happens_after(const Json& effect) {
  return text_field(effect, "when") == "after" || text_field(effect, "snapshot") == "made" ||
         text_field(effect, "volume") == "made";
}

/// The id behind the word, or nothing if the request has none such.
std::string id_of(const std::string& which, const std::string& object, const Request& request, const Response* answer) {
  if (which == "marker") return request.param("marker").value_or("");
  if (which == "path") {
    const auto segments = path_segments(request.path);
    for (size_t i = 0; i + 1 < segments.size(); ++i) {
      if (segments[i] == object + "s") return segments[i + 1];
    }
    return {};
  }
  if (which != "body" && which != "made") return which;
  const Json body = Json::parse(which == "body" || !answer ? request.body : answer->body, nullptr, false);
  if (!body.is_object() || !body.contains("snapshot") || !body["snapshot"].is_object()) return {};
  return text_field(body["snapshot"], object == "volume" ? "volume_id" : "id");
}

void apply(State& state, const Json& effect, const Request& request, const Response* answer) {
  if (effect.contains("settings")) return change_settings(state, effect["settings"]);
  const std::string object = effect.contains("volume") ? "volume" : "snapshot";
  const std::string id = id_of(text_field(effect, object), object, request, answer);
  const bool is_there = object == "volume" ? state.volumes.find(id) != nullptr : state.snapshots.find(id) != nullptr;
  if (!is_there) return;
  Json what = effect;
  what.erase(object);
  what.erase("when");
  object == "volume" ? force_volume(state, id, what) : force_snapshot(state, id, what);
}

}  // namespace

void apply_effect(State& state, const Json& effect, const Request& request, const Response* answer) {
  if (effect.is_null() || happens_after(effect) != (answer != nullptr)) return;
  const std::lock_guard lock(state.mutex);
  apply(state, effect, request, answer);
}

}  // namespace stillpoint::cloudsim
