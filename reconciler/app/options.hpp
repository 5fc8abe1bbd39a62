#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "support/log.hpp"
#include "telemetry/logging.hpp"

namespace stillpoint::app {

enum class Output { Table, Wide, Json, Yaml, Name, Markdown };
enum class ColourMode { Auto, Always, Never };

/// What the command line says, for all commands; each reads what is its own.
struct Options {
  std::vector<std::string> files;                  ///< of policies, and folders of them
  std::string store = "/etc/stillpoint/policies";  ///< the folder that commands read and write policies in
  bool from_store = false;                         ///< `files` is the store, since the command line names none
  std::vector<std::string> names;                  ///< of policies, servers or points, as the command has it
  bool yes = false;                                ///< all that would be asked is answered with yes
  bool dry_run = false;
  bool watch = false;
  std::string daemon = "http://127.0.0.1:9464";  ///< asked whether it has read what was written
  std::string timeout = "10s";                   ///< a length of time that it gets for that
  std::string owner;                             ///< of a pin
  std::string until;                             ///< end of a pin: an instant or a length of time; empty: never
  bool overwrite = false;                        ///< another owner's pin
  std::string os_cloud;                          ///< for policies that name no cloud; empty: the OS_* environment
  std::string installation = "default";          ///< 1 to 63 of a-z, 0-9 and -
  Output output = Output::Table;
  ColourMode colour = ColourMode::Auto;
  bool now = false;
  bool allow_mass_delete = false;
  std::string plan_file;             ///< diff writes the plan here, reconcile carries out that one; empty: none
  std::string metrics_file;          ///< empty: none is written
  std::string field;                 ///< of the language, to be explained; empty: the document
  bool recursive = false;            ///< the fields of its fields as well
  std::string rehearse_from;         ///< an instant; empty: now
  std::string rehearse_for = "90d";  ///< a length of time
  std::string svg_file;              ///< empty: none is written
  bool offline = false;
  int volume_gib = 10;                       ///< offline: of each volume
  long quota_snapshots = -1;                 ///< offline; -1: no limit
  long quota_gigabytes = -1;                 ///< offline; -1: no limit
  std::string listen = "127.0.0.1:9464";     ///< run: where HTTP is served; `none`: nowhere
  std::string http_credentials;              ///< run: a file with `user:password` that is asked for; empty: none is
  bool insecure_http = false;                ///< run: a password may cross the network
  std::chrono::seconds resync{300};          ///< run: between two whole listings of a cloud
  std::size_t workers = 16;                  ///< run: servers that are worked on at once
  int holds_at_once = 2;                     ///< run: for each volume type and zone, to begin with
  std::string shell;                         ///< completion: for which one
  std::string page = "stillpoint";           ///< manual: which one
  std::string login;                         ///< enroll: for hosts without a policy; empty: the default
  std::string key_file;                      ///< enroll: in place of the policy's or the default
  std::string known_hosts;                   ///< enroll: for hosts without a policy; empty: the default
  int ssh_port = 22;                         ///< enroll: of hosts without a policy
  std::vector<std::string> fingerprints;     ///< enroll: of host keys that are right
  std::string admin_user = "root";           ///< enroll: who sets things up
  std::string admin_key;                     ///< enroll: that one's key; empty: the agent
  bool create_user = false;                  ///< enroll: make the login if it is not there
  bool host_keys_only = false;               ///< enroll: pin, and nothing else
  std::vector<std::string> servers;          ///< init: names; empty: all that tell what is on them
  std::string out_file = "stillpoint.yaml";  ///< init: what is written; `-`: standard output
  bool read_only = false;                    ///< access-rules: for commands that change nothing
  support::LogLevel log_level = support::LogLevel::Warn;
  telemetry::LogFormat log_format = telemetry::LogFormat::Text;
};

}  // namespace stillpoint::app
