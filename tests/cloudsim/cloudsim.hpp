#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "fault_plan.hpp"

namespace stillpoint::cloudsim {

struct Options {
  std::string listen = "127.0.0.1:0";  ///< port 0 takes a free one
  std::filesystem::path data;          ///< where volumes and snapshots are files; empty: none are kept
  std::string password;                ///< of the users `sim` and `admin`; generated if empty
  std::chrono::milliseconds cut_delay{50};
  std::chrono::milliseconds delete_delay{20};
  std::chrono::seconds token_lifetime{3600};
  long quota_snapshots = 10;
  long quota_gigabytes = 1000;
  long quota_volumes = 10;
  long page_limit = 1000;
  bool clones_keep_snapshots = false;
};

/// The embedded cloud: as much of Keystone v3, Cinder v3 and Nova v2.1 as Stillpoint uses, over HTTP. What it does
/// differently from the real services is a defect of it, and the contract suite looks for that.
///
/// There are two projects and users: `sim` (roles member and reader) and `admin`. State lives in memory and ends with
/// the object; the files under `data` stay.
class CloudSim {
 public:
  /// Listens when it returns. Throws std::runtime_error if that is not possible.
  explicit CloudSim(const Options& options);
  ~CloudSim();
  CloudSim(const CloudSim&) = delete;
  CloudSim& operator=(const CloudSim&) = delete;

  /// `http://127.0.0.1:PORT`; Keystone is at `/identity/v3`.
  const std::string& url() const;
  const std::string& password() const;
  /// A clouds.yaml with the clouds `sim` and `sim-admin`. It holds the password.
  std::string clouds_yaml() const;
  /// The same as a file of mode 0600.
  void write_clouds_yaml(const std::filesystem::path& file) const;

  /// What POST, GET and DELETE under `/sim/` do, without the network: `control("POST", "/sim/faults", "{...}")`.
  /// Gives the answer's body. Throws std::runtime_error if it is refused.
  std::string control(const std::string& method, const std::string& path, const std::string& body = {});

  /// Faults at random from now on, beside the rules of `/sim/faults`. Throws std::runtime_error for a kind that there
  /// is not.
  void begin_faults(const FaultPlan& plan);
  /// No faults from now on, neither by rules nor by a plan. What was begun goes on: late calls take effect.
  void end_faults();
  /// How many faults met a request since the last plan began, by kind; `other` are rules without one.
  std::map<std::string, long> injected();

  /// Ends all connections and drops what is pending. Idempotent.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stillpoint::cloudsim
