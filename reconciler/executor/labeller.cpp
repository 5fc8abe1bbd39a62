#include "executor/labeller.hpp"

#include <algorithm>

#include "executor/preflight.hpp"

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

std::vector<cloud::VolumeId> volumes_of(const inventory::Attempt& attempt) {
  std::vector<cloud::VolumeId> volumes;
  for (const auto& member : attempt.members) {
    volumes.push_back(member.snapshot.volume);
  }
  return volumes;
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
  auto helper = context.servers.reach(policy, server, context.read_deadline());
  if (!helper) {
    return pass_on(std::move(helper), "reach server '" + server.name + "'");
  }
  auto report = (*helper)->verdict(attempt.id, context.read_deadline());
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
  if (auto attached = check_attachments(context, volumes_of(attempt), server); !attached) {
    // To read it may fail for now; that it is attached elsewhere does not pass.
    return attached.error().kind() == ErrorKind::Conflict ? Result<Settled>(Settled::NotIntact)
                                                          : pass_on(std::move(attached));
  }
  if (auto labelled = write_label(context, ids_of(attempt), {*level, held_by(attempt.own().method, report->held)});
      !labelled) {
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

bool may_be_written(const support::Error& error) {
  return error.kind() == ErrorKind::UnknownOutcome || error.kind() == ErrorKind::Unavailable;
}

/// Whether a label whose writing got no good answer is there all the same.
bool shows_label(const Context& context, const cloud::SnapshotId& id, Consistency level) {
  const auto fresh = context.cloud.get_snapshot(id, context.call_deadline());
  const auto own = fresh ? inventory::read_ownership(fresh->metadata) : fail(fresh.error());
  return own && own->consistency == level;
}

}  // namespace

std::optional<std::chrono::milliseconds> held_by(const std::string& method, std::chrono::milliseconds held) {
  return method == to_string(policy::Method::None) ? std::nullopt : std::optional(held);
}

Status write_label(const Context& context, const std::vector<cloud::SnapshotId>& members, const Label& label) {
  const auto entries = inventory::label_metadata(label.level, label.held, label.window);
  for (const auto& member : members) {
    auto labelled = context.cloud.merge_snapshot_metadata(member, entries, context.call_deadline());
    if (!labelled && may_be_written(labelled.error()) && shows_label(context, member, label.level)) {
      continue;
    }
    if (!labelled) {
      return pass_on(std::move(labelled),
                     "label snapshot " + member.str() + " as " + std::string(to_string(label.level)));
    }
  }
  return {};
}

Status complete_labels(const Context& context, const inventory::Attempt& attempt) {
  Label label{attempt.consistency, std::nullopt};
  for (const auto& member : attempt.members) {
    label.held = label.held ? label.held : member.own.held;
    label.window = label.window.empty() ? member.own.window : label.window;
  }
  return write_label(context, ids_of(attempt), label);
}

Status write_pin(cloud::Cloud& cloud, const support::Clock& clock, const inventory::Attempt& attempt,
                 const std::string& owner, const std::string& until) {
  for (const auto& id : ids_of(attempt)) {
    auto written = cloud.merge_snapshot_metadata(id, inventory::pin_metadata(owner, until),
                                                 support::Deadline::after(clock, std::chrono::minutes(1)));
    if (!written) {
      return pass_on(std::move(written), "write the pin of snapshot " + id.str());
    }
  }
  return {};
}

Result<Settled> settle_attempt(const Context& context, const Job& job, const planner::Relabel& wanted) {
  switch (wanted.how) {
    case planner::Relabel::How::AskVerdict:
      return ask_server(context, *job.policy, *job.server, wanted.attempt);
    case planner::Relabel::How::DowngradeToCrash:
      return downgrade(context, wanted.attempt);
    case planner::Relabel::How::PinForEver:
      return write_pin(context.cloud, context.clock, wanted.attempt, inventory::kRetained, "").map([] {
        return Settled::Labelled;
      });
  }
  return fail(ErrorKind::Protocol, "an unknown way to relabel");
}

}  // namespace stillpoint::executor
