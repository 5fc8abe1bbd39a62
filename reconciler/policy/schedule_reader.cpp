#include "policy/schedule_reader.hpp"

#include <optional>
#include <string>
#include <utility>

#include "support/text.hpp"

namespace stillpoint::policy {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr size_t kMostExpressions = 16;
constexpr size_t kMostBlackouts = 64;

/// Of one of two kinds, which share nothing but the reason.
Blackout read_blackout(const Field& field) {
  Blackout blackout;
  blackout.mark = field.mark();
  auto fields = field.fields();
  if (!fields) {
    return blackout;
  }
  const auto from = fields->get("from");
  const auto to = fields->get("to");
  const auto cron = fields->get("cron");
  const auto duration = fields->get("duration");
  fields->get("reason").read(blackout.reason, kText);
  if ((from.present() || to.present()) == (cron.present() || duration.present())) {
    field.wrong("give either from and to, for a time that comes once, or cron and duration, for one that comes again");
  } else if (from.present() || to.present()) {
    std::optional<support::WallTime> begin;
    std::optional<support::WallTime> end;
    fields->need("from", "when it begins, such as 2026-12-24T18:00:00Z").read(begin);
    fields->need("to", "when it ends, such as 2026-12-27T06:00:00Z").read(end);
    if (begin && end && *begin >= *end) {
      to.wrong("ends before it begins", "give an instant after " + support::format_utc(*begin));
    }
    blackout.from = begin.value_or(support::WallTime());
    blackout.to = end.value_or(support::WallTime());
  } else {
    fields->need("cron", "when it begins, such as \"0 8 * * mon-fri\"").read(blackout.cron, kText);
    fields->need("duration", "how long it takes, such as 10h").read(blackout.duration, minutes(1), hours(24 * 28));
    if (cron.present()) {
      blackout.cron_mark = cron.text_mark();
    }
  }
  fields->finish();
  return blackout;
}

/// Jitter must leave as much of the starting deadline as it takes.
void read_jitter(const Field& field, Schedule& schedule) {
  field.read(schedule.jitter, seconds(1), hours(12));
  const auto deadline = schedule.starting_deadline.value_or(hours(1));
  if (field.present() && schedule.jitter > deadline / 2) {
    field.wrong("is longer than half of startingDeadline (" + support::format_duration(deadline) +
                    (schedule.starting_deadline ? "" : " by default") + ")",
                "use at most " + support::format_duration(deadline / 2) + ", or set startingDeadline to " +
                    support::format_duration(schedule.jitter * 2));
  }
}

}  // namespace

Schedule read_schedule(const Field& field) {
  Schedule schedule;
  auto fields = field.fields();
  if (!fields) {
    return schedule;
  }
  const auto cron = fields->need("cron", "five cron fields, such as \"5 1 * * *\", or a list of such");
  const auto expressions = cron.is_list() ? cron.items(kMostExpressions) : std::vector<Field>{cron};
  for (const auto& expression : expressions) {
    std::string text;
    expression.read(text, kText);
    if (!text.empty()) {
      schedule.cron.push_back(std::move(text));
      schedule.cron_marks.push_back(expression.text_mark());
    }
  }
  const auto zone = fields->get("timeZone");
  zone.read(schedule.time_zone, kText);
  schedule.time_zone_mark = zone.present() ? zone.mark() : field.mark();
  if (const auto deadline = fields->get("startingDeadline"); deadline.present()) {
    schedule.starting_deadline = hours(1);
    deadline.read(*schedule.starting_deadline, seconds(1), hours(24 * 28));
  }
  read_jitter(fields->get("jitter"), schedule);
  for (const auto& blackout : fields->get("blackouts").items(kMostBlackouts)) {
    schedule.blackouts.push_back(read_blackout(blackout));
  }
  fields->finish({{"every", "write it as cron, such as \"*/15 * * * *\""}});
  return schedule;
}

}  // namespace stillpoint::policy
