#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "cloudsim.hpp"
#include "disk.hpp"
#include "exchange.hpp"
#include "faults.hpp"
#include "journal.hpp"
#include "table.hpp"
#include "worker.hpp"

namespace stillpoint::cloudsim {

using Metadata = std::map<std::string, std::string>;

struct Attachment {
  std::string id;
  std::string server_id;
  std::string device;
  int64_t attached_at = 0;
};

struct Volume {
  std::string id;
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string description;
  std::string status;
  std::string type;
  std::string source_snapshot_id;
  int size_gib = 0;
  int64_t created_at = 0;
  std::optional<int64_t> updated_at;
  Metadata metadata;
  bool multiattach = false;
  std::vector<Attachment> attachments;
  std::optional<std::chrono::milliseconds> cut_delay;  ///< of its snapshots, in place of the setting
  bool snapshots_fail = false;
};

struct Snapshot {
  std::string id;
  std::string project_id;
  std::string user_id;
  std::string volume_id;
  std::string volume_type;
  std::string name;
  std::string description;
  std::string status;
  int size_gib = 0;
  int64_t created_at = 0;
  int created_micros = 0;  ///< shown in the answer to the POST only, as the database keeps whole seconds
  std::optional<int64_t> updated_at;
  Metadata metadata;
  bool fails = false;
  long busy_deletions = 0;  ///< so many more deletions bring it back to `available`
  bool deletion_fails = false;
  uint64_t generation = 0;  ///< a pending change of status counts only if this is still what it was
};

struct ServerAddress {
  std::string network;
  std::string address;
};

struct Server {
  std::string id;
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string status;
  int64_t created_at = 0;
  int64_t updated_at = 0;
  Metadata metadata;
  std::vector<std::string> tags;
  std::vector<ServerAddress> addresses;
};

/// What `GET /messages` tells.
struct UserMessage {
  std::string id;
  std::string project_id;
  std::string event_id;
  std::string resource_id;
  std::string request_id;
  std::string text;
  int64_t created_at = 0;
};

struct User {
  std::string id;
  std::string name;
  std::string password;
  std::string project_id;
  bool admin = false;
};

struct Project {
  std::string id;
  std::string name;
  std::map<std::string, long> quota;  ///< limits that differ from the default, by resource
  std::map<std::string, long> usage;  ///< by resource, types included (`snapshots_fake`)
};

struct ApplicationCredential {
  std::string id;
  std::string name;
  std::string secret;
  std::string user_id;
  std::string project_id;
  Json access_rules;       ///< null: it may do whatever its user may
  std::string expires_at;  ///< as it was given; empty: never
};

struct Token {
  std::string user_id;
  std::string project_id;  ///< empty if it has no scope
  int64_t issued_at = 0;
  int64_t expires_at = 0;
  Json access_rules;  ///< of the credential that it was got by; null: none
};

struct Settings {
  std::chrono::milliseconds cut_delay{0};  ///< negative: snapshots stay `creating` until told otherwise
  std::chrono::milliseconds delete_delay{0};
  std::chrono::seconds token_lifetime{3600};
  std::chrono::seconds clock_offset{0};
  long page_limit = 1000;
  bool clones_keep_snapshots = false;            ///< as Ceph does it with clone format 1
  std::map<std::string, std::string> endpoints;  ///< what the catalog says in place of our own, by type
  std::map<std::string, long> quota;             ///< of every project that has no value of its own
};

/// Everything that the services know. Guarded by `mutex`: handlers run with it held, the worker's tasks take it.
struct State {
  explicit State(const Options& options);

  std::mutex mutex;
  Settings settings;
  std::string base_url;
  Disk disk;
  Faults faults;
  Journal journal;
  Table<Volume> volumes;
  Table<Snapshot> snapshots;
  Table<Server> servers;
  Table<UserMessage> messages;
  std::vector<std::string> volume_types;  ///< the first is the default
  std::map<std::string, User> users;      ///< by id
  std::map<std::string, Project> projects;
  std::map<std::string, ApplicationCredential> credentials;
  std::map<std::string, Token> tokens;
  std::map<std::pair<std::string, std::string>, long> served;  ///< requests by method and path
  Worker worker;                                               ///< last: its tasks use all of the above

  /// The cloud's clock, in seconds since the epoch.
  int64_t now() const;
  long quota_limit(const std::string& project_id, const std::string& resource) const;
  /// The names that a project has quotas of, types included.
  std::vector<std::string> quota_resources() const;
  void charge(const std::string& project_id, const std::string& type, const std::string& resource, long amount);
  void add_message(const Snapshot& about, const std::string& action_and_detail, const std::string& text);
};

/// `2026-11-24T06:08:34.000000`, as the services store times.
std::string iso_time(int64_t seconds, int micros = 0);
std::string new_uuid();
/// 32 hexadecimal digits: the form of a project's and a user's id.
std::string new_keystone_id();

}  // namespace stillpoint::cloudsim
