#include "retention/rolling.hpp"

#include <algorithm>
#include <iterator>

namespace stillpoint::retention {

using support::WallTime;

std::vector<Rolling::Entry>::iterator Rolling::place_of(WallTime slot) {
  return std::lower_bound(entries_.begin(), entries_.end(), slot,
                          [](const Entry& entry, WallTime wanted) { return entry.copy.slot < wanted; });
}

Rolling::Entry* Rolling::find(WallTime slot) {
  const auto place = place_of(slot);
  return place == entries_.end() || place->copy.slot != slot ? nullptr : &*place;
}

void Rolling::release(const Holder& holder) {
  if (Entry* entry = find(holder.slot); entry != nullptr && --entry->holders == 0) {
    idle_.push_back(holder.slot);
  }
}

void Rolling::take(std::deque<Holder>& holders, Bucket bucket, Entry& entry) {
  holders.push_back({bucket, entry.copy.slot});
  ++entry.holders;
}

void Rolling::add(const Copy& copy) {
  const auto place = place_of(copy.slot);
  stale_ = stale_ || place != entries_.end();
  if (!stale_ && !entries_.empty() && entries_.back().holders == 0) {
    idle_.push_back(entries_.back().copy.slot);  // it was kept for being the newest
  }
  Entry& entry = *entries_.insert(place, Entry{copy, 0});
  good_ += copy.standing == Standing::Good ? 1 : 0;
  if (stale_) {
    return;
  }
  const Places places = places_of(copy.slot, terms_.calendar);
  for (size_t rule = 0; rule < kRuleCount && !stale_; ++rule) {
    if (terms_.count(static_cast<Rule>(rule)) > 0) {
      extend(static_cast<Rule>(rule), places[rule], entry);
    }
  }
}

/// Brings one rule up to date with a point that is newer than all others.
void Rolling::extend(Rule rule, Bucket bucket, Entry& entry) {
  auto& [good, below, overflowed] = holdings_[static_cast<size_t>(rule)];
  const bool earlier =
      (!good.empty() && bucket < good.back().bucket) || (!below.empty() && bucket < below.back().bucket);
  if (earlier) {
    stale_ = true;
  } else if (rule == Rule::Within) {
    slide_window(entry);
  } else if (entry.copy.standing == Standing::Good) {
    extend_good(rule, bucket, entry);
  } else if (rule != Rule::Floor) {
    extend_below(rule, bucket, entry);
  }
}

void Rolling::extend_good(Rule rule, Bucket bucket, Entry& entry) {
  auto& [good, below, overflowed] = holdings_[static_cast<size_t>(rule)];
  if (!below.empty() && below.back().bucket == bucket) {
    if (overflowed) {
      stale_ = true;  // an earlier bucket without a good point is held again
      return;
    }
    release(below.back());
    below.pop_back();
  }
  if (!good.empty() && good.back().bucket == bucket) {
    release(good.back());
    good.pop_back();
  }
  take(good, bucket, entry);
  const auto count = static_cast<size_t>(terms_.count(rule));
  if (good.size() > count) {
    release(good.front());
    good.pop_front();
  }
  while (good.size() == count && !below.empty() && below.front().bucket < good.front().bucket) {
    release(below.front());
    below.pop_front();
  }
}

void Rolling::extend_below(Rule rule, Bucket bucket, Entry& entry) {
  auto& [good, below, overflowed] = holdings_[static_cast<size_t>(rule)];
  if (!good.empty() && good.back().bucket == bucket) {
    return;
  }
  if (!below.empty() && below.back().bucket == bucket) {
    release(below.back());
    below.pop_back();
  }
  take(below, bucket, entry);
  if (below.size() > static_cast<size_t>(terms_.count(rule))) {
    release(below.front());
    below.pop_front();
    overflowed = true;
  }
}

void Rolling::slide_window(Entry& entry) {
  auto& [good, below, overflowed] = holdings_[static_cast<size_t>(Rule::Within)];
  const auto drop = [&](std::deque<Holder>& holders, WallTime from) {
    while (!holders.empty() && holders.front().slot <= from) {
      release(holders.front());
      holders.pop_front();
    }
  };
  const WallTime from = entry.copy.slot - terms_.rules.within;
  const Bucket bucket = entry.copy.slot.time_since_epoch().count();
  if (entry.copy.standing == Standing::Good) {
    take(good, bucket, entry);
    drop(good, from);
  } else {
    take(below, bucket, entry);
  }
  drop(below, from);
}

void Rolling::remove(WallTime slot) {
  const auto place = place_of(slot);
  if (place == entries_.end() || place->copy.slot != slot) {
    return;
  }
  // What nobody held is nobody's loss; the newest is kept without being held.
  stale_ = stale_ || place->holders > 0 || std::next(place) == entries_.end();
  good_ -= place->copy.standing == Standing::Good ? 1 : 0;
  entries_.erase(place);
}

void Rolling::shield(WallTime slot, Shield shield) {
  if (Entry* entry = find(slot); entry != nullptr) {
    entry->copy.shield = shield;
  }
}

std::vector<WallTime> Rolling::surplus() {
  if (stale_) {
    rebuild();
  }
  std::sort(idle_.begin(), idle_.end());
  idle_.erase(std::unique(idle_.begin(), idle_.end()), idle_.end());
  std::erase_if(idle_, [&](WallTime slot) {
    const Entry* entry = find(slot);
    return entry == nullptr || entry->holders > 0;
  });
  std::vector<WallTime> going;
  if (good_ >= terms_.rules.floor) {
    std::copy_if(idle_.begin(), idle_.end(), std::back_inserter(going), [&](WallTime slot) {
      return slot != entries_.back().copy.slot && find(slot)->copy.shield == Shield::None;
    });
  }
  return going;
}

void Rolling::rebuild() {
  std::vector<Copy> copies;
  std::vector<Places> places;
  for (auto& entry : entries_) {
    entry.holders = 0;
    copies.push_back(entry.copy);
    places.push_back(places_of(entry.copy.slot, terms_.calendar));
  }
  const auto count = [&](const std::deque<Holder>& holders) {
    for (const auto& holder : holders) {
      ++find(holder.slot)->holders;
    }
  };
  for (size_t rule = 0; rule < kRuleCount; ++rule) {
    holdings_[rule] = hold(static_cast<Rule>(rule), terms_, copies, places);
    count(holdings_[rule].good);
    count(holdings_[rule].below);
  }
  idle_.clear();
  for (const auto& entry : entries_) {
    if (entry.holders == 0) {
      idle_.push_back(entry.copy.slot);
    }
  }
  stale_ = false;
}

}  // namespace stillpoint::retention
