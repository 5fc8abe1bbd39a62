#include <chrono>

#include "lifecycle.hpp"
#include "services.hpp"

namespace stillpoint::cloudsim {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Response done() {
  return json_response(200, Json::object());
}

template <class Row>
Row& require(Table<Row>& table, const std::string& id) {
  Row* row = table.find(id);
  if (!row) refuse_not_found(id + " could not be found.");
  return *row;
}

Response faults(State& state, const Request& request, const Json& body) {
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

/// A status that is forced is only a word: no data are copied. `cut_delay_ms` has the copy made, after that time.
Response force_snapshot(State& state, const std::string& id, const Json& body) {
  Snapshot& snapshot = require(state.snapshots, id);
  if (body.contains("status")) {
    snapshot.status = text_field(body, "status");
    snapshot.updated_at = state.now();
    ++snapshot.generation;
  }
  if (body.contains("cut_delay_ms")) schedule_cut(state, snapshot, milliseconds(body["cut_delay_ms"].get<long>()));
  if (body.contains("fails")) snapshot.fails = body["fails"].get<bool>();
  return done();
}

Response force_volume(State& state, const std::string& id, const Json& body) {
  Volume& volume = require(state.volumes, id);
  if (body.contains("status")) volume.status = text_field(body, "status");
  if (body.contains("cut_delay_ms")) volume.cut_delay = milliseconds(body["cut_delay_ms"].get<long>());
  if (body.contains("snapshots_fail")) volume.snapshots_fail = body["snapshots_fail"].get<bool>();
  return done();
}

Response force_server(State& state, const std::string& id, const Json& body) {
  Server& server = require(state.servers, id);
  if (body.contains("status")) server.status = text_field(body, "status");
  if (body.contains("metadata")) server.metadata = body["metadata"].get<Metadata>();
  if (body.contains("addresses")) {
    server.addresses.clear();
    for (const auto& entry : body["addresses"]) {
      server.addresses.push_back({text_field(entry, "network"), text_field(entry, "address")});
    }
  }
  return done();
}

Response change_settings(State& state, const Json& body) {
  Settings& settings = state.settings;
  for (const auto& [name, value] : body.items()) {
    if (name == "cut_delay_ms") {
      settings.cut_delay = milliseconds(value.get<long>());
    } else if (name == "delete_delay_ms") {
      settings.delete_delay = milliseconds(value.get<long>());
    } else if (name == "token_lifetime_s") {
      settings.token_lifetime = seconds(value.get<long>());
    } else if (name == "clock_offset_s") {
      settings.clock_offset = seconds(value.get<long>());
    } else if (name == "page_limit") {
      settings.page_limit = value.get<long>();
    } else if (name == "clones_keep_snapshots") {
      settings.clones_keep_snapshots = value.get<bool>();
    } else if (name == "quota") {
      for (const auto& [resource, limit] : value.items()) settings.quota[resource] = limit.get<long>();
    } else {
      refuse_bad_request("there is no setting " + name);
    }
  }
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
    if (what == "settings" && post) return change_settings(state, body);
    if (what == "requests") return requests(state, request.method);
    if (what == "tokens" && request.method == "DELETE") {
      state.tokens.clear();
      return done();
    }
  }
  if (segments.size() == 2 && post) {
    if (what == "snapshots") return force_snapshot(state, segments[1], body);
    if (what == "volumes") return force_volume(state, segments[1], body);
    if (what == "servers") return force_server(state, segments[1], body);
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
