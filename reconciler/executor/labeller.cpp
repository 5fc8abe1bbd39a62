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

/// The snapshot was cut at some time after the hold: what the metadata say of the hold is not true of it.
Result<Settled> downgrade(const Context& context, const inventory::Attempt& attempt) {
  for (const auto& member : attempt.members) {
    auto entries = inventory::label_metadata(Consistency::Crash, std::nullopt);
    entries.merge(
        inventory::late_metadata(member.own, member.snapshot.updated_at.value_or(member.snapshot.created_at)));
    auto written = context.cloud.merge_snapshot_metadata(member.snapshot.id, entries, context.call_deadline());
    if (!written) {
      return pass_on(std::move(written), "label snapshot " + member.snapshot.id.str() + " as crash");
    }
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

Status complete_labels(const Context& context, const inventory::Attempt& attempt) {
  std::optional<std::chrono::milliseconds> held;
  for (const auto& member : attempt.members) {
    held = held ? held : member.own.held;
  }
  return write_label(context, ids_of(attempt), attempt.consistency, held);
}

Result<Settled> settle_attempt(const Context& context, const policy::Policy& policy, const cloud::Server& server,
                               const planner::Relabel& wanted) {
  const auto& attempt = wanted.attempt;
  return wanted.how == planner::Relabel::How::AskVerdict ? ask_server(context, policy, server, attempt)
                                                         : downgrade(context, attempt);
}

}  // namespace stillpoint::executor
