// Every rule of docs/retention.md once more, the slow way and from the text alone, over random histories. It shares no
// code with what it judges: its calendar is that of the C library, and it counts by looking at every pair of points.

#include <cstdlib>
#include <functional>
#include <optional>

#include "histories.hpp"

namespace stillpoint::retention {
namespace {

/// The C library's local time in a zone.
class OracleClock {
 public:
  explicit OracleClock(const std::string& zone) {
    setenv("TZ", zone.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): this test has one thread
    tzset();
  }
  ~OracleClock() {
    unsetenv("TZ");  // NOLINT(concurrency-mt-unsafe)
    tzset();
  }
  OracleClock(const OracleClock&) = delete;
  OracleClock& operator=(const OracleClock&) = delete;

  static std::string show(const std::tm& time, const char* form) {
    char text[64];
    return {text, strftime(text, sizeof text, form, &time)};
  }
  std::tm local(time_t instant) const {
    std::tm time{};
    localtime_r(&instant, &time);
    return time;
  }
  std::string hour(time_t instant) const {
    const auto time = local(instant);
    // When it began, all of ten digits, and by which offset: where clocks go back from 00:01, two hours begin at once.
    return std::to_string(instant - time.tm_min * 60 - time.tm_sec) + std::to_string(100000 + time.tm_gmtoff);
  }
  std::string week(time_t instant, policy::WeekStart start) const {
    auto time = local(instant);
    if (start == policy::WeekStart::Monday) {
      return show(time, "%G-%V");
    }
    time.tm_mday -= start == policy::WeekStart::Sunday ? time.tm_wday : (time.tm_wday + 1) % 7;
    time.tm_hour = 12;
    timegm(&time);  // brings the date in order
    return show(time, "%Y-%m-%d");
  }
};

struct OraclePoint {
  time_t slot = 0;
  bool good = true;
  bool pinned = false;
};

using Label = std::function<std::string(const OraclePoint&)>;

class Oracle {
 public:
  Oracle(std::vector<OraclePoint> points, const policy::Retention& rules, const std::string& zone)
      : points_(std::move(points)), rules_(rules), clock_(zone) {}

  bool keeps(const OraclePoint& point) const {
    const long good = std::count_if(points_.begin(), points_.end(), [](const auto& other) { return other.good; });
    const bool newest =
        std::none_of(points_.begin(), points_.end(), [&](const auto& other) { return other.slot > point.slot; });
    return point.pinned || newest || good < rules_.floor || in_floor(point) || in_window(point) || any_rule(point);
  }

 private:
  bool in_floor(const OraclePoint& point) const {
    return point.good && std::count_if(points_.begin(), points_.end(), [&](const auto& other) {
                           return other.good && other.slot > point.slot;
                         }) < rules_.floor;
  }

  std::optional<time_t> newest_slot(bool good) const {
    std::optional<time_t> newest;
    for (const auto& point : points_) {
      if (point.good == good && (!newest || point.slot > *newest)) {
        newest = point.slot;
      }
    }
    return newest;
  }

  bool in_window(const OraclePoint& point) const {
    const time_t length = rules_.within.count() / 1000;
    const auto inside = [&](std::optional<time_t> newest) { return !newest || *newest - point.slot < length; };
    return length > 0 && inside(newest_slot(true)) && (point.good || inside(newest_slot(false)));
  }

  /// Labels are such that their order is the order of what they stand for.
  bool rule(int count, const OraclePoint& point, const Label& label) const {
    const std::string own = label(point);
    std::set<std::string> with_good;
    std::set<std::string> all;
    bool beaten = false;
    for (const auto& other : points_) {
      const std::string name = label(other);
      all.insert(name);
      if (other.good) {
        with_good.insert(name);
      }
      beaten = beaten ||
               (name == own && ((other.good && !point.good) || (other.good == point.good && other.slot > point.slot)));
    }
    long later_good = 0;
    long later_without = 0;
    for (const auto& name : all) {
      if (name > own) {
        ++(with_good.contains(name) ? later_good : later_without);
      }
    }
    return !beaten && later_good < count && (point.good || later_without < count);
  }

  bool any_rule(const OraclePoint& point) const {
    const auto dated = [&](const char* form) {
      return [this, form](const OraclePoint& other) { return OracleClock::show(clock_.local(other.slot), form); };
    };
    return rule(rules_.keep_last, point, [](const auto& other) { return std::to_string(other.slot); }) ||
           rule(rules_.hourly, point, [&](const auto& other) { return clock_.hour(other.slot); }) ||
           rule(rules_.daily, point, dated("%Y-%m-%d")) ||
           rule(rules_.weekly, point, [&](const auto& other) { return clock_.week(other.slot, rules_.week_start); }) ||
           rule(rules_.monthly, point, dated("%Y-%m")) || rule(rules_.yearly, point, dated("%Y"));
  }

  std::vector<OraclePoint> points_;
  policy::Retention rules_;
  OracleClock clock_;
};

RC_GTEST_PROP(RetentionOracle, ASlowOracleAgreesOnEveryPoint, ()) {
  const auto scene = random_scene();
  const auto sketches = random_history(scene);
  const auto rules = random_rules();
  std::vector<OraclePoint> points;
  for (const auto& sketch : sketches) {
    points.push_back({std::chrono::system_clock::to_time_t(sketch.slot), sketch.good, sketch.pinned});
  }
  const Oracle oracle(points, rules, scene.zone);
  std::set<support::WallTime> expected;
  for (size_t i = 0; i < points.size(); ++i) {
    if (!oracle.keeps(points[i])) {
      expected.insert(sketches[i].slot);
    }
  }
  const auto series = series_of_snapshots(snapshots_of(sketches));
  const auto outcome = decide(series, terms(rules, scene.zone), kAfterAll, MassDelete::Allow);
  RC_CLASSIFY(!expected.empty(), "something goes");
  RC_ASSERT(pruned_slots(outcome) == expected);
}

}  // namespace
}  // namespace stillpoint::retention
