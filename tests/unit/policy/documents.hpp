#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>

#include "policy/yaml_tree.hpp"

namespace stillpoint::policy {

/// A policy that uses every field of the language but metadata.deletionTimestamp and metadata.annotations.
inline constexpr std::string_view kFullPolicy = R"(apiVersion: stillpoint.dev/v1alpha1
kind: BackupPolicy
metadata:
  name: edx-backend
spec:
  cloud: prod
  servers:
    names: [backend-2, backend-3]
    namePattern: "backend-?"
    ids: [0b6e6f0c-6a2e-4c0e-9d59-3f3a3a8b1c01]
    metadata: {role: backend}
    tags: [edx]
    addresses: [192.168.122.112]
  ssh:
    user: ubuntu
    port: 2222
    keyFile: keys/id_ed25519
    knownHostsFile: ~/.ssh/known_hosts
    address: {network: mgmt, version: 4}
    helper: installed
  schedule:
    cron: ["5 1 * * *", "0 13 * * sun"]
    timeZone: Europe/Zurich
    startingDeadline: 30m
    jitter: 10m
    blackouts:
      - {cron: "0 8 * * mon-fri", duration: 10h, reason: office hours}
      - {from: 2026-12-24T18:00:00Z, to: 2027-01-02T06:00:00Z}
  datasets:
    - name: mysql
      volumes: {nameContains: mysql_data}
      hold:
        driver: mariadb
        method: stopService
        freeze: true
        maxHold: 20s
        service: mysql
        stopTimeout: 90s
        startTimeout: 2m
        defaultsFile: /etc/mysql/debian.cnf
        socket: /run/mysqld/mysqld.sock
      require: application
      onFailure: downgrade
      previousNames: [database]
      retention: {hourly: 24, weekly: 0, weekStart: saturday}
    - name: mongodb
      volumes: {namePattern: "mongodb_*", ids: [11111111-2222-3333-4444-555555555555]}
      hold: {driver: filesystem}
    - {name: redis, volumes: {nameContains: redis}, hold: {driver: script, command: /usr/local/lib/stillpoint/redis, sharedWindow: true}}
    - {name: old, volumes: {nameContains: old}, hold: {driver: mongodb, method: fsyncLock, lockTimeout: 3s, maxLag: 1m, sharedWindow: true}}
  cluster:
    name: edx-galera
    minHealthyMembers: 2
    writer: {addresses: [192.168.122.111], names: [backend-1], metadata: {role: writer}}
    allowWriter: true
  retention: {keepLast: 7, floor: 2, within: 48h, daily: 14, weekly: 8, monthly: 12, yearly: 2, weekStart: sunday}
  previousNames: [edx, edx-old]
  orphans: {after: 90d}
  startAt: 2026-11-24T00:00:00Z
  suspend: true
  deletionPolicy: Delete
)";

/// The full policy with the first `from` replaced by `to`.
inline std::string changed(std::string_view from, std::string_view to) {
  std::string text(kFullPolicy);
  const auto place = text.find(from);
  EXPECT_NE(place, std::string::npos) << from;
  return place == std::string::npos ? text : text.replace(place, from.size(), to);
}

/// A policy that uses every field of the language.
inline std::string every_field() {
  return changed("  name: edx-backend\n",
                 "  name: edx-backend\n  deletionTimestamp: 2026-11-24T09:00:00Z\n  annotations: {allowMassDelete: "
                 "0274d277d2ab44b8/12}\n");
}

inline std::filesystem::path source_folder() {
  return std::filesystem::path(__FILE__).parent_path().parent_path().parent_path().parent_path();
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream stream(path);
  EXPECT_TRUE(stream) << path;
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline nlohmann::ordered_json to_json(const Node& node) {
  using json = nlohmann::ordered_json;
  switch (node.kind) {
    case Node::Kind::Null:
      return nullptr;
    case Node::Kind::Bool:
      return node.boolean;
    case Node::Kind::Integer:
      return node.integer;
    case Node::Kind::Float:
      return node.real;
    case Node::Kind::String:
      return node.text;
    case Node::Kind::Sequence: {
      json list = json::array();
      for (const auto& item : node.items) {
        list.push_back(to_json(item));
      }
      return list;
    }
    case Node::Kind::Mapping: {
      json object = json::object();
      for (const auto& member : node.members) {
        object[member.key] = to_json(member.value);
      }
      return object;
    }
  }
  return nullptr;
}

/// The only document of a text as JSON.
inline nlohmann::ordered_json json_of(std::string_view yaml) {
  const auto text = read_yaml(yaml, "f");
  EXPECT_TRUE(text.errors.empty()) << yaml;
  EXPECT_EQ(text.documents.size(), 1U) << yaml;
  return text.documents.empty() ? nlohmann::ordered_json() : to_json(text.documents[0].root);
}

}  // namespace stillpoint::policy
