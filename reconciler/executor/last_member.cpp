#include "executor/last_member.hpp"

#include <algorithm>

#include "inventory/ownership.hpp"
#include "inventory/points.hpp"

namespace stillpoint::executor {
namespace {

using support::ErrorKind;
using support::fail;
using support::pass_on;
using support::Result;

/// The attempt that was made last on another member by stopping the same service.
std::optional<inventory::Attempt> last_elsewhere(const inventory::Points& points, const Subject& subject) {
  const inventory::Attempt* last = nullptr;
  for (const auto& [key, series] : points.series) {
    if (key.policy != subject.policy.name || key.dataset != subject.dataset.name || key.server == subject.server.id) {
      continue;
    }
    for (const auto& point : series) {
      for (const auto& attempt : point.attempts) {
        const bool is_of_cluster = attempt.own().cluster == subject.policy.cluster.name;
        if (is_of_cluster && (last == nullptr || attempt.own().taken > last->own().taken)) {
          last = &attempt;
        }
      }
    }
  }
  return last == nullptr ? std::nullopt : std::optional(*last);
}

support::Status ask(const Context& context, const Subject& subject, const inventory::Attempt& attempt,
                    const cloud::Server& server) {
  auto helper = context.servers.reach(subject.policy, server, context.call_deadline());
  if (!helper) {
    return pass_on(std::move(helper));
  }
  Subject other{subject.policy, subject.dataset, server, {}};
  for (const auto& member : attempt.members) {
    other.volumes.emplace_back().id = member.snapshot.volume;
  }
  auto request = hold_request(other, attempt.id, "");
  request.cluster.allow_writer = true;  // it may have become that
  auto probed = (*helper)->probe(request, context.call_deadline());
  return probed ? support::Status() : pass_on(std::move(probed));
}

}  // namespace

support::Status check_last_member(const Context& context, const Subject& subject) {
  const auto& cluster = subject.policy.cluster.name;
  if (cluster.empty() || subject.dataset.hold.method != policy::Method::StopService) {
    return {};
  }
  const auto snapshots = context.cloud.list_snapshots(context.call_deadline());
  if (!snapshots) {
    return fail(snapshots.error());
  }
  const auto last = last_elsewhere(inventory::assemble(*snapshots, context.installation), subject);
  if (!last) {
    return {};
  }
  const auto servers = context.cloud.list_servers(context.call_deadline());
  if (!servers) {
    return fail(servers.error());
  }
  const auto server = std::find_if(servers->begin(), servers->end(),
                                   [&](const cloud::Server& one) { return one.id == last->own().server; });
  if (server == servers->end()) {
    return {};  // it is no member any more
  }
  if (auto well = ask(context, subject, *last, *server); !well) {
    return fail(ErrorKind::Busy, "server '" + server->name + "' of cluster '" + cluster +
                                     "', which was stopped last, may not be up again, so no other member is stopped: " +
                                     well.error().to_string());
  }
  return {};
}

}  // namespace stillpoint::executor
