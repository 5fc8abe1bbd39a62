#include "executor/labeller.hpp"

#include <algorithm>

namespace stillpoint::executor {
namespace {

using policy::Consistency;
using support::ErrorKind;
using support::fail;
using support::pass_on;
using support::Result;
using support::Status;

std::vector<cloud::SnapshotId> ids_of(const inventory::Attempt& attempt) {
  std::vector<cloud::SnapshotId> ids;
  for (const auto& member : attempt.members) {
    ids.push_back(member.snapshot.id);
  }
  return ids;
}

/// What an intact hold of the method that the snapshots name can have proven.
Result<Consistency> level_of(const inventory::Attempt& attempt) {
  const auto method = policy::parse_method(attempt.own().method);
  if (!method) {
    return fail(ErrorKind::Protocol, "attempt " + attempt.id + " names the method '" + attempt.own().method +
                                         "', which this version does not know");
  }
  return policy::highest_level(*method);
}

Result<Settled> ask_server(const Context& context, const policy::Policy& policy, const cloud::Server& server,
                           const inventory::Attempt& attempt) {
  const auto level = level_of(attempt);
  if (!level) {
    return fail(level.error());
  }
  auto helper = context.servers.reach(policy, server, context.call_deadline());
  if (!helper) {
    return pass_on(std::move(helper), "reach server '" + server.name + "'");
  }
  auto report = (*helper)->verdict(attempt.id, context.call_deadline());
  if (!report) {
    return pass_on(std::move(report), "ask server '" + server.name + "' for its verdict");
  }
  switch (report->verdict) {
    case quiesce::Verdict::Held:
      return Settled::StillHeld;
    case quiesce::Verdict::Unknown:
    case quiesce::Verdict::NotIntact:
      return Settled::NotIntact;
    case quiesce::Verdict::Intact:
      break;
  }
  if (auto labelled = write_label(context, ids_of(attempt), *level, report->held); !labelled) {
    return pass_on(std::move(labelled));
  }
  return Settled::Labelled;
}

}  // namespace

Status write_label(const Context& context, const std::vector<cloud::SnapshotId>& members, Consistency level,
                   std::optional<std::chrono::milliseconds> held) {
  for (const auto& member : members) {
    auto labelled =
        context.cloud.merge_snapshot_metadata(member, inventory::label_metadata(level, held), context.call_deadline());
    if (!labelled) {
      return pass_on(std::move(labelled), "label snapshot " + member.str() + " as " + std::string(to_string(level)));
    }
  }
  return {};
}

Result<Settled> settle_attempt(const Context& context, const policy::Policy& policy, const cloud::Server& server,
                               const planner::Relabel& wanted) {
  const auto& attempt = wanted.attempt;
  if (wanted.how == planner::Relabel::How::AskVerdict) {
    return ask_server(context, policy, server, attempt);
  }
  const bool known = wanted.how == planner::Relabel::How::CompleteLabels;
  std::optional<std::chrono::milliseconds> held;
  for (const auto& member : attempt.members) {
    held = held ? held : member.own.held;
  }
  auto labelled = write_label(context, ids_of(attempt), known ? attempt.consistency : Consistency::Crash, held);
  if (!labelled) {
    return pass_on(std::move(labelled));
  }
  return Settled::Labelled;
}

}  // namespace stillpoint::executor
