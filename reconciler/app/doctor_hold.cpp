#include <sys/stat.h>
#include <unistd.h>

#include "app/doctor_checks.hpp"
#include "app/home.hpp"
#include "inventory/match.hpp"
#include "ssh/key_file.hpp"
#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::ErrorKind;

/// Whether somebody but its owner can do what `mode` says; nobody can to a file that is not there.
bool is_open_for(mode_t mode, const std::string& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 && (found.st_mode & mode) != 0;
}

/// As ssh judges it: of a key that is another's, its owner has said who may read it. So does Kubernetes with a secret,
/// which is root's and readable for the group of the pod.
bool is_key_open(const std::string& key) {
  struct stat found {};
  const bool is_ours = ::stat(key.c_str(), &found) == 0 && found.st_uid == ::geteuid();
  return is_open_for(is_ours ? S_IRWXG | S_IRWXO : S_IWGRP | S_IRWXO, key);
}

/// What an error on the way to the helper is of.
Finding finding_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Unauthorized:
      return Finding::NoRoot;
    case ErrorKind::Protocol:
      return Finding::HelperVersion;
    case ErrorKind::Busy:
      return Finding::Busy;
    case ErrorKind::Unavailable:
    case ErrorKind::Timeout:
      return Finding::SshUnreachable;
    default:
      return Finding::NotReady;
  }
}

void tell_balancer(const executor::Subject& subject, const std::string& where, DoctorReport& report) {
  const auto& hold = subject.dataset.hold;
  if (!subject.policy.cluster.name.empty() && hold.driver == policy::Driver::Mariadb &&
      policy::is_session(hold.method)) {
    report.found(Finding::Balancer, where, "it is a member of cluster '" + subject.policy.cluster.name + "'");
  }
}

}  // namespace

void check_ssh_files(const policy::SshSettings& settings, const std::string& where, DoctorReport& report) {
  const std::string key = expand_home(settings.key_file, home_folder());
  if (!key.empty()) {
    if (const auto half = ssh::public_half(key); !half) {
      report.found(Finding::KeyFile, where, half.error());
    } else if (is_key_open(key)) {
      report.found(Finding::KeyFileOpen, where, "the key " + key + " is open to others than its owner",
                   "chmod 0600 " + key);
    } else {
      report.good(where, "the key " + key + " can be used, and not by everybody");
    }
  }
  const std::string known = expand_home(settings.known_hosts_file, home_folder());
  if (is_open_for(S_IWGRP | S_IWOTH, known)) {
    report.found(Finding::KnownHostsOpen, where, "the known hosts file " + known + " can be written by others",
                 "chmod go-w " + known);
  }
}

void check_hold(const executor::Context& context, const executor::Subject& subject, const std::string& where,
                DoctorReport& report) {
  if (const auto address = inventory::select_address(subject.policy.ssh, subject.server); !address) {
    report.found(Finding::Address, where, address.error());
    return;
  }
  auto helper = context.servers.reach(subject.policy, subject.server, context.call_deadline());
  if (!helper) {
    const bool refused = helper.error().kind() == ErrorKind::Unauthorized;
    report.found(refused ? Finding::SshRefused : Finding::SshUnreachable, where, helper.error());
    return;
  }
  report.good(where, "SSH works and the host key is the known one");
  const auto probed =
      executor::check_server(context, subject, **helper, executor::hold_request(subject, support::random_hex(8), ""));
  if (!probed) {
    report.found(finding_of(probed.error().kind()), where, probed.error());
    return;
  }
  std::string facts;
  for (const auto& [name, value] : probed->facts) {
    facts.append(facts.empty() ? "" : ", ").append(name).append("=").append(value);
  }
  context.log.info("Server probed", {{"where", where}, {"facts", facts}});
  report.good(where, "helper " + probed->helper_version + ", " +
                         (probed->engine.empty() ? "no database" : probed->engine) + ", mounts " +
                         (probed->mounts.empty() ? "none" : support::join(probed->mounts, " ")) + ", can prove " +
                         std::string(to_string(probed->provable)));
  tell_balancer(subject, where, report);
}

}  // namespace stillpoint::app
