// From what a policy says to a schedule, with every error at its place.

#include <string>
#include <utility>

#include "schedule/slots.hpp"
#include "support/text.hpp"

namespace stillpoint::schedule {
namespace {

using support::Error;
using support::ErrorKind;
using support::Result;
using support::SourceMark;

/// Whether all slots are skipped is looked for from here on. Which year does not matter: only blackouts that come again
/// can skip them all.
constexpr std::chrono::sys_days kAnyDay = std::chrono::year{2024} / 1 / 1;

/// Reads the parts of a schedule and keeps every error.
class Compiling {
 public:
  explicit Compiling(const policy::Schedule& schedule) : schedule_(schedule) {}

  /// The parts that are good; all of them if there is no error.
  void read() {
    if (schedule_.cron.empty()) {
      add(Error(ErrorKind::InvalidInput, "the schedule has no cron expression"), "cron", std::nullopt);
    }
    for (size_t i = 0; i < schedule_.cron.size(); ++i) {
      const auto mark = i < schedule_.cron_marks.size() ? &schedule_.cron_marks[i] : nullptr;
      read_cron(schedule_.cron[i], schedule_.cron.size() > 1 ? "cron[" + std::to_string(i) + "]" : "cron", mark,
                crons_);
    }
    auto zone = Zone::find(schedule_.time_zone);
    if (!zone) {
      add(std::move(zone.error()), "timeZone", schedule_.time_zone_mark);
    }
    for (size_t i = 0; i < schedule_.blackouts.size(); ++i) {
      read_blackout(schedule_.blackouts[i], "blackouts[" + std::to_string(i) + "]", zone);
    }
    if (errors.empty()) {
      named.emplace(std::move(crons_), *zone);
    }
  }

  void add(Error error, const std::string& field, const std::optional<SourceMark>& mark) {
    error = std::move(error).with_context("spec.schedule." + field);
    errors.push_back(mark ? std::move(error).at(*mark) : std::move(error));
  }

  std::vector<Error> errors;
  std::optional<Pattern> named;  ///< set if there is no error
  std::vector<Blackout> blackouts;

 private:
  /// `mark` is null if the schedule does not come from a file.
  void read_cron(const std::string& text, const std::string& field, const policy::TextMark* mark,
                 std::vector<Cron>& crons) {
    auto cron = parse_cron(text);
    if (cron) {
      crons.push_back(*cron);
      return;
    }
    const int column = cron.error().mark()->column;
    add(Error(cron.error().kind(), cron.error().message()), field,
        mark != nullptr ? std::optional(mark->at(column)) : std::nullopt);
  }

  void read_blackout(const policy::Blackout& blackout, const std::string& field, const Result<Zone>& zone) {
    if (blackout.cron.empty()) {
      blackouts.emplace_back(Window{blackout.from, blackout.to}, blackout.reason);
      return;
    }
    std::vector<Cron> begins;
    read_cron(blackout.cron, field + ".cron", &blackout.cron_mark, begins);
    if (!begins.empty() && zone) {
      blackouts.emplace_back(Pattern(std::move(begins), *zone), blackout.duration, blackout.reason);
    }
  }

  const policy::Schedule& schedule_;
  std::vector<Cron> crons_;
};

/// The schedule with those of its blackouts that come again.
policy::Schedule with_lasting_blackouts(policy::Schedule schedule) {
  std::erase_if(schedule.blackouts, [](const policy::Blackout& blackout) { return blackout.cron.empty(); });
  return schedule;
}

}  // namespace

Result<Compiled> compile(const policy::Schedule& schedule) {
  Compiling compiling(schedule);
  compiling.read();
  if (!compiling.errors.empty()) {
    return tl::make_unexpected(std::move(compiling.errors.front()));
  }
  return Compiled(std::move(*compiling.named), std::move(compiling.blackouts), schedule);
}

std::vector<Error> check(const policy::Policy& policy) {
  Compiling compiling(policy.schedule);
  compiling.read();
  if (compiling.errors.empty() && !policy.schedule.blackouts.empty()) {
    const auto lasting = compile(with_lasting_blackouts(policy.schedule));
    if (lasting && !lasting->next_after(kAnyDay)) {
      compiling.add(Error(ErrorKind::InvalidInput,
                          "skip every slot of the schedule: shorten one of them, or choose another time of day"),
                    "blackouts", policy.schedule.blackouts.front().mark);
    }
  }
  return std::move(compiling.errors);
}

}  // namespace stillpoint::schedule
