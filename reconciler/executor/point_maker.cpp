#include "executor/point_maker.hpp"

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>

#include "executor/labeller.hpp"
#include "executor/members.hpp"
#include "executor/other_members.hpp"
#include "executor/window.hpp"
#include "inventory/points.hpp"
#include "support/text.hpp"

namespace stillpoint::executor {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using support::Deadline;
using support::ErrorKind;
using support::fail;
using support::pass_on;
using support::Result;

/// A cloud that answers in time leaves this much of a snapshot without a hold to wait for.
constexpr seconds kUnheldWait{120};
/// `hold-until` is this much after the hold's own end: release is done within one second of it (P1), clocks count whole
/// seconds.
constexpr seconds kHoldUntilSlack{2};
/// To reach a server, look at it and be ready, all of it slow.
constexpr seconds kPreparation{300};
/// A token must outlive the hold by this much.
constexpr seconds kTokenReserve{120};

/// Another controller may have been here between the listing and the host lock (P3).
enum class SlotNow { Free, Served };
Result<SlotNow> look_again(const Context& context, const Subject& subject, const planner::CreatePoint& wanted) {
  std::vector<cloud::VolumeId> volumes;
  for (const auto& volume : subject.volumes) {
    volumes.push_back(volume.id);
  }
  // Another member of the cluster may have other volumes, so all are listed then.
  const auto& cluster = subject.policy.cluster.name;
  auto snapshots = cluster.empty() ? context.cloud.list_snapshots_of(volumes, context.read_deadline())
                                   : context.cloud.list_snapshots(context.read_deadline());
  if (!snapshots) {
    return pass_on(std::move(snapshots), "look at the slot again under the host lock");
  }
  if (inventory::clusters_held(*snapshots, context.cloud_now()).contains(cluster)) {
    return fail(ErrorKind::Busy,
                "another member of cluster '" + cluster + "' may be held now; a later pass tries again");
  }
  const auto points = inventory::assemble(*snapshots, context.installation);
  for (const auto& [series, slots] : points.series) {
    for (const auto& point : slots) {
      if (point.id != wanted.point) {
        continue;
      }
      if (const auto* best = point.best(); best != nullptr && best->consistency >= subject.dataset.require) {
        return SlotNow::Served;
      }
      for (const auto& attempt : point.attempts) {
        if (attempt.state != inventory::AttemptState::Complete && attempt.hold_until() > context.cloud_now()) {
          return fail(ErrorKind::Busy, "another controller is making this point: attempt " + attempt.id);
        }
      }
    }
  }
  return SlotNow::Free;
}

/// A slot that cannot be begun in time is a missed one: nobody wants the hold of the night in the morning.
support::Status check_in_time(const Context& context, const planner::CreatePoint& wanted) {
  if (wanted.start_by && context.clock.wall_now() > *wanted.start_by) {
    return fail(ErrorKind::Timeout, "the slot is missed: its starting deadline, " +
                                        support::format_utc(*wanted.start_by) +
                                        ", passed before the pass came to it; raise schedule.startingDeadline, or let "
                                        "the policies begin at different times");
  }
  return {};
}

inventory::Ownership ownership(const Context& context, const Subject& subject, const planner::CreatePoint& wanted,
                               const std::string& attempt) {
  inventory::Ownership own;
  own.installation = context.installation;
  own.policy = subject.policy.name;
  own.server = subject.server.id;
  own.server_name = subject.server.name;
  own.dataset = subject.dataset.name;
  own.slot = wanted.slot;
  own.point = wanted.point;
  own.attempt = attempt;
  own.members = static_cast<int>(subject.volumes.size());
  own.taken = context.cloud_now();
  const auto longest = subject.policy.has_ssh ? subject.dataset.hold.max_hold : kUnheldWait;
  own.hold_until = context.cloud_now() + longest + kHoldUntilSlack;
  own.method = std::string(to_string(subject.dataset.hold.method));
  own.cluster = subject.policy.cluster.name;
  return own;
}

std::vector<cloud::SnapshotId> ids_of(const std::vector<cloud::Snapshot>& snapshots) {
  std::vector<cloud::SnapshotId> ids;
  for (const auto& snapshot : snapshots) {
    ids.push_back(snapshot.id);
  }
  return ids;
}

std::vector<cloud::VolumeId> volumes_of(const std::vector<cloud::Snapshot>& snapshots) {
  std::vector<cloud::VolumeId> volumes;
  for (const auto& snapshot : snapshots) {
    volumes.push_back(snapshot.volume);
  }
  return volumes;
}

/// From the first statement that can block a writer, if nobody hears of it any more.
milliseconds longest_hold(const Subject& subject) {
  const auto& hold = subject.dataset.hold;
  const auto stopping = hold.method == policy::Method::StopService ? hold.stop_timeout + seconds(1) : milliseconds(0);
  return stopping + hold.max_hold;
}

milliseconds since(const Context& context, support::SteadyTime start) {
  return std::chrono::duration_cast<milliseconds>(context.clock.steady_now() - start);
}

/// Without SSH there is nothing to hold and nobody to ask: a crash-consistent snapshot of one volume.
Result<MadePoint> make_unheld(const Context& context, const Subject& subject, const inventory::Ownership& own) {
  MadePoint made;
  const auto start = context.clock.steady_now();
  auto members = cut_members(context, subject, own, Deadline::after(context.clock, kUnheldWait), context.stop);
  if (!members) {
    return pass_on(std::move(members));
  }
  made.available = since(context, start);
  if (auto labelled = write_label(context, ids_of(*members), {policy::Consistency::Crash, std::nullopt}); !labelled) {
    return pass_on(std::move(labelled));
  }
  return made;
}

/// Whoever reads why a point failed must also read that the server may not be well. Its dead-man sees to the rest.
support::Error with_abort(const support::Error& failure, const support::Error& abort) {
  support::Error both(failure.kind(), failure.to_string() + "; and the abort was not confirmed: " + abort.to_string());
  return failure.retry_after() ? std::move(both).with_retry_after(*failure.retry_after()) : both;
}

HoldClaim claim_of(const Subject& subject) {
  HoldClaim claim{
      subject.policy.name, subject.server.id, subject.policy.cluster.name, {}, subject.dataset.hold.max_hold};
  for (const auto& volume : subject.volumes) {
    claim.back_ends.insert({volume.volume_type, volume.availability_zone});
  }
  return claim;
}

Window::Turn turn_of(policy::Method method) {
  if (method == policy::Method::StopService || method == policy::Method::Script) {
    return Window::Turn::First;
  }
  return policy::is_session(method) ? Window::Turn::Middle : Window::Turn::Last;
}

/// What the points of a window have in common.
struct Together {
  std::vector<cloud::Volume> volumes;  ///< of all of them
  /// Longer than it takes any of them to be ready, and held or given up.
  milliseconds wait = kPreparation;
};

/// A point that is being made, in the window of its own or of several.
struct Undertaking {
  const Context& context;
  const Subject& subject;
  const planner::CreatePoint& wanted;
  Window& window;
  Window::Member& member;
  const Together& together;
};

/// What was true before a longer wait may not be true after it.
constexpr seconds kLongWait{30};

/// Tells the observer of a hold for as long as it lives.
class OpenHold {
 public:
  OpenHold(const Context& context, const Subject& subject)
      : observer_(context.observer), series_{subject.policy.name, subject.server.id, subject.dataset.name} {
    observer_.hold_opened(series_);
  }
  ~OpenHold() { observer_.hold_closed(series_); }
  OpenHold(const OpenHold&) = delete;
  OpenHold& operator=(const OpenHold&) = delete;

 private:
  Observer& observer_;
  const inventory::SeriesKey series_;
};

/// Holds; in a window of several when all are ready that can be.
Result<std::unique_ptr<quiesce::Hold>> begin_hold(const Undertaking& point, quiesce::Session& session,
                                                  std::optional<OpenHold>& open) {
  const auto& settings = point.subject.dataset.hold;
  const auto patience = settings.stop_timeout + settings.max_hold + seconds(30);
  if (point.window.is_shared()) {
    auto ready = session.make_ready(Deadline::after(point.context.clock, patience)).and_then([&] {
      return point.member.await_turn(point.context.stop);
    });
    if (!ready) {
      return pass_on(std::move(ready), "hold");
    }
  }
  open.emplace(point.context, point.subject);
  auto hold = session.hold(Deadline::after(point.context.clock, patience));
  if (!hold) {
    return pass_on(std::move(hold), "hold");
  }
  point.member.held();
  return hold;
}

Result<MadePoint> make_held(const Undertaking& point, quiesce::Session& session, inventory::Ownership own,
                            policy::Consistency provable) {
  MadePoint made;
  const auto& [context, subject, wanted, window, member, together] = point;
  const auto& settings = subject.dataset.hold;
  std::optional<OpenHold> open;
  auto hold = begin_hold(point, session, open);
  if (!hold) {
    return fail(hold.error());
  }
  own.taken = context.cloud_now();
  own.hold_until = own.taken + settings.max_hold + kHoldUntilSlack;
  own.position = (*hold)->position();
  const auto start = context.clock.steady_now();
  auto members = cut_members(context, subject, own, (*hold)->deadline());
  const auto let_go_time = settings.start_timeout + seconds(30);
  if (!members) {
    if (members.error().kind() == ErrorKind::Timeout) {
      member.waited_in_vain(own.attempt);
    }
    member.leave();
    auto let_go = (*hold)->abort(Deadline::after(context.clock, let_go_time));
    open.reset();
    return fail(let_go ? members.error() : with_abort(members.error(), let_go.error()));
  }
  made.available = since(context, start);
  member.served(made.available);
  made.window = member.await_others((*hold)->deadline());
  auto released = (*hold)->release(Deadline::after(context.clock, let_go_time));
  open.reset();
  if (!released) {
    return pass_on(std::move(released), "release: the snapshots are not proven");
  }
  made.held = released->held;
  made.service_problem = released->service_problem;
  // The server proves that it was held. That it was these volumes until the end only the cloud knows; it is asked after
  // the release, because to ask costs time.
  if (auto attached = check_attachments(context, volumes_of(*members), subject.server); !attached) {
    return pass_on(std::move(attached), "after the release: the snapshots are not proven");
  }
  if (auto labelled =
          write_label(context, ids_of(*members), {provable, held_by(own.method, released->held), made.window});
      !labelled) {
    return pass_on(std::move(labelled));
  }
  return made;
}

/// Leave to hold, asked for when all that can be known without it is known: a server that hangs must not keep others
/// waiting.
support::Status enter(const Undertaking& point) {
  const auto& context = point.context;
  const auto start = context.clock.steady_now();
  if (auto entered = point.member.enter(context.stop); !entered) {
    return pass_on(std::move(entered), "leave to hold");
  }
  return since(context, start) > kLongWait ? check_cloud(context, point.subject, point.together.volumes)
                                           : support::Status();
}

quiesce::HoldRequest request_of(const Undertaking& point, const std::string& attempt) {
  auto request = hold_request(point.subject, attempt, point.wanted.point);
  if (point.window.is_shared()) {
    request.window = point.window.id();
    request.window_wait = point.together.wait;
  }
  return request;
}

Result<MadePoint> make_on_server(const Undertaking& point, inventory::Ownership own) {
  const auto& [context, subject, wanted, window, member, together] = point;
  auto helper = context.servers.reach(subject.policy, subject.server, context.read_deadline());
  if (!helper) {
    return pass_on(std::move(helper), "preflight: reach server '" + subject.server.name + "'");
  }
  const auto request = request_of(point, own.attempt);
  auto probed = check_server(context, subject, **helper, request);
  if (!probed) {
    return pass_on(std::move(probed), "preflight on server '" + subject.server.name + "'");
  }
  if (auto entered = enter(point); !entered) {
    return fail(entered.error());
  }
  const auto lifetime = std::chrono::duration_cast<seconds>(longest_hold(subject)) + kTokenReserve;
  if (auto warm = context.cloud.warm_up(lifetime, static_cast<int>(together.volumes.size()), context.read_deadline());
      !warm) {
    return pass_on(std::move(warm), "preflight: make the cloud's connections ready");
  }
  if (context.stop.stop_requested()) {
    return fail(ErrorKind::Interrupted, "the program is being stopped; nothing was held");
  }
  auto session = (*helper)->lock(request, context.read_deadline());
  if (!session) {
    return pass_on(std::move(session), "host lock of server '" + subject.server.name + "'");
  }
  auto slot = look_again(context, subject, wanted);
  if (!slot) {
    return pass_on(std::move(slot));
  }
  if (*slot == SlotNow::Served) {
    MadePoint there;
    there.result = MadePoint::Result::AlreadyThere;
    return there;
  }
  if (auto in_time = check_in_time(context, wanted); !in_time) {
    return pass_on(std::move(in_time));
  }
  return make_held(point, **session, std::move(own), probed->provable);
}

Result<MadePoint> make_point(const Undertaking& point) {
  const auto& [context, subject, wanted, window, member, together] = point;
  if (auto in_time = check_in_time(context, wanted); !in_time) {
    return pass_on(std::move(in_time));
  }
  if (auto cloud_ready = check_cloud(context, subject, together.volumes); !cloud_ready) {
    return pass_on(std::move(cloud_ready), "preflight");
  }
  const std::string attempt = support::random_hex(8);
  auto own = ownership(context, subject, wanted, attempt);
  if (!subject.policy.has_ssh) {
    return make_unheld(context, subject, own);
  }
  const auto& cluster = subject.policy.cluster.name;
  if (!cluster.empty()) {
    // The next member must see how this one fared.
    if (auto entered = enter(point); !entered) {
      return fail(entered.error());
    }
    if (auto well = check_other_members(context, subject); !well) {
      return pass_on(std::move(well), "preflight");
    }
  }
  auto made = make_on_server(point, std::move(own));
  // Busy as well: then somebody else has the host lock, and may hold the member.
  if (!cluster.empty() && (made ? made->service_problem.has_value() : made.error().kind() != ErrorKind::Interrupted)) {
    context.gate.rest(cluster, longest_hold(subject) + kHoldUntilSlack);
  }
  return made;
}

}  // namespace

std::vector<Result<MadePoint>> make_points(const Context& context, const std::vector<PointToMake>& points) {
  Window window(context.gate, context.clock);
  Together together;
  std::vector<std::unique_ptr<Window::Member>> members;
  for (const auto& [subject, wanted] : points) {
    const auto& hold = subject.dataset.hold;
    together.volumes.insert(together.volumes.end(), subject.volumes.begin(), subject.volumes.end());
    together.wait = std::max(together.wait, hold.stop_timeout + hold.start_timeout + kPreparation);
    members.push_back(window.join(turn_of(hold.method), claim_of(subject)));
  }
  std::vector<Result<MadePoint>> made(points.size(), fail(ErrorKind::Busy, "the machine has no thread to give for it"));
  const auto make = [&](size_t i) {
    made[i] = make_point({context, points[i].subject, points[i].wanted, window, *members[i], together});
    members[i]->leave();
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < points.size(); ++i) {
    try {
      threads.emplace_back(make, i);
    } catch (const std::system_error&) {
      members[i]->leave();  // a later pass tries it again
    }
  }
  make(0);
  threads.clear();  // waits for them
  return made;
}

}  // namespace stillpoint::executor
