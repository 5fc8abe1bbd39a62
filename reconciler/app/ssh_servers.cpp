#include "app/ssh_servers.hpp"

#include <utility>

#include "inventory/match.hpp"
#include "ssh/session.hpp"

namespace stillpoint::app {
namespace {

using support::pass_on;
using support::Result;

/// A helper together with the connection that it runs over.
class ConnectedHelper final : public quiesce::Helper {
 public:
  ConnectedHelper(std::unique_ptr<ssh::Shell> shell, const policy::SshSettings& settings, const support::Clock& clock)
      : shell_(std::move(shell)), helper_(quiesce::make_helper(*shell_, settings.user, settings.helper, clock)) {}

  Result<quiesce::ProbeReport> probe(const quiesce::HoldRequest& request, support::Deadline deadline) override {
    return helper_->probe(request, deadline);
  }
  Result<std::unique_ptr<quiesce::Session>> lock(const quiesce::HoldRequest& request,
                                                 support::Deadline deadline) override {
    return helper_->lock(request, deadline);
  }
  Result<quiesce::VerdictReport> verdict(const std::string& attempt, support::Deadline deadline) override {
    return helper_->verdict(attempt, deadline);
  }

 private:
  std::unique_ptr<ssh::Shell> shell_;
  std::unique_ptr<quiesce::Helper> helper_;
};

class SshServers final : public executor::Servers {
 public:
  SshServers(const support::Clock& clock, std::string home) : clock_(clock), home_(std::move(home)) {}

  Result<std::unique_ptr<quiesce::Helper>> reach(const policy::Policy& policy, const cloud::Server& server,
                                                 support::Deadline deadline) override {
    auto address = inventory::select_address(policy.ssh, server);
    if (!address) {
      return pass_on(std::move(address));
    }
    ssh::Target target;
    target.host = *address;
    target.port = policy.ssh.port;
    target.user = policy.ssh.user;
    target.key_file = expand(policy.ssh.key_file);
    target.known_hosts_file = expand(policy.ssh.known_hosts_file);
    auto shell = ssh::connect(target, clock_, deadline);
    if (!shell) {
      return pass_on(std::move(shell));
    }
    return std::make_unique<ConnectedHelper>(std::move(*shell), policy.ssh, clock_);
  }

 private:
  std::string expand(const std::string& path) const { return path.starts_with("~/") ? home_ + path.substr(1) : path; }

  const support::Clock& clock_;
  std::string home_;
};

}  // namespace

std::unique_ptr<executor::Servers> make_ssh_servers(const support::Clock& clock, std::string home) {
  return std::make_unique<SshServers>(clock, std::move(home));
}

}  // namespace stillpoint::app
