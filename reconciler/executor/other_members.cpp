#include "executor/other_members.hpp"

#include "inventory/match.hpp"
#include "quiesce/protocol.hpp"
#include "support/ids.hpp"

namespace stillpoint::executor {
namespace {

using support::ErrorKind;
using support::fail;
using support::pass_on;
using support::Result;
using support::Status;

struct Members {
  std::vector<cloud::Server> servers;  ///< those that run, without the subject's
  std::vector<cloud::Volume> volumes;  ///< of the project
};

Result<Members> other_members(const Context& context, const Subject& subject) {
  const auto servers = context.cloud.list_servers(context.read_deadline());
  if (!servers) {
    return fail(servers.error());
  }
  auto volumes = context.cloud.list_volumes(context.read_deadline());
  if (!volumes) {
    return fail(volumes.error());
  }
  auto members = inventory::select_servers(subject.policy, *servers);
  if (!members) {
    return fail(members.error());
  }
  std::erase_if(*members, [&](const cloud::Server& server) {
    return server.id == subject.server.id || server.status != "ACTIVE";
  });
  return Members{std::move(*members), std::move(*volumes)};
}

Status ask(const Context& context, const Subject& subject, const cloud::Server& server,
           const std::vector<cloud::Volume>& volumes) {
  auto own = inventory::select_volumes(subject.dataset, server, volumes);
  if (!own) {
    return fail(own.error());
  }
  auto helper = context.servers.reach(subject.policy, server, context.read_deadline());
  if (!helper) {
    return pass_on(std::move(helper));
  }
  auto request = hold_request({subject.policy, subject.dataset, server, std::move(*own)}, support::random_hex(8), "");
  request.cluster.allow_writer = true;  // it is not this one that is stopped
  auto probed = (*helper)->probe(request, context.read_deadline());
  // What would be in the way of a hold there, such as a long query, is nothing to the cluster.
  return probed || !quiesce::says_unwell(probed.error()) ? Status() : pass_on(std::move(probed));
}

}  // namespace

Status check_other_members(const Context& context, const Subject& subject) {
  const auto& cluster = subject.policy.cluster;
  if (cluster.name.empty() || !quiesce::has_second_phase(hold_request(subject, "", ""))) {
    return {};
  }
  const auto members = other_members(context, subject);
  if (!members) {
    return fail(members.error());
  }
  size_t well = 1;
  std::string said;
  for (const auto& server : members->servers) {
    const auto answer = ask(context, subject, server, members->volumes);
    if (answer) {
      ++well;
    } else {
      said = "server '" + server.name + "': " + answer.error().to_string();
    }
  }
  const auto wanted =
      cluster.min_healthy_members > 1 ? static_cast<size_t>(cluster.min_healthy_members) : members->servers.size() + 1;
  if (well < wanted && !said.empty()) {
    return fail(ErrorKind::Busy, std::to_string(well) + " members of cluster '" + cluster.name + "' are well and " +
                                     std::to_string(wanted) + " are wanted before one is held; " + said);
  }
  return {};
}

}  // namespace stillpoint::executor
