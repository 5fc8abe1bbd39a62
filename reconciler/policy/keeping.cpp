#include "policy/keeping.hpp"

#include <algorithm>

namespace stillpoint::policy {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kMostPoints = 10000;
constexpr milliseconds kLongest = hours(24 * 3650);

/// The most good points that the rules keep together; nothing if that depends on the schedule.
std::optional<int> most_kept(const Retention& rules) {
  if (rules.within > milliseconds(0)) {
    return std::nullopt;
  }
  return rules.keep_last + rules.hourly + rules.daily + rules.weekly + rules.monthly + rules.yearly;
}

}  // namespace

Retention read_retention(const Field& field, const Retention& base) {
  Retention rules = base;
  auto fields = field.fields();
  if (!fields) {
    return rules;
  }
  fields->get("keepLast").read(rules.keep_last, 1, kMostPoints);
  if (const auto within = fields->get("within"); within.is_zero()) {
    rules.within = milliseconds(0);
  } else {
    within.read(rules.within, seconds(1), kLongest);
  }
  fields->get("hourly").read(rules.hourly, 0, kMostPoints);
  fields->get("daily").read(rules.daily, 0, kMostPoints);
  fields->get("weekly").read(rules.weekly, 0, kMostPoints);
  fields->get("monthly").read(rules.monthly, 0, kMostPoints);
  fields->get("yearly").read(rules.yearly, 0, kMostPoints);
  fields->get("weekStart")
      .read(rules.week_start,
            {{"monday", WeekStart::Monday}, {"sunday", WeekStart::Sunday}, {"saturday", WeekStart::Saturday}});
  const auto floor = fields->get("floor");
  floor.read(rules.floor, 1, kMostPoints);
  fields->finish();
  // A floor above it would quietly be a second keepLast.
  if (const auto most = most_kept(rules); most && rules.floor > *most) {
    const std::string kept = rules.keep_last == *most ? "keepLast " + std::to_string(*most)
                                                      : "the " + std::to_string(*most) + " points that the rules keep";
    (floor.present() ? floor : field)
        .wrong("the floor " + std::to_string(rules.floor) + " is above " + kept,
               "use at most " + std::to_string(*most) + ", or keep more points");
  }
  return rules;
}

std::optional<milliseconds> read_orphans(const Field& field) {
  std::optional<milliseconds> after;
  if (auto fields = field.fields()) {
    const auto value = fields->need("after", "how long after its newest point a series goes, such as 90d");
    milliseconds read{0};
    value.read(read, hours(24), kLongest);
    if (read > milliseconds(0)) {
      after = read;
    }
    fields->finish();
  }
  return after;
}

void check_previous_names(const Field& field, const std::vector<std::string>& previous, const std::string& name) {
  if (!name.empty() && std::find(previous.begin(), previous.end(), name) != previous.end()) {
    field.wrong("the name " + name + " is the present one", "list only names that were given up");
  }
}

}  // namespace stillpoint::policy
