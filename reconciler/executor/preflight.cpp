#include "executor/preflight.hpp"

#include <algorithm>

#include "inventory/match.hpp"
#include "planner/planner.hpp"
#include "planner/quota_ledger.hpp"
#include "support/text.hpp"

namespace stillpoint::executor {
namespace {

using support::ErrorKind;
using support::fail;
using support::pass_on;
using support::Status;

Status check_attached(const cloud::Volume& volume, const cloud::Server& server) {
  const bool here = std::any_of(volume.attachments.begin(), volume.attachments.end(),
                                [&](const cloud::Attachment& attachment) { return attachment.server == server.id; });
  if (!here || volume.attachments.size() != 1) {
    return fail(ErrorKind::Conflict, "volume '" + volume.name + "' is not attached to server '" + server.name +
                                         "' alone any more; run the pass again");
  }
  return {};
}

Status check_volume(const cloud::Volume& volume, const cloud::Server& server) {
  if (volume.status != "in-use" && volume.status != "available") {
    return fail(ErrorKind::Conflict,
                "volume '" + volume.name + "' is " + volume.status + ", and a snapshot needs it to be in-use");
  }
  return check_attached(volume, server);
}

}  // namespace

quiesce::HoldRequest hold_request(const Subject& subject, const std::string& attempt, const std::string& point) {
  quiesce::HoldRequest request;
  request.attempt = attempt;
  request.point = point;
  request.server_name = subject.server.name;
  request.hold = subject.dataset.hold;
  for (const auto& volume : subject.volumes) {
    request.volumes.push_back(volume.id);
  }
  request.cluster = subject.policy.cluster;
  request.writer = inventory::is_writer(subject.policy.cluster, subject.server) ? quiesce::WriterRole::Writer
                                                                                : quiesce::WriterRole::NotWriter;
  return request;
}

Status check_volumes(const Context& context, const Subject& subject) {
  std::vector<cloud::VolumeId> ids;
  for (const auto& volume : subject.volumes) {
    auto fresh = context.cloud.get_volume(volume.id, context.read_deadline());
    if (!fresh) {
      return pass_on(std::move(fresh), "read volume '" + volume.name + "'");
    }
    if (auto usable = check_volume(*fresh, subject.server); !usable) {
      return usable;
    }
    ids.push_back(volume.id);
  }
  auto snapshots = context.cloud.list_snapshots_of(ids, context.read_deadline());
  if (!snapshots) {
    return pass_on(std::move(snapshots), "list the snapshots of the volumes");
  }
  for (const auto& snapshot : *snapshots) {
    if (snapshot.status == "creating") {
      return fail(ErrorKind::Busy, "snapshot " + snapshot.id.str() + " of a volume is still being created");
    }
  }
  return {};
}

Status check_attachments(const Context& context, const std::vector<cloud::VolumeId>& volumes,
                         const cloud::Server& server) {
  for (const auto& id : volumes) {
    auto fresh = context.cloud.get_volume(id, context.call_deadline());
    if (!fresh) {
      return pass_on(std::move(fresh), "read volume " + id.str() + " again");
    }
    if (auto attached = check_attached(*fresh, server); !attached) {
      return attached;
    }
  }
  return {};
}

Status check_quota(const Context& context, const std::vector<cloud::Volume>& volumes) {
  auto quota = context.cloud.quota(context.read_deadline());
  if (!quota) {
    return pass_on(std::move(quota), "read the quotas");
  }
  if (const auto no_room = planner::QuotaLedger(*quota).book(volumes)) {
    return fail(ErrorKind::QuotaExceeded, *no_room);
  }
  return {};
}

Status check_clock(const Context& context) {
  auto offset = context.cloud.clock_offset(context.read_deadline());
  if (!offset) {
    return pass_on(std::move(offset), "read the cloud's clock");
  }
  if (std::chrono::abs(*offset) > planner::kMaxClockOffset) {
    return fail(ErrorKind::Unavailable,
                "this machine's clock differs from the cloud's by " + std::to_string(offset->count()) + " s");
  }
  return {};
}

Status check_cloud(const Context& context, const Subject& subject, const std::vector<cloud::Volume>& volumes) {
  return check_clock(context).and_then([&] { return check_volumes(context, subject); }).and_then([&] {
    return check_quota(context, volumes);
  });
}

support::Result<quiesce::ProbeReport> check_server(const Context& context, const Subject& subject,
                                                   quiesce::Helper& helper, const quiesce::HoldRequest& request) {
  auto report = helper.probe(request, context.read_deadline());
  if (report && report->provable < subject.dataset.require) {
    return fail(ErrorKind::Remote, "the hold can prove no more than '" + std::string(to_string(report->provable)) +
                                       "' on this server and the dataset requires '" +
                                       std::string(to_string(subject.dataset.require)) + "'");
  }
  return report;
}

}  // namespace stillpoint::executor
