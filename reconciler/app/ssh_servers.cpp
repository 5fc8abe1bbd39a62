#include "app/ssh_servers.hpp"

#include <utility>

#include "app/home.hpp"
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
    auto shell = ssh::connect(target_of(policy.ssh, *address, home_), clock_, deadline);
    if (!shell) {
      return pass_on(std::move(shell));
    }
    return std::make_unique<ConnectedHelper>(std::move(*shell), policy.ssh, clock_);
  }

 private:
  const support::Clock& clock_;
  std::string home_;
};

}  // namespace

std::unique_ptr<executor::Servers> make_ssh_servers(const support::Clock& clock, std::string home) {
  return std::make_unique<SshServers>(clock, std::move(home));
}

}  // namespace stillpoint::app
