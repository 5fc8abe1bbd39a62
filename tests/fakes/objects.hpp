#pragma once

// Small builders of the objects that tests of the pure core are made of.

#include <string>
#include <vector>

#include "cloud/types.hpp"
#include "inventory/ownership.hpp"
#include "policy/policy.hpp"
#include "support/text.hpp"

namespace stillpoint::fakes {

inline support::WallTime at(const std::string& utc) {
  return support::parse_utc(utc).value();
}

inline const cloud::ServerId kServer{"5f0e1d2c-0000-4000-8000-000000000001"};

inline cloud::Server server(const std::string& name = "backend-2", const cloud::ServerId& id = kServer) {
  cloud::Server server;
  server.id = id;
  server.name = name;
  server.status = "ACTIVE";
  server.addresses = {{"mgmt", "192.0.2.12", 4, "fixed"}};
  return server;
}

inline cloud::Volume volume(const std::string& id, const std::string& name, const cloud::ServerId& server = kServer) {
  cloud::Volume volume;
  volume.id = cloud::VolumeId(id);
  volume.name = name;
  volume.size_gib = 10;
  volume.status = "in-use";
  volume.volume_type = "rbd";
  volume.attachments = {{server, "/dev/vdb"}};
  return volume;
}

/// A policy of one dataset, `mysql`, held by backupStage and freeze, that is due every hour.
inline policy::Policy policy() {
  policy::Policy policy;
  policy.name = "edx";
  policy.servers.names = {"backend-2"};
  policy.has_ssh = true;
  policy.schedule.cron = {"0 * * * *"};
  policy::Dataset dataset;
  dataset.name = "mysql";
  dataset.volumes.name_contains = "mysql_data";
  dataset.hold.driver = policy::Driver::Mariadb;
  dataset.hold.method = policy::Method::BackupStage;
  dataset.hold.freeze = true;
  dataset.require = policy::Consistency::Application;
  policy.datasets = {dataset};
  return policy;
}

/// The short name of an attempt, hexadecimal, as the id that it has in the cloud.
inline std::string attempt_id(std::string name) {
  name.resize(16, '0');
  return name;
}

struct SnapshotSpec {
  std::string id = {};
  std::string volume = "vol-mysql";
  support::WallTime slot = {};
  std::string attempt = "a1";
  policy::Consistency consistency = policy::Consistency::Application;
  std::string status = "available";
  int members = 1;
  std::string pin = {};
  std::string installation = "default";
  std::string policy = "edx";
  std::string dataset = "mysql";
  std::string method = "backupStage";
  std::string pin_until = {};
  cloud::ServerId server = kServer;
};

/// A snapshot as Stillpoint leaves it: made at its slot, held for 20 s at most.
inline cloud::Snapshot snapshot(const SnapshotSpec& spec) {
  inventory::Ownership own;
  own.installation = spec.installation;
  own.policy = spec.policy;
  own.server = spec.server;
  own.server_name = "backend-2";
  own.dataset = spec.dataset;
  own.slot = spec.slot;
  own.point = inventory::point_id(spec.installation, spec.policy, spec.server, spec.dataset, spec.slot);
  own.attempt = attempt_id(spec.attempt);
  own.members = spec.members;
  own.hold_until = spec.slot + std::chrono::seconds(22);
  own.taken = spec.slot;
  own.method = spec.method;
  cloud::Snapshot snapshot;
  snapshot.id = cloud::SnapshotId(spec.id);
  snapshot.name = "stillpoint-" + spec.id;
  snapshot.volume = cloud::VolumeId(spec.volume);
  snapshot.status = spec.status;
  snapshot.size_gib = 10;
  snapshot.created_at = spec.slot + std::chrono::seconds(1);
  snapshot.metadata = inventory::creation_metadata(own);
  if (spec.consistency != policy::Consistency::Unproven) {
    snapshot.metadata.set_all(inventory::label_metadata(spec.consistency, std::chrono::milliseconds(250)));
  }
  if (!spec.pin.empty()) {
    snapshot.metadata.set("stillpoint.pin", spec.pin);
  }
  if (!spec.pin_until.empty()) {
    snapshot.metadata.set("stillpoint.pin-until", spec.pin_until);
  }
  return snapshot;
}

}  // namespace stillpoint::fakes
