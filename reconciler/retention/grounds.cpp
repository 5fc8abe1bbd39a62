#include "retention/grounds.hpp"

#include <algorithm>

#include "support/text.hpp"

namespace stillpoint::retention {
namespace {

using Why = Ground::Why;

const Rule kAllRules[] = {Rule::KeepLast, Rule::Within,  Rule::Hourly, Rule::Daily,
                          Rule::Weekly,   Rule::Monthly, Rule::Yearly, Rule::Floor};

std::string_view plural_of(Period period) {
  switch (period) {
    case Period::Hour:
      return "hours";
    case Period::Day:
      return "days";
    case Period::Week:
      return "weeks";
    case Period::Month:
      return "months";
    case Period::Year:
      return "years";
  }
  return "";
}

std::string of_window(const Ground& ground, Standing standing, const Terms& terms) {
  const std::string length = support::format_duration(terms.rules.within);
  if (ground.why == Why::Holds) {
    return "less than " + length + " before the newest";
  }
  return length + " or more before the newest" + (standing == Standing::Below ? " of its level or better" : "");
}

/// `keepLast` and `floor`: every point is a bucket.
std::string of_points(const Ground& ground, int count) {
  switch (ground.why) {
    case Why::Holds:
      return std::to_string(ground.number) + " of " + std::to_string(count);
    case Why::Older:
      return support::count_of(static_cast<size_t>(count), "newer point") + " of the required level";
    default:
      return support::count_of(static_cast<size_t>(count), "newer point") + " below the required level";
  }
}

std::string of_period(const Ground& ground, Standing standing, const std::string& name, std::string_view periods,
                      int count) {
  const std::string level = standing == Standing::Below ? " below the required level" : "";
  switch (ground.why) {
    case Why::Holds:
      return "newest" + level + " of " + name + " (" + std::to_string(ground.number) + " of " + std::to_string(count) +
             ")";
    case Why::HeldByLater:
      return name + " is held by a later point";
    case Why::HeldByGood:
      return name + " is held by a point of the required level";
    case Why::Older:
      return name + " is before the latest " + std::to_string(count) + " " + std::string(periods) + " with a point";
    case Why::OlderBelow:
      return name + " is before the latest " + std::to_string(count) + " " + std::string(periods) +
             " with nothing better";
  }
  return {};
}

}  // namespace

Verdicts::Verdicts(std::vector<Copy> copies, const Terms& terms)
    : copies_(std::move(copies)), terms_(terms), holders_(copies_.size(), 0) {
  places_.reserve(copies_.size());
  for (const auto& copy : copies_) {
    places_.push_back(places_of(copy.slot, terms.calendar));
    good_ += copy.standing == Standing::Good ? 1 : 0;
  }
  const auto count = [&](const std::deque<Holder>& holders) {
    for (const auto& holder : holders) {
      const auto copy = std::lower_bound(copies_.begin(), copies_.end(), holder.slot,
                                         [](const Copy& a, support::WallTime slot) { return a.slot < slot; });
      ++holders_[static_cast<size_t>(copy - copies_.begin())];
    }
  };
  for (const Rule rule : kAllRules) {
    auto& holding = holdings_[static_cast<size_t>(rule)];
    holding = hold(rule, terms, copies_, places_);
    count(holding.good);
    count(holding.below);
  }
}

int Verdicts::count_going() const {
  int going = 0;
  for (size_t copy = 0; copy < copies_.size(); ++copy) {
    going += goes(copy) ? 1 : 0;
  }
  return going;
}

Ground Verdicts::ground(Rule rule, size_t copy) const {
  const Bucket bucket = places_[copy][static_cast<size_t>(rule)];
  const auto& held = holding(rule);
  const bool good = copies_[copy].standing == Standing::Good;
  const auto& own = good ? held.good : held.below;
  if (const auto holder = find_holder(own, bucket)) {
    const int number = static_cast<int>(own.size() - *holder);
    return own[*holder].slot == copies_[copy].slot ? Ground{rule, Why::Holds, number, bucket}
                                                   : Ground{rule, Why::HeldByLater, 0, bucket};
  }
  if (!good && find_holder(held.good, bucket)) {
    return {rule, Why::HeldByGood, 0, bucket};
  }
  const bool covered = good || rule == Rule::Within ||
                       (static_cast<int>(held.good.size()) == terms_.count(rule) && bucket < held.good.front().bucket);
  return {rule, covered ? Why::Older : Why::OlderBelow, 0, bucket};
}

std::vector<Ground> Verdicts::for_keeping(size_t copy) const {
  std::vector<Ground> grounds;
  for (const Rule rule : kAllRules) {
    if (terms_.count(rule) > 0) {
      const Ground why = ground(rule, copy);
      if (why.why == Why::Holds) {
        grounds.push_back(why);
      }
    }
  }
  return grounds;
}

std::vector<Ground> Verdicts::against_keeping(size_t copy) const {
  std::vector<Ground> grounds;
  for (const Rule rule : kAllRules) {
    if (rule != Rule::Floor && terms_.count(rule) > 0) {
      const Ground why = ground(rule, copy);
      if (why.why != Why::Holds) {
        grounds.push_back(why);
      }
    }
  }
  return grounds;
}

std::string describe(const Ground& ground, Standing standing, const Terms& terms) {
  const auto period = period_of(ground.rule);
  const int count = terms.count(ground.rule);
  std::string text;
  if (ground.rule == Rule::Within) {
    text = of_window(ground, standing, terms);
  } else if (period) {
    text = of_period(ground, standing, terms.calendar.name(*period, ground.bucket), plural_of(*period), count);
  } else {
    text = of_points(ground, count) +
           (ground.why == Why::Holds && standing == Standing::Below ? " below the required level" : "");
  }
  // The brief form of a count reads best without a colon: `keepLast 2 of 3`.
  const bool counted = !period && ground.rule != Rule::Within && ground.why == Why::Holds;
  return std::string(to_string(ground.rule)) + (counted ? " " : ": ") + text;
}

}  // namespace stillpoint::retention
