#include <algorithm>
#include <array>
#include <map>

#include "rehearsal/render.hpp"
#include "support/text.hpp"

namespace stillpoint::rehearsal {
namespace {

using support::count_of;
using support::format_utc;
using support::printable;
using support::WallTime;

/// A list of more is summarised; all of it is in the JSON.
constexpr size_t kMostSlotsInLine = 3;

std::string first_to_last(WallTime first, WallTime last) {
  return first == last ? format_utc(first) : format_utc(first) + " to " + format_utc(last);
}

std::string points_and_gib(int points, int gib) {
  return count_of(static_cast<size_t>(points), "point") + ", " + std::to_string(gib) + " GiB";
}

/// Runs that have one reason. In what they say of a quota numbers differ; the first speaks for all.
struct RunGroup {
  const UnservedRun* first;
  const UnservedRun* last;
  const UnservedRun* longest;
  size_t runs = 0;
  size_t slots = 0;
};

/// What was missed comes first: it is what a person has to see.
std::vector<RunGroup> groups_of(const std::vector<UnservedRun>& runs) {
  std::vector<RunGroup> groups;
  for (const auto& run : runs) {
    const bool missed = run.fate == UnservedRun::Fate::Missed;
    auto group = std::find_if(groups.begin(), groups.end(), [&](const RunGroup& one) {
      return one.first->fate == run.fate && one.first->reason == run.reason &&
             (missed || one.first->message == run.message);
    });
    if (group == groups.end()) {
      group = groups.insert(groups.end(), {&run, &run, &run});
    }
    group->last = &run;
    group->longest = run.count > group->longest->count ? &run : group->longest;
    ++group->runs;
    group->slots += run.count;
  }
  std::stable_partition(groups.begin(), groups.end(),
                        [](const RunGroup& group) { return group.first->fate == UnservedRun::Fate::Missed; });
  return groups;
}

std::string text_of(const RunGroup& group) {
  const auto& first = *group.first;
  const bool missed = first.fate == UnservedRun::Fate::Missed;
  std::string text = std::string(missed ? "! missed " : ". blacked out ") + std::to_string(group.slots) + ", " +
                     first_to_last(first.first, group.last->last);
  if (group.runs > 1) {
    text += " in " + std::to_string(group.runs) + " runs, the longest " + std::to_string(group.longest->count) + ", " +
            first_to_last(group.longest->first, group.longest->last);
  }
  if (missed) {
    text += "  " + first.reason + ": " + printable(first.message);
  } else if (!first.message.empty()) {
    text += "  " + printable(first.message);
  }
  return text;
}

std::string text_of(const SlotCounts& slots) {
  return count_of(slots.all(), "slot") + ": " + std::to_string(slots.made) + " made, " +
         (slots.had > 0 ? std::to_string(slots.had) + " had already, " : "") + std::to_string(slots.missed) +
         " missed, " + std::to_string(slots.blacked_out) + " blacked out";
}

std::string slots_text(const RehearsedSeries& series) {
  std::string text = "      " + text_of(series.slots) + "\n";
  for (const auto& group : groups_of(series.runs)) {
    text += "        " + text_of(group) + "\n";
  }
  return text;
}

/// `keepLast  4  2026-12-31T20:00:00Z to 2026-12-31T23:00:00Z`
std::string kept_text(const RehearsedSeries& series) {
  std::vector<std::pair<std::string, std::vector<WallTime>>> groups;  // by keeper, newest first as the rules are
  for (auto kept = series.kept.rbegin(); kept != series.kept.rend(); ++kept) {
    const std::string keeper = keeper_of(*kept);
    auto group = std::find_if(groups.begin(), groups.end(), [&](const auto& one) { return one.first == keeper; });
    if (group == groups.end()) {
      group = groups.insert(groups.end(), {keeper, {}});
    }
    group->second.insert(group->second.begin(), series.points[kept->point].slot);
  }
  size_t width = 0;
  for (const auto& [keeper, slots] : groups) {
    width = std::max(width, keeper.size());
  }
  std::string text;
  for (const auto& [keeper, slots] : groups) {
    std::vector<std::string> all;
    std::transform(slots.begin(), slots.end(), std::back_inserter(all), format_utc);
    const std::string count = std::to_string(slots.size());
    text.append("        ").append(keeper).append(width - keeper.size() + 2, ' ');
    text.append(count.size() < 3 ? 3 - count.size() : 0, ' ').append(count).append("  ");
    text += slots.size() <= kMostSlotsInLine ? support::join(all, ", ") : all.front() + " to " + all.back();
    text += "\n";
  }
  return text;
}

std::string text_of(const RehearsedSeries& series) {
  std::string text;
  if (series.objection) {
    text +=
        "      ! could never be held  " + series.objection->reason + ": " + printable(series.objection->message) + "\n";
  }
  if (series.suspended) {
    text += "      . suspended: no point is made, and none goes\n";
  }
  if (!series.orphaned.empty()) {
    text += "      . orphaned  " + series.orphaned + "\n";
  }
  if (series.longest_gap) {
    text += slots_text(series);
    text += "      longest gap " + format_span(series.longest_gap->to - series.longest_gap->from) + ", " +
            first_to_last(series.longest_gap->from, series.longest_gap->to) + "\n";
  }
  if (series.guarded_since) {
    text += "      ! nothing is pruned from " + format_utc(*series.guarded_since) +
            " on  PruneBlocked: " + printable(series.guard_message) + "\n";
  }
  text += "      at the end " + points_and_gib(series.end.points, series.end.gib) + "\n" + kept_text(series);
  return text + "      at worst " + points_and_gib(series.worst.points, series.worst.gib) + ", at " +
         format_utc(series.worst.at) + "\n";
}

std::string text_of(const QuotaCourse& course) {
  const std::string limit =
      course.limit < 0 ? " at worst, without a limit" : " of " + std::to_string(course.limit) + " at worst";
  return "  " + course.resource + "  " + std::to_string(course.at_worst) + limit + ", at " +
         format_utc(course.worst_at) + "; " + std::to_string(course.at_start) + " at the beginning, " +
         std::to_string(course.at_end) + " at the end\n";
}

std::string text_of(const RehearsalProblem& problem) {
  return "! " + (problem.policy.empty() ? "all policies" : "policy " + problem.policy) + "  " + problem.reason + ": " +
         printable(problem.message) + "\n";
}

std::string last_line(const Rehearsal& rehearsal) {
  const auto& all = rehearsal.series;
  const auto never = std::count_if(all.begin(), all.end(), [](const auto& series) { return series.objection; });
  return "\nRehearsal: " + count_of(all.size(), "dataset") + ", " + text_of(rehearsal.slots()) +
         (never > 0 ? ", " + std::to_string(never) + " could never be held" : "") + ".\n";
}

}  // namespace

std::string format_span(std::chrono::nanoseconds span) {
  static constexpr std::array<std::pair<const char*, std::chrono::seconds>, 4> kUnits{{{"d", std::chrono::hours(24)},
                                                                                       {"h", std::chrono::hours(1)},
                                                                                       {"m", std::chrono::minutes(1)},
                                                                                       {"s", std::chrono::seconds(1)}}};
  auto left = std::chrono::floor<std::chrono::seconds>(span);
  std::vector<std::string> parts;
  for (const auto& [unit, length] : kUnits) {
    if (left >= length && parts.size() < 2) {
      parts.push_back(std::to_string(left / length) + unit);
      left %= length;
    } else if (!parts.empty()) {
      break;  // `1d 5m` would look more exact than it is
    }
  }
  return parts.empty() ? "0s" : support::join(parts, " ");
}

std::string keeper_of(const KeptPoint& kept) {
  return kept.rules.empty() ? kept.reason : std::string(retention::to_string(kept.rules.front()));
}

std::string render_rehearsal_text(const Rehearsal& rehearsal) {
  const auto& [from, to] = rehearsal.period;
  std::string text = "From " + format_utc(from) + " to " + format_utc(to) + " (" + format_span(to - from) +
                     "), if every pass comes on time and every hold succeeds.\n";
  for (const auto& assumption : rehearsal.assumptions) {
    text += printable(assumption) + "\n";
  }
  text += "\n";
  const RehearsedSeries* previous = nullptr;
  for (const auto& series : rehearsal.series) {
    const bool new_policy = previous == nullptr || previous->key.policy != series.key.policy;
    if (new_policy) {
      text += "policy " + printable(series.key.policy) + "\n";
    }
    if (new_policy || previous->key.server != series.key.server) {
      text += "  server " + printable(series.server_name) + " (" + printable(series.key.server.str()) + ")\n";
    }
    text += "    dataset " + printable(series.key.dataset) + "\n" + text_of(series);
    previous = &series;
  }
  for (const auto& problem : rehearsal.problems) {
    text += text_of(problem);
  }
  text += "\nquota\n";
  for (const auto& course : rehearsal.quotas) {
    text += text_of(course);
  }
  return text + last_line(rehearsal);
}

}  // namespace stillpoint::rehearsal
