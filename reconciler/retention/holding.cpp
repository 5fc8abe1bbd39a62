#include "retention/holding.hpp"

#include <algorithm>
#include <utility>

namespace stillpoint::retention {
namespace {

using support::WallTime;

constexpr std::array<std::string_view, kRuleCount> kNames{"keepLast", "within",  "hourly", "daily",
                                                          "weekly",   "monthly", "yearly", "floor"};

size_t index(Rule rule) {
  return static_cast<size_t>(rule);
}

/// The newest slot of a standing, and the buckets' end from which on the window of `Within` holds it.
WallTime window_start(const std::vector<Copy>& copies, Standing standing, std::chrono::milliseconds length) {
  const auto newest =
      std::find_if(copies.rbegin(), copies.rend(), [&](const Copy& copy) { return copy.standing == standing; });
  return newest == copies.rend() ? WallTime::min() : newest->slot - length;
}

Holding hold_window(std::chrono::milliseconds length, const std::vector<Copy>& copies,
                    const std::vector<Places>& places) {
  Holding holding;
  const auto good_from = window_start(copies, Standing::Good, length);
  const auto below_from = std::max(good_from, window_start(copies, Standing::Below, length));
  for (size_t i = 0; i < copies.size(); ++i) {
    const bool good = copies[i].standing == Standing::Good;
    if (copies[i].slot > (good ? good_from : below_from)) {
      (good ? holding.good : holding.below).push_back({places[i][index(Rule::Within)], copies[i].slot});
    }
  }
  return holding;
}

/// The newest point of each standing in one bucket.
struct Newest {
  Bucket bucket = 0;
  std::optional<WallTime> good;
  std::optional<WallTime> below;
};

/// Latest bucket first. Slots can leave the order of buckets where clocks go back over midnight.
std::vector<Newest> newest_by_bucket(Rule rule, const std::vector<Copy>& copies, const std::vector<Places>& places) {
  std::vector<std::pair<Bucket, const Copy*>> sorted;
  sorted.reserve(copies.size());
  for (size_t i = copies.size(); i-- > 0;) {
    sorted.emplace_back(places[i][index(rule)], &copies[i]);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Newest> buckets;
  for (const auto& [bucket, copy] : sorted) {
    if (buckets.empty() || buckets.back().bucket != bucket) {
      buckets.push_back({bucket, {}, {}});
    }
    auto& newest = copy->standing == Standing::Good ? buckets.back().good : buckets.back().below;
    newest = newest.value_or(copy->slot);
  }
  return buckets;
}

}  // namespace

std::string_view to_string(Rule rule) {
  return kNames[index(rule)];
}

std::optional<Period> period_of(Rule rule) {
  switch (rule) {
    case Rule::Hourly:
      return Period::Hour;
    case Rule::Daily:
      return Period::Day;
    case Rule::Weekly:
      return Period::Week;
    case Rule::Monthly:
      return Period::Month;
    case Rule::Yearly:
      return Period::Year;
    case Rule::KeepLast:
    case Rule::Within:
    case Rule::Floor:
      break;
  }
  return std::nullopt;
}

int Terms::count(Rule rule) const {
  switch (rule) {
    case Rule::KeepLast:
      return rules.keep_last;
    case Rule::Within:
      return rules.within > std::chrono::milliseconds(0) ? 1 : 0;
    case Rule::Hourly:
      return rules.hourly;
    case Rule::Daily:
      return rules.daily;
    case Rule::Weekly:
      return rules.weekly;
    case Rule::Monthly:
      return rules.monthly;
    case Rule::Yearly:
      return rules.yearly;
    case Rule::Floor:
      return rules.floor;
  }
  return 0;
}

int count_rules(const Terms& terms) {
  int rules = 0;
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    rules += static_cast<Rule>(rule) != Rule::Floor && terms.count(static_cast<Rule>(rule)) > 0 ? 1 : 0;
  }
  return rules;
}

support::Result<Terms> terms_of(const policy::Policy& policy, const policy::Dataset& dataset) {
  const auto& rules = policy.retention_of(dataset);
  return Calendar::of(policy.schedule.time_zone, rules.week_start).map([&](Calendar calendar) {
    return Terms{rules, dataset.require, calendar};
  });
}

Places places_of(WallTime slot, const Calendar& calendar) {
  Places places{};
  const LocalTime local = calendar.local(slot);
  for (size_t i = 0; i < kRuleCount; ++i) {
    const auto period = period_of(static_cast<Rule>(i));
    places[i] = period ? calendar.bucket(*period, local) : slot.time_since_epoch().count();
  }
  return places;
}

Holding hold(Rule rule, const Terms& terms, const std::vector<Copy>& copies, const std::vector<Places>& places) {
  const auto count = static_cast<size_t>(terms.count(rule));
  Holding holding;
  if (count == 0) {
    return holding;
  }
  if (rule == Rule::Within) {
    return hold_window(terms.rules.within, copies, places);
  }
  for (const auto& newest : newest_by_bucket(rule, copies, places)) {
    if (holding.good.size() == count) {
      break;
    }
    if (newest.good) {
      holding.good.push_front({newest.bucket, *newest.good});
    } else if (rule != Rule::Floor && holding.below.size() < count) {
      holding.below.push_front({newest.bucket, *newest.below});
    } else {
      holding.below_overflowed = true;
    }
  }
  return holding;
}

std::optional<size_t> find_holder(const std::deque<Holder>& holders, Bucket bucket) {
  const auto found = std::lower_bound(holders.begin(), holders.end(), bucket,
                                      [](const Holder& holder, Bucket wanted) { return holder.bucket < wanted; });
  return found == holders.end() || found->bucket != bucket
             ? std::nullopt
             : std::optional(static_cast<size_t>(found - holders.begin()));
}

}  // namespace stillpoint::retention
