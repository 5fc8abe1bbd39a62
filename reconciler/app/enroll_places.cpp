#include "app/enroll_places.hpp"

#include <set>
#include <tuple>

#include "app/each_cloud.hpp"
#include "app/home.hpp"
#include "app/policies.hpp"
#include "enrolment/files.hpp"
#include "inventory/match.hpp"
#include "ssh/socket.hpp"
#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using support::Deadline;
using support::Error;
using support::ErrorKind;
using support::fail;
using support::Result;

constexpr std::chrono::minutes kListingPatience{1};

/// A name is looked up here: host keys are pinned for the address, as which a pass will know the server. One that
/// cannot be found is left to the login, which says so.
std::vector<Place> named_hosts(const Options& options) {
  const std::string home = home_folder();
  std::vector<Place> places;
  for (const auto& host : options.names) {
    ssh::Target target;
    target.host = ssh::address_of(host).value_or(host);
    target.port = options.ssh_port;
    target.user = options.login.empty() ? std::string(enrolment::kDefaultLogin) : options.login;
    target.key_file = expand_home(options.key_file.empty() ? "~/.ssh/id_ed25519" : options.key_file, home);
    target.known_hosts_file =
        expand_home(options.known_hosts.empty() ? policy::SshSettings().known_hosts_file : options.known_hosts, home);
    places.push_back({target.host == host ? host : host + " (" + target.host + ")", std::move(target)});
  }
  return places;
}

/// What keeps the servers of a policy from being enrolled.
std::optional<Error> object_to(const policy::Policy& policy, const Options& options) {
  const auto objection = [&](const std::string& what, const std::string& remedy) {
    return Error(ErrorKind::InvalidInput, "policy " + policy.name + ": " + what).with_remedy(remedy).at(policy.mark);
  };
  if (!policy.has_ssh) {
    return objection("it has no `ssh` block, so there is nothing to enrol", "write spec.ssh, or leave it out here");
  }
  if (!options.host_keys_only && policy.ssh.helper != policy::HelperPlacement::Installed) {
    return objection("its helper is sent at each hold (spec.ssh.helper: sent), for a login that is root anyway",
                     "write `helper: installed` and a `user` of its own there, or say --host-keys-only");
  }
  if (policy.ssh.key_file.empty() && options.key_file.empty() && !options.host_keys_only) {
    return objection("it names no spec.ssh.keyFile", "write one there, where the key is or shall be made");
  }
  return std::nullopt;
}

/// The servers of the policies of one cloud.
class Collector {
 public:
  Collector(const Options& options, std::vector<Place>& places) : options_(options), places_(places) {}

  Result<ExitCode> add(const CloudTask& task, Deadline deadline) {
    const auto servers = task.cloud.list_servers(deadline);
    if (!servers) {
      return fail(servers.error());
    }
    for (const auto& policy : task.policies) {
      if (policy.is_tombstone()) {
        continue;
      }
      if (auto objection = object_to(policy, options_)) {
        return fail(std::move(*objection));
      }
      if (auto added = add(policy, *servers); !added) {
        return support::pass_on(std::move(added));
      }
    }
    return ExitCode::Ok;
  }

 private:
  support::Status add(const policy::Policy& policy, const std::vector<cloud::Server>& servers) {
    const auto selected = inventory::select_servers(policy, servers);
    if (!selected) {
      return fail(Error(selected.error()).with_context("policy " + policy.name));
    }
    for (const auto& server : *selected) {
      const auto address = inventory::select_address(policy.ssh, server);
      if (!address) {
        return fail(Error(address.error()).with_context("policy " + policy.name));
      }
      auto settings = policy.ssh;
      settings.key_file = options_.key_file.empty() ? settings.key_file : options_.key_file;
      auto target = target_of(settings, *address, home_folder());
      if (seen_.emplace(target.host, target.port, target.user, target.key_file, target.known_hosts_file).second) {
        places_.push_back({server.name + " (" + *address + ")", std::move(target)});
      }
    }
    return {};
  }

  const Options& options_;
  std::vector<Place>& places_;
  std::set<std::tuple<std::string, int, std::string, std::string, std::string>> seen_;
};

}  // namespace

tl::expected<std::vector<Place>, NoPlaces> places_to_enroll(const Options& options, support::Clock& clock) {
  const auto none = [](Error why, ExitCode code) { return tl::unexpected(NoPlaces{std::move(why), code}); };
  if (options.names.empty() == options.files.empty()) {
    return none(Error(ErrorKind::InvalidInput, options.names.empty() ? "no server is named" : "hosts and -f are given")
                    .with_remedy("say `enroll HOST...`, or `enroll -f POLICY` for all servers of policies"),
                ExitCode::InvalidInput);
  }
  if (!options.names.empty()) {
    return named_hosts(options);
  }
  telemetry::Metrics metrics;
  const auto log = telemetry::make_log(options.log_format, options.log_level);
  std::vector<Place> places;
  Collector collector(options, places);
  const auto ended = for_each_cloud(options, clock, metrics, *log, [&](const CloudTask& task) {
    return collector.add(task, Deadline::after(clock, kListingPatience));
  });
  if (ended.code != ExitCode::Ok) {
    return none(Error(ErrorKind::Unavailable, "nothing was enrolled, since not all servers of the policies are known"),
                ended.code);
  }
  if (places.empty()) {
    return none(Error(ErrorKind::InvalidInput, "the policies select no server"), ExitCode::InvalidInput);
  }
  return places;
}

}  // namespace stillpoint::app
