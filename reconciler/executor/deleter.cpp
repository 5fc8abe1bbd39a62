#include "executor/deleter.hpp"

#include <optional>

namespace stillpoint::executor {
namespace {

using std::chrono::milliseconds;
using support::Deadline;
using support::ErrorKind;
using support::fail;
using support::pass_on;
using support::Status;

constexpr std::chrono::seconds kGoneWait{120};
constexpr milliseconds kPoll{200};
/// Cinder writes that it is deleting before anything else: after this it is not.
constexpr std::chrono::seconds kBeginWait{3};

/// Ok if it may be deleted, NotFound if it is gone already.
Status still_ours(const Context& context, const inventory::Member& member) {
  auto fresh = context.cloud.get_snapshot(member.snapshot.id, context.read_deadline());
  if (!fresh) {
    return pass_on(std::move(fresh), "read the snapshot back before its deletion");
  }
  const auto own = inventory::read_ownership(fresh->metadata);
  if (!own || own->installation != context.installation || own->point != member.own.point ||
      own->attempt != member.own.attempt || fresh->volume != member.snapshot.volume) {
    return fail(ErrorKind::Conflict, "the snapshot does not carry the marks any more that it was to be deleted by");
  }
  if (own->pinned(context.clock.wall_now())) {
    return fail(ErrorKind::Conflict, "the snapshot was pinned meanwhile");
  }
  if (own->consistency != member.own.consistency) {
    return fail(ErrorKind::Conflict, "the snapshot was relabelled meanwhile");
  }
  if (fresh->status != "available" && fresh->status != "error") {
    return fail(ErrorKind::Conflict, "the snapshot is '" + fresh->status + "' now; a later pass looks again");
  }
  return {};
}

/// `unanswered`: the deletion got no answer, so that it may not have begun yet.
Status wait_gone(const Context& context, const cloud::SnapshotId& id, const std::optional<support::Error>& unanswered) {
  const auto deadline = Deadline::after(context.clock, kGoneWait).unless_stopped(context.stop);
  const auto begun_by = Deadline::after(context.clock, kBeginWait);
  bool was_deleting = false;
  while (true) {
    auto fresh = context.cloud.get_snapshot(id, deadline);
    if (!fresh) {
      return fresh.error().kind() == ErrorKind::NotFound ? Status() : pass_on(std::move(fresh));
    }
    was_deleting = was_deleting || fresh->status == "deleting";
    if (unanswered && !was_deleting && fresh->status != "error_deleting") {
      if (begun_by.passed(context.clock)) {
        return fail(support::Error(*unanswered).with_context("its deletion has not begun; a later pass looks again"));
      }
    } else if (fresh->status != "deleting") {
      const auto messages = context.cloud.messages(id.str(), deadline);
      return fail(ErrorKind::Conflict,
                  "the cloud did not delete it, it is '" + fresh->status +
                      (fresh->status == "available" ? "' again" : "'") +
                      (messages && !messages->empty() ? ": " + messages->front().text : std::string()));
    }
    if (deadline.passed(context.clock)) {
      return fail(ErrorKind::Timeout, "it is still being deleted");
    }
    context.clock.sleep_for(kPoll, context.stop);
    if (context.stop.stop_requested()) {
      return fail(ErrorKind::Interrupted, "the program is being stopped; the next pass sees whether it is gone");
    }
  }
}

/// Only a point needs it: what is left of an attempt that never was one is swept as it is.
Status mark_as_going(const Context& context, const inventory::Attempt& attempt) {
  if (attempt.consistency == policy::Consistency::Unproven) {
    return {};
  }
  for (const auto& member : attempt.members) {
    auto marked = context.cloud.merge_snapshot_metadata(member.snapshot.id, inventory::deletion_metadata(),
                                                        context.call_deadline());
    if (!marked && marked.error().kind() != ErrorKind::NotFound) {
      return pass_on(std::move(marked), "mark snapshot " + member.snapshot.id.str() + " before its deletion");
    }
  }
  return {};
}

/// Reads it back and deletes it with nothing in between.
Status delete_member(const Context& context, const inventory::Member& member) {
  if (auto ours = still_ours(context, member); !ours) {
    return ours.error().kind() == ErrorKind::NotFound ? Status() : ours;
  }
  auto deleted = context.cloud.delete_snapshot(member.snapshot.id, context.call_deadline());
  // Without an answer it may be under way: whether it is gone is what is waited for.
  if (!deleted && deleted.error().kind() != ErrorKind::UnknownOutcome) {
    return deleted.error().kind() == ErrorKind::NotFound ? Status() : deleted;
  }
  return wait_gone(context, member.snapshot.id, deleted ? std::nullopt : std::optional(deleted.error()));
}

}  // namespace

Status check_detached(const Context& context, const std::vector<cloud::VolumeId>& volumes,
                      const cloud::ServerId& server) {
  for (const auto& id : volumes) {
    auto volume = context.cloud.get_volume(id, context.read_deadline());
    if (!volume && volume.error().kind() == ErrorKind::NotFound) {
      continue;
    }
    if (!volume) {
      return pass_on(std::move(volume), "read volume " + id.str() + " before the deletion of an orphan's point");
    }
    for (const auto& attachment : volume->attachments) {
      if (attachment.server == server) {
        return fail(ErrorKind::Conflict, "volume " + id.str() + " is attached to server " + attachment.server.str() +
                                             ", which a listing did not show: its points are no orphan's, and stay");
      }
    }
  }
  return {};
}

Status delete_attempt(const Context& context, const inventory::Attempt& attempt) {
  for (const auto& member : attempt.members) {
    // All or none: half a point is no point.
    if (auto ours = still_ours(context, member); !ours && ours.error().kind() != ErrorKind::NotFound) {
      return pass_on(std::move(ours), "delete snapshot " + member.snapshot.id.str());
    }
  }
  if (auto marked = mark_as_going(context, attempt); !marked) {
    return marked;
  }
  for (const auto& member : attempt.members) {
    if (auto deleted = delete_member(context, member); !deleted) {
      return pass_on(std::move(deleted), "delete snapshot " + member.snapshot.id.str());
    }
  }
  return {};
}

}  // namespace stillpoint::executor
