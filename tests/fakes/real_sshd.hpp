#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "ssh/session.hpp"

namespace stillpoint::fakes {

/// A real sshd of OpenSSH on a free loopback port, with a host key, a user key and a known hosts file of its own in a
/// temporary folder. It lets the user of the test log in. Everything is gone after its destructor.
class RealSshd {
 public:
  /// `Own`: sshd and all that it runs have a mount namespace with an empty /run and /dev/disk (wants root).
  enum class RunFolder { Shared, Own };
  struct Options {
    std::string address = "127.0.0.1";
    RunFolder run = RunFolder::Shared;
    std::vector<std::string> config;  ///< more lines for sshd_config
    std::vector<std::string>
        prepare;  ///< `Own`: shell commands run in the namespace, in sshd's folder, before it starts
  };

  /// Whether sshd and ssh-keygen are there and, for `Own`, whether this process may have a mount namespace.
  static bool available(RunFolder run = RunFolder::Shared);

  /// Ends the process with a message if sshd does not come up.
  explicit RealSshd(const Options& options);
  RealSshd() : RealSshd(Options()) {}
  RealSshd(const RealSshd&) = delete;
  RealSshd& operator=(const RealSshd&) = delete;
  ~RealSshd();

  /// Right in everything.
  ssh::Target target() const;
  /// A file in its folder, for keys and known hosts of a test's own.
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  /// Makes an ed25519 key pair without a passphrase in its folder; the path of the private one.
  std::string make_key(const std::string& name, const std::string& passphrase = "") const;
  /// Kills sshd's processes for the sessions, as a crash of it would; what they ran goes on, and so does listening.
  void kill_sessions() const;
  /// Kills what listens, so that the port is closed; sessions stay.
  void kill_listener();

 private:
  void start(const Options& options);
  bool wait_until_listening();

  std::filesystem::path folder_;
  std::string address_;
  int port_ = 0;
  pid_t pid_ = -1;
  int log_fd_ = -1;
  std::string early_log_;
  std::jthread log_drain_;
};

/// Runs a program to its end with the test's own output; its exit code.
int run_program(const std::vector<std::string>& arguments);

/// The child processes of a process, now.
std::vector<pid_t> children_of(pid_t pid);

}  // namespace stillpoint::fakes
