#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "policy/policy.hpp"
#include "retention/calendar.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

/// What each rule of a retention holds of a series, said of bare slots: neither snapshots nor texts are needed to know
/// it, so that the same code serves a plan and a rehearsal of years.
namespace stillpoint::retention {

enum class Rule { KeepLast, Within, Hourly, Daily, Weekly, Monthly, Yearly, Floor };
inline constexpr size_t kRuleCount = 8;
/// `keepLast`, as in a policy.
std::string_view to_string(Rule rule);
/// The calendar's part that a rule counts in; nothing for those that count points.
std::optional<Period> period_of(Rule rule);

/// What is asked for of one series.
struct Terms {
  policy::Retention rules;
  policy::Consistency required = policy::Consistency::Crash;
  Calendar calendar;

  /// Of how many buckets a rule holds a point; 0 if there is no such rule. That of `Within` is 1 or 0.
  int count(Rule rule) const;
};
/// How many rules there are, the floor left out.
int count_rules(const Terms& terms);
/// An error if the machine does not know the policy's time zone.
support::Result<Terms> terms_of(const policy::Policy& policy, const policy::Dataset& dataset);

/// Whether a point is of the required level.
enum class Standing { Good, Below };
enum class Shield { None, Pinned };

/// A complete point, as retention sees it.
struct Copy {
  support::WallTime slot;
  Standing standing = Standing::Good;
  Shield shield = Shield::None;
};

/// The bucket of each rule that a slot lies in. Where a rule counts points, each slot is a bucket of its own.
using Places = std::array<Bucket, kRuleCount>;
Places places_of(support::WallTime slot, const Calendar& calendar);

struct Holder {
  Bucket bucket = 0;
  support::WallTime slot;

  bool operator==(const Holder&) const = default;
};

/// The points that one rule holds, by bucket, earliest first.
///
/// Of the latest `count` buckets that have a good point, each one's newest good point. Below-level points are counted
/// apart: of the latest `count` buckets that have no good point, each one's newest, as long as fewer than `count`
/// buckets with a good point are later. `Within` has a window instead: what is newer than its length before the newest
/// point of its own standing, and for the others also before the newest good one. `Floor` holds good points only.
struct Holding {
  std::deque<Holder> good;
  std::deque<Holder> below;
  /// Whether a bucket without a good point had to go for the number of those after it.
  bool below_overflowed = false;
};

/// What is held of `copies`, which are sorted by slot and differ in it. `places` is parallel to them.
Holding hold(Rule rule, const Terms& terms, const std::vector<Copy>& copies, const std::vector<Places>& places);

/// Which of the holders has a bucket, if one does.
std::optional<size_t> find_holder(const std::deque<Holder>& holders, Bucket bucket);

}  // namespace stillpoint::retention
