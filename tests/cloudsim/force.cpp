#include "force.hpp"

#include <chrono>
#include <set>

#include "lifecycle.hpp"

namespace stillpoint::cloudsim {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

template <class Row>
Row& require(Table<Row>& table, const std::string& id) {
  Row* row = table.find(id);
  if (!row) refuse_not_found(id + " could not be found.");
  return *row;
}

void require_fields(const Json& what, const std::set<std::string>& known) {
  for (const auto& [name, value] : what.items()) {
    if (!known.contains(name)) refuse_bad_request("there is nothing to force by the name " + name);
  }
}

void force_volume_status(State& state, Volume& volume, const Json& what) {
  const std::string before = volume.status;
  volume.status = text_field(what, "status");
  if (!what.contains("status_ms") || before == volume.status) return;
  state.worker.run_after(milliseconds(what["status_ms"].get<long>()),
                         [&state, id = volume.id, forced = volume.status, before] {
                           const std::lock_guard lock(state.mutex);
                           Volume* still = state.volumes.find(id);
                           if (still && still->status == forced) still->status = before;
                         });
}

}  // namespace

void force_snapshot(State& state, const std::string& id, const Json& what) {
  require_fields(what, {"status", "cut_delay_ms", "fails", "gone", "busy_deletions", "deletion_fails", "metadata"});
  Snapshot& snapshot = require(state.snapshots, id);
  if (what.value("gone", false)) {
    note(state, "erased", snapshot);
    return erase_snapshot(state, id);
  }
  if (what.contains("status")) {
    snapshot.status = text_field(what, "status");
    snapshot.updated_at = state.now();
    ++snapshot.generation;
    note(state, "status", snapshot);
  }
  if (what.contains("metadata")) {
    for (const auto& [key, value] : what["metadata"].items()) snapshot.metadata[key] = value.get<std::string>();
    note(state, "metadata", snapshot);
  }
  if (what.contains("cut_delay_ms")) schedule_cut(state, snapshot, milliseconds(what["cut_delay_ms"].get<long>()));
  if (what.contains("fails")) snapshot.fails = what["fails"].get<bool>();
  if (what.contains("busy_deletions")) snapshot.busy_deletions = what["busy_deletions"].get<long>();
  if (what.contains("deletion_fails")) snapshot.deletion_fails = what["deletion_fails"].get<bool>();
}

void force_volume(State& state, const std::string& id, const Json& what) {
  require_fields(what, {"status", "status_ms", "grow_gib", "detached", "attached", "cut_delay_ms", "snapshots_fail"});
  Volume& volume = require(state.volumes, id);
  if (what.contains("status")) force_volume_status(state, volume, what);
  if (what.value("detached", false)) {
    volume.attachments.clear();
    volume.status = "available";
    state.journal.add({{"what", "detached"}, {"volume", id}});
  }
  if (what.contains("attached")) {
    volume.attachments = {{new_uuid(), text_field(what, "attached"), "/dev/vdb", state.now()}};
    volume.status = "in-use";
  }
  if (what.contains("grow_gib")) {
    const int more = what["grow_gib"].get<int>();
    volume.size_gib += more;
    state.charge(volume.project_id, volume.type, "gigabytes", more);
  }
  if (what.contains("cut_delay_ms")) volume.cut_delay = milliseconds(what["cut_delay_ms"].get<long>());
  if (what.contains("snapshots_fail")) volume.snapshots_fail = what["snapshots_fail"].get<bool>();
}

void force_server(State& state, const std::string& id, const Json& what) {
  require_fields(what, {"status", "metadata", "addresses"});
  Server& server = require(state.servers, id);
  if (what.contains("status")) server.status = text_field(what, "status");
  if (what.contains("metadata")) server.metadata = what["metadata"].get<Metadata>();
  if (what.contains("addresses")) {
    server.addresses.clear();
    for (const auto& entry : what["addresses"]) {
      server.addresses.push_back({text_field(entry, "network"), text_field(entry, "address")});
    }
  }
}

void change_settings(State& state, const Json& what) {
  Settings& settings = state.settings;
  for (const auto& [name, value] : what.items()) {
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
    } else if (name == "endpoints") {
      settings.endpoints = value.get<std::map<std::string, std::string>>();
    } else if (name == "quota") {
      for (const auto& [resource, limit] : value.items()) settings.quota[resource] = limit.get<long>();
    } else {
      refuse_bad_request("there is no setting " + name);
    }
  }
}

}  // namespace stillpoint::cloudsim
