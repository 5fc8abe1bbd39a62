#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/clock.hpp"
#include "support/error.hpp"

namespace stillpoint::policy {

/// What a recovery point is proven to be, weakest first.
enum class Consistency { Unproven, Crash, Filesystem, Application };
std::string_view to_string(Consistency level);
std::optional<Consistency> parse_consistency(std::string_view word);

/// Which program runs on the volumes.
enum class Driver { None, Filesystem, Mariadb, Mysql, Postgresql, Mongodb, Script };
/// How it is held still.
enum class Method {
  None,
  Filesystem,
  BackupStage,
  ReadLock,
  InstanceLock,
  StopService,
  Checkpoint,
  BackupMode,
  Journal,
  FsyncLock,
  Script
};
std::string_view to_string(Driver driver);
std::string_view to_string(Method method);
std::optional<Method> parse_method(std::string_view word);

/// The highest level that the method can prove (docs/hold-protocol.md, "What `intact` means").
Consistency highest_level(Method method);
/// Whether it holds by a lock or a backup of a session of the database.
bool is_session(Method method);
/// Whether copies of several volumes belong together when nothing but the method holds them.
bool joins_volumes(Method method);
/// The methods of a driver, the one that is taken by default first.
std::span<const Method> methods_of(Driver driver);

enum class OnFailure { Fail, Downgrade };

/// What becomes of the points of a policy that is deleted.
enum class DeletionPolicy { Retain, Delete };

/// Which servers; every given field must match. At least one is given.
struct ServerSelector {
  std::vector<std::string> names;  ///< exact
  std::string name_pattern;        ///< a glob of `*` and `?`
  std::vector<std::string> ids;    ///< Nova ids
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<std::string> tags;
  std::vector<std::string> addresses;  ///< any address of the server

  bool operator==(const ServerSelector&) const = default;
};

/// Which of a server's volumes; every given field must match. At least one is given.
struct VolumeSelector {
  std::string name_contains;
  std::string name_pattern;
  std::vector<std::string> ids;

  bool operator==(const VolumeSelector&) const = default;
};

/// How the helper gets onto a server.
enum class HelperPlacement {
  Sent,       ///< by Stillpoint itself, under /run/stillpoint
  Installed,  ///< by the server's administrator, to a fixed path
};

struct SshSettings {
  std::string user = "root";
  int port = 22;
  std::string key_file;  ///< empty: the SSH agent
  std::string known_hosts_file = "~/.ssh/known_hosts";
  std::string network;  ///< which of the server's networks; any if empty
  int ip_version = 4;
  HelperPlacement helper = HelperPlacement::Sent;
};

struct HoldSettings {
  Driver driver = Driver::None;
  Method method = Method::None;
  bool freeze = false;
  std::chrono::milliseconds max_hold = std::chrono::seconds(20);
  /// Held at the same time as the other datasets of the server that ask for it.
  bool shared_window = false;
  /// Each statement that takes the database's lock gives up after this; 0: with the hold.
  std::chrono::milliseconds lock_timeout{};
  std::string service = "mariadb";  ///< stopService: the unit
  std::chrono::milliseconds stop_timeout = std::chrono::seconds(60);
  std::chrono::milliseconds start_timeout =
      std::chrono::seconds(60);  ///< until it must answer again, or be back in its cluster
  /// mongodb: how far a member may be behind its primary.
  std::chrono::milliseconds max_lag = std::chrono::seconds(10);
  std::string defaults_file;  ///< on the server: an option file, or what logs in to MongoDB; may be empty
  std::string socket;         ///< of the database; the client's default if empty
  std::string command;        ///< script: the program on the server
};

/// On which day a week begins.
enum class WeekStart { Monday, Sunday, Saturday };

/// Which points are kept (docs/retention.md). A point is kept if any rule wants it; a count of 0 is no rule.
struct Retention {
  int keep_last = 3;                    ///< at least 1: the newest good point is never up for deletion
  std::chrono::milliseconds within{0};  ///< counted back from the newest point, not from now
  int hourly = 0;
  int daily = 0;
  int weekly = 0;
  int monthly = 0;
  int yearly = 0;
  WeekStart week_start = WeekStart::Monday;
  int floor = 1;  ///< at least 1

  bool operator==(const Retention&) const = default;
};

struct Dataset {
  std::string name;
  std::vector<std::string> previous_names;  ///< whose points are this dataset's too
  VolumeSelector volumes;
  HoldSettings hold;
  Consistency require = Consistency::Crash;
  OnFailure on_failure = OnFailure::Fail;
  /// The policy's rules with this dataset's own over them, field by field; empty if it has none of its own.
  std::optional<Retention> retention;
  support::SourceMark mark;
};

/// Where a text stands in a file.
struct TextMark {
  support::SourceMark value;  ///< where its value begins, the quote included
  int text_column = 0;        ///< where the text itself begins on that line; 0 if it is not written there as it reads

  /// Of the character at `column` of the text, from 1; of the value if that is not known.
  support::SourceMark at(int column) const {
    return {value.file, value.line, text_column > 0 ? text_column + column - 1 : value.column};
  }
};

/// Time in which no slot is served: once, from `from` up to `to`, or for `duration` from each instant of `cron` on.
struct Blackout {
  support::WallTime from;
  support::WallTime to;
  std::string cron;  ///< in the schedule's time zone; empty: once
  std::chrono::milliseconds duration{};
  std::string reason;  ///< for people; may be empty
  TextMark cron_mark;
  support::SourceMark mark;
};

/// Several expressions are one schedule: a slot is an instant that any of them names.
struct Schedule {
  std::vector<std::string> cron;
  std::string time_zone = "UTC";
  std::optional<std::chrono::milliseconds> starting_deadline;  ///< default: min(1 h, half the interval)
  std::chrono::milliseconds jitter{};                          ///< begun so much later at most; 0: at the slot
  std::vector<Blackout> blackouts;
  std::vector<TextMark> cron_marks;                   ///< one for each of `cron`; none in a hand-made schedule
  std::optional<support::SourceMark> time_zone_mark;  ///< of the zone, or of the schedule if it names none
};

/// Which member of a cluster takes the writes; every given field must match. Empty: it is not said.
struct WriterSelector {
  std::vector<std::string> addresses = {};  ///< one of which it has
  std::vector<std::string> names = {};      ///< one of which it has
  std::vector<std::pair<std::string, std::string>> metadata = {};

  bool empty() const { return addresses.empty() && names.empty() && metadata.empty(); }
};

struct ClusterSettings {
  std::string name;  ///< empty: the servers are not members of a cluster
  int min_healthy_members = 3;
  WriterSelector writer;
  bool allow_writer = false;
};

/// That many points may go at once, given by a person who has seen which (P6).
struct MassDeletePermission {
  std::string spec_hash;  ///< of the document that it was given for; it allows nothing under another one
  int points = 0;         ///< of one series, beside what a new point replaces
};

/// One BackupPolicy document (schemas/backuppolicy.schema.json), read and with its defaults filled in.
struct Policy {
  std::string name;
  std::vector<std::string> previous_names;  ///< whose points are this policy's too
  std::string cloud;                        ///< an entry of clouds.yaml; empty: the OS_* environment
  ServerSelector servers;
  SshSettings ssh;
  bool has_ssh = false;  ///< whether the document has an `ssh` block
  Schedule schedule;
  std::vector<Dataset> datasets;
  ClusterSettings cluster;
  Retention retention;
  /// How long after its newest point a series goes whose server, dataset or volumes are not selected any more; empty:
  /// never.
  std::optional<std::chrono::milliseconds> orphans_after;
  std::optional<support::WallTime> start_at;
  bool suspend = false;
  DeletionPolicy deletion_policy = DeletionPolicy::Retain;
  /// When it was deleted: it is a tombstone, kept until what deletion_policy asks for is done. Empty: it is in force.
  std::optional<support::WallTime> deleted_at;
  /// policy::spec_hash of the document's `spec`; empty for a policy that was not read from one.
  std::string spec_hash;
  std::optional<MassDeletePermission> mass_delete;
  support::SourceMark mark;  ///< of its name

  /// How many points of one series may go at once, beside what a new point replaces; 0: none beyond what the guard
  /// lets pass.
  int may_lose_at_once() const { return mass_delete && mass_delete->spec_hash == spec_hash ? mass_delete->points : 0; }
  bool is_tombstone() const { return deleted_at.has_value(); }

  /// What holds for one of its datasets.
  const Retention& retention_of(const Dataset& dataset) const {
    return dataset.retention ? *dataset.retention : retention;
  }
};

}  // namespace stillpoint::policy
