#include "status/series.hpp"

#include <algorithm>
#include <cctype>
#include <variant>

#include "planner/target.hpp"
#include "support/text.hpp"

namespace stillpoint::status {
namespace {

using inventory::Attempt;
using support::WallTime;
using Failure = SeriesStatus::Failure;

constexpr size_t kMostMissed = 1000;

/// The newest point that counts.
const PointStatus* newest_good(const SeriesStatus& status) {
  const auto found =
      std::find_if(status.points.rbegin(), status.points.rend(), [](const PointStatus& point) { return point.counts; });
  return found == status.points.rend() ? nullptr : &*found;
}

/// Whether an attempt has left snapshots that will never be a point.
bool has_failed(const Attempt& attempt, const Said& said, const Instant& instant) {
  if (attempt.state == inventory::AttemptState::Complete || attempt.deletion_begun() || planner::has_label(attempt) ||
      attempt.hold_until() > instant.cloud_now) {
    return false;
  }
  const auto* action = said.of_attempt(attempt.id);
  return action == nullptr || !std::holds_alternative<planner::Relabel>(action->what);
}

/// What the snapshots tell of the newest slot.
std::optional<Failure> failure_seen(const inventory::Series& series, const Said& said, const Instant& instant) {
  if (series.empty() || series.back().best() != nullptr || series.back().attempts.empty()) {
    return std::nullopt;
  }
  const auto& attempt = series.back().attempts.back();
  if (!has_failed(attempt, said, instant)) {
    return std::nullopt;
  }
  const bool whole = attempt.state == inventory::AttemptState::Unproven;
  return Failure{instant.ours(attempt.created_at()), whole ? "Unproven" : "Incomplete",
                 "the attempt at " + support::format_utc(attempt.slot) +
                     (whole ? " has all its snapshots, and nothing proves that the hold was intact"
                            : " did not get all its snapshots")};
}

std::optional<Failure> find_failure(const SeriesStatus& status, const inventory::Series& series, const Said& said,
                                    const Story& story, const Instant& instant) {
  std::optional<Failure> failure = story.before != nullptr ? story.before->failure : std::nullopt;
  if (failure && status.last_good && instant.ours(*status.last_good) > failure->when) {
    failure.reset();
  }
  if (story.failure != nullptr) {
    return Failure{failure ? failure->when : instant.now, reason_of(story.failure->kind()), story.failure->to_string()};
  }
  if (auto seen = failure_seen(series, said, instant); seen && !failure) {
    return seen;
  }
  return failure;
}

/// The first message of the plan that says why nothing comes.
const std::string* message_of(const std::vector<const planner::Action*>& actions,
                              bool (*matters)(const planner::Action&)) {
  const auto found = std::find_if(actions.begin(), actions.end(), [&](const auto* action) { return matters(*action); });
  return found == actions.end() ? nullptr : &(*found)->message;
}

std::string find_trouble(const SeriesStatus& status, const Said& said, const inventory::SeriesKey& key) {
  if (status.failure) {
    return status.failure->message;
  }
  const auto& actions = said.of_series(key);
  if (const auto* blocked = message_of(actions, [](const planner::Action& action) {
        return is_blocked(action) && action.reason != "PruneBlocked";
      })) {
    return *blocked;
  }
  if (status.overdue.count() == 0) {
    return "";
  }
  if (const auto* passed = message_of(actions, [](const planner::Action& action) {
        return std::holds_alternative<planner::Skip>(action.what) || std::holds_alternative<planner::Wait>(action.what);
      })) {
    return *passed;
  }
  const auto newest = status.points.empty() ? nullptr : &status.points.back();
  if (newest != nullptr && newest->state == "complete" && !newest->counts) {
    return "the newest point is of level " + std::string(to_string(newest->consistency)) + ", and " +
           std::string(to_string(status.require)) + " is required";
  }
  return "its slots have passed without a point";
}

}  // namespace

void judge(SeriesStatus& status, const Asked& asked, const Said& said, const Story& story, const Instant& instant) {
  const auto* good = newest_good(status);
  status.last_good = good != nullptr ? std::optional(good->taken) : std::nullopt;
  status.expected_from = story.before != nullptr ? story.before->expected_from : story.expected_from;
  if (asked.expectation != nullptr) {
    const WallTime covered = good != nullptr ? good->slot : status.expected_from - WallTime::duration(1);
    status.due = asked.expectation->due_after(covered);
    if (status.due && *status.due < instant.now) {
      status.overdue = std::chrono::floor<std::chrono::seconds>(instant.now - *status.due);
    }
    status.missed = asked.expectation->passed_since(covered, instant.now, kMostMissed);
  }
  status.failure = find_failure(status, asked.series, said, story, instant);
  status.trouble = find_trouble(status, said, asked.key);
}

WallTime protected_since(const SeriesStatus& status, const Expectation& expectation) {
  std::vector<WallTime> slots;
  std::vector<WallTime> taken;
  for (const auto& point : status.points) {
    if (point.counts) {
      slots.push_back(point.slot);
      taken.push_back(point.taken);
    }
  }
  return unbroken_since(expectation, slots, taken);
}

std::string reason_of(support::ErrorKind kind) {
  std::string reason;
  for (const auto& word : support::split(support::to_string(kind), '_')) {
    reason += static_cast<char>(std::toupper(static_cast<unsigned char>(word.front())));
    reason += word.substr(1);
  }
  return reason;
}

}  // namespace stillpoint::status
