#include "executor/members.hpp"

#include <algorithm>
#include <future>
#include <optional>
#include <system_error>

#include "support/text.hpp"

namespace stillpoint::executor {
namespace {

using std::chrono::milliseconds;
using support::Deadline;
using support::ErrorKind;
using support::fail;
using support::pass_on;
using support::Result;

constexpr milliseconds kFirstPoll{20};
constexpr milliseconds kLastPoll{200};
/// Cinder writes the row of a snapshot before anything else: after this there is none.
constexpr std::chrono::seconds kUnansweredWait{3};

cloud::NewSnapshot new_snapshot(const cloud::Volume& volume, const inventory::Ownership& own) {
  cloud::NewSnapshot wanted;
  wanted.volume = volume.id;
  wanted.name = "stillpoint-" + own.policy + "-" + own.dataset + "-" + support::format_utc(own.slot);
  wanted.description =
      "Recovery point " + own.point + " of " + support::printable(own.server_name) + ", made by Stillpoint";
  wanted.metadata = inventory::creation_metadata(own);
  return wanted;
}

std::string why_failed(const Context& context, const cloud::SnapshotId& id, Deadline deadline) {
  const auto messages = context.cloud.messages(id.str(), deadline);
  return messages && !messages->empty() ? ": " + messages->front().text : "";
}

/// Whether it is the attempt's snapshot of the volume, by what it says itself.
bool is_of(const cloud::Snapshot& snapshot, const cloud::Volume& volume, const std::string& attempt) {
  const auto own = inventory::read_ownership(snapshot.metadata);
  return own && own->attempt == attempt && snapshot.volume == volume.id;
}

/// Whether to ask again while there is time: of a snapshot that is on its way, one lost answer says nothing, and to let
/// go would cost the database another hold.
bool may_pass(const support::Error& error) {
  switch (error.kind()) {
    case ErrorKind::Unavailable:
    case ErrorKind::Timeout:
    case ErrorKind::Throttled:
    case ErrorKind::Protocol:
      return true;
    default:
      return false;
  }
}

/// Waits before the next question, as long as the cloud asks for. False if that is longer than the hold: then nothing
/// is held for it.
bool wait_before_asking(const Context& context, const support::Error& error, milliseconds pause, Deadline deadline,
                        const std::stop_token& stop = {}) {
  const auto wait = std::max(pause, milliseconds(error.retry_after().value_or(std::chrono::seconds(0))));
  if (wait >= deadline.remaining(context.clock)) {
    return false;
  }
  context.clock.sleep_for(wait, stop);
  return true;
}

/// A request whose answer never came may have made the snapshot all the same: look for it until it shows or time is up.
Result<cloud::Snapshot> find_unanswered(const Context& context, const cloud::Volume& volume, const std::string& attempt,
                                        Deadline deadline, support::Error unanswered) {
  const auto until = deadline.earlier_of(Deadline::after(context.clock, kUnansweredWait));
  while (!until.passed(context.clock)) {
    auto snapshots = context.cloud.list_snapshots_of({volume.id}, deadline);
    if (!snapshots) {
      if (may_pass(snapshots.error()) && wait_before_asking(context, snapshots.error(), kLastPoll, deadline)) {
        continue;
      }
      return pass_on(std::move(snapshots), "look for a snapshot whose request got no answer");
    }
    for (const auto& snapshot : *snapshots) {
      if (is_of(snapshot, volume, attempt)) {
        return snapshot;
      }
    }
    context.clock.sleep_for(kLastPoll);
  }
  return fail(std::move(unanswered));
}

support::Error too_late(const cloud::SnapshotId& id, const std::optional<support::Error>& last) {
  return {ErrorKind::Timeout,
          "snapshot " + id.str() +
              " was not available before the hold had to end; raise hold.maxHold, or find out why the cloud is slow" +
              (last ? " (it said last: " + last->to_string() + ")" : "")};
}

Result<cloud::Snapshot> wait_available(const Context& context, cloud::Snapshot snapshot, Deadline deadline,
                                       const std::stop_token& stop) {
  milliseconds pause = kFirstPoll;
  std::optional<support::Error> last;
  while (snapshot.status != "available") {
    if (snapshot.status != "creating") {
      return fail(ErrorKind::Conflict, "snapshot " + snapshot.id.str() + " became '" + snapshot.status + "'" +
                                           why_failed(context, snapshot.id, deadline));
    }
    context.clock.sleep_for(pause, stop);
    if (stop.stop_requested()) {
      return fail(ErrorKind::Interrupted,
                  "the program is being stopped; snapshot " + snapshot.id.str() + " is left to the next pass");
    }
    pause = std::min(kLastPoll, pause * 5 / 4);
    auto fresh = context.cloud.get_snapshot(snapshot.id, deadline);
    if (!fresh && deadline.passed(context.clock)) {
      return fail(too_late(snapshot.id, last));
    }
    if (!fresh && !may_pass(fresh.error())) {
      return fresh;
    }
    if (!fresh) {
      last = fresh.error();
      if (!wait_before_asking(context, *last, pause, deadline, stop)) {
        return fail(too_late(snapshot.id, last));
      }
      continue;
    }
    snapshot = std::move(*fresh);
  }
  return snapshot;
}

Result<cloud::Snapshot> cut_one(const Context& context, const cloud::Volume& volume, const inventory::Ownership& own,
                                Deadline deadline, const std::stop_token& stop) {
  const auto start = context.clock.steady_now();
  // Half of the time is for the answer and half for looking for a snapshot whose answer never came.
  const auto answer_by = Deadline::after(context.clock, deadline.remaining(context.clock) / 2);
  auto snapshot = context.cloud.create_snapshot(new_snapshot(volume, own), answer_by);
  if (!snapshot && snapshot.error().kind() == ErrorKind::UnknownOutcome) {
    snapshot = find_unanswered(context, volume, own.attempt, deadline, snapshot.error());
  }
  if (!snapshot) {
    return pass_on(std::move(snapshot), "snapshot volume '" + volume.name + "'");
  }
  if (!is_of(*snapshot, volume, own.attempt)) {
    return fail(ErrorKind::Protocol, "snapshot volume '" + volume.name + "': the cloud answered with snapshot " +
                                         support::printable(snapshot->id.str()) +
                                         ", which does not carry what was asked for");
  }
  auto available = wait_available(context, std::move(*snapshot), deadline, stop);
  if (!available) {
    return pass_on(std::move(available), "snapshot volume '" + volume.name + "'");
  }
  context.observer.snapshot_available(std::chrono::duration_cast<milliseconds>(context.clock.steady_now() - start));
  return available;
}

/// Beside the caller; if the machine has no thread to give, when it is asked for: later is better than not at all.
template <class Work>
std::future<Result<cloud::Snapshot>> start(Work work) {
  try {
    return std::async(std::launch::async, work);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, work);
  }
}

}  // namespace

Result<std::vector<cloud::Snapshot>> cut_members(const Context& context, const Subject& subject,
                                                 const inventory::Ownership& own, Deadline deadline,
                                                 const std::stop_token& stop) {
  std::vector<std::future<Result<cloud::Snapshot>>> running;
  for (size_t i = 1; i < subject.volumes.size(); ++i) {
    running.push_back(start([&context, &own, deadline, &stop, &volume = subject.volumes[i]] {
      return cut_one(context, volume, own, deadline, stop);
    }));
  }
  std::vector<cloud::Snapshot> members;
  std::optional<support::Error> first_error;
  const auto collect = [&](Result<cloud::Snapshot> member) {
    if (member) {
      members.push_back(std::move(*member));
    } else if (!first_error) {
      first_error = std::move(member.error());
    }
  };
  collect(cut_one(context, subject.volumes.front(), own, deadline, stop));
  for (auto& member : running) {
    collect(member.get());
  }
  if (first_error) {
    return fail(std::move(*first_error));
  }
  return members;
}

}  // namespace stillpoint::executor
