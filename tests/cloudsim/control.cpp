#include <chrono>

#include "force.hpp"
#include "services.hpp"

namespace stillpoint::cloudsim {

namespace {

Response done() {
  return json_response(200, Json::object());
}

Response faults(State& state, const Request& request, const Json& body) {
  if (request.method == "GET") return json_response(200, state.faults.report());
  if (request.method == "DELETE") {
    state.faults.clear();
    return done();
  }
  if (request.method != "POST") refuse_no_such_path();
  if (!body.is_array()) {
    state.faults.add(body);
    return done();
  }
  for (const auto& rule : body) state.faults.add(rule);
  return done();
}

Response list_fault_kinds() {
  Json kinds = Json::array();
  for (const auto& kind : fault_kinds()) {
    kinds.push_back({{"name", kind.name}, {"what", kind.what}, {"heals", kind.healing == Healing::ByItself}});
  }
  return json_response(200, {{"kinds", kinds}});
}

Response begin_plan(State& state, const Json& body) {
  FaultPlan plan;
  for (const auto& [name, value] : body.items()) {
    if (name == "seed") {
      plan.seed = value.get<uint64_t>();
    } else if (name == "rate") {
      plan.rate = value.get<double>();
    } else if (name == "kinds") {
      plan.kinds = value.get<std::vector<std::string>>();
    } else if (name == "longest_ms") {
      plan.longest = std::chrono::milliseconds(value.get<long>());
    } else {
      refuse_bad_request("a plan of faults has no field " + name);
    }
  }
  state.faults.begin(plan);
  return done();
}

/// Does the request change something in the cloud? Logging in does not.
bool is_write(const std::string& method, const std::string& path) {
  return method != "GET" && method != "HEAD" && path != "/identity/v3/auth/tokens";
}

Response requests(State& state, const std::string& method) {
  if (method == "DELETE") {
    state.served.clear();
    return done();
  }
  if (method != "GET") refuse_no_such_path();
  Json list = Json::array();
  long writes = 0;
  for (const auto& [what, count] : state.served) {
    list.push_back({{"method", what.first}, {"path", what.second}, {"count", count}});
    if (is_write(what.first, what.second)) writes += count;
  }
  return json_response(200, {{"requests", list}, {"writes", writes}});
}

Response dispatch(State& state, const Request& request, const std::vector<std::string>& segments, const Json& body) {
  const std::string what = segments.empty() ? std::string() : segments[0];
  const bool post = request.method == "POST";
  if (segments.size() == 1) {
    if (what == "faults") return faults(state, request, body);
    if (what == "fault-kinds" && request.method == "GET") return list_fault_kinds();
    if (what == "fault-plan" && post) return begin_plan(state, body);
    if (what == "settings" && post) {
      change_settings(state, body);
      return done();
    }
    if (what == "journal" && request.method == "GET") {
      const auto since = read_number(request.param("since").value_or("0"));
      if (!since || *since < 0) refuse_bad_request("since: expected the number of an event");
      return json_response(200, state.journal.since(static_cast<uint64_t>(*since)));
    }
    if (what == "requests") return requests(state, request.method);
    if (what == "tokens" && request.method == "DELETE") {
      state.tokens.clear();
      return done();
    }
  }
  if (segments.size() == 2 && post) {
    if (what == "snapshots") {
      force_snapshot(state, segments[1], body);
      return done();
    }
    if (what == "volumes") {
      force_volume(state, segments[1], body);
      return done();
    }
    if (what == "servers") {
      force_server(state, segments[1], body);
      return done();
    }
  }
  refuse_no_such_path();
}

}  // namespace

Response control(State& state, const Request& request, const std::string& path) {
  const Json body = request.body.empty() ? Json::object() : Json::parse(request.body, nullptr, false);
  if (body.is_discarded()) refuse_bad_request("Malformed request body");
  return dispatch(state, request, path_segments(path), body);
}

}  // namespace stillpoint::cloudsim
