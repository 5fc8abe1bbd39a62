#pragma once

#include <string>
#include <vector>

#include "executor/context.hpp"
#include "planner/plan.hpp"
#include "policy/policy.hpp"
#include "quiesce/hold.hpp"

namespace stillpoint::executor {

/// The dataset of a server as its checks and its hold see it.
struct Subject {
  const policy::Policy& policy;
  const policy::Dataset& dataset;
  cloud::Server server;
  std::vector<cloud::Volume> volumes;
};

/// What is asked of the helper for the subject. `point` is empty if none is to be made.
quiesce::HoldRequest hold_request(const Subject& subject, const std::string& attempt, const std::string& point);

/// Reads each volume afresh: in a state that can be snapshotted, attached to this server alone, no snapshot of it being
/// created now. Nothing is changed.
support::Status check_volumes(const Context& context, const Subject& subject);

/// Reads each volume afresh and says which is not attached to the server alone any more. What was cut of such a volume
/// meanwhile is not known to be of the hold.
support::Status check_attachments(const Context& context, const std::vector<cloud::VolumeId>& volumes,
                                  const cloud::Server& server);

/// Reads the quotas afresh and says which has no room for a snapshot of each volume.
support::Status check_quota(const Context& context, const std::vector<cloud::Volume>& volumes);

/// Reads the cloud's clock afresh.
support::Status check_clock(const Context& context);

/// The clock, the volumes and the quotas, up to the first that fails. `volumes` are all that will be snapshotted at
/// once.
support::Status check_cloud(const Context& context, const Subject& subject, const std::vector<cloud::Volume>& volumes);

/// Asks the helper. Also an error if what it can prove is less than what the policy requires.
support::Result<quiesce::ProbeReport> check_server(const Context& context, const Subject& subject,
                                                   quiesce::Helper& helper, const quiesce::HoldRequest& request);

}  // namespace stillpoint::executor
