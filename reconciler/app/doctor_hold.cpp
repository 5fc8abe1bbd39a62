#include <sys/stat.h>

#include "app/doctor_checks.hpp"
#include "app/home.hpp"
#include "inventory/match.hpp"
#include "ssh/key_file.hpp"
#include "support/ids.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::ErrorKind;

/// The permissions of a file; none if it is not there.
std::optional<mode_t> mode_of(const std::string& file) {
  struct stat found {};
  return ::stat(file.c_str(), &found) == 0 ? std::optional(found.st_mode & static_cast<mode_t>(0777)) : std::nullopt;
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
  constexpr mode_t kOfOthers = S_IRWXG | S_IRWXO;
  constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;
  const std::string key = expand_home(settings.key_file, home_folder());
  if (!key.empty()) {
    if (const auto half = ssh::public_half(key); !half) {
      report.found(Finding::KeyFile, where, half.error());
    } else if ((mode_of(key).value_or(0) & kOfOthers) != 0) {
      report.found(Finding::KeyFileOpen, where, "the key " + key + " is open to others than its owner",
                   "chmod 0600 " + key);
    } else {
      report.good(where, "the key " + key + " can be used, and by its owner alone");
    }
  }
  const std::string known = expand_home(settings.known_hosts_file, home_folder());
  if ((mode_of(known).value_or(0) & kWritableByOthers) != 0) {
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
