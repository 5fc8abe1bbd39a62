#include "inventory/points.hpp"

#include <algorithm>
#include <tuple>

#include "support/text.hpp"

namespace stillpoint::inventory {
namespace {

using policy::Consistency;

/// Members that disagree about what they belong to are no members of one attempt, whatever their attempt id says.
bool same_attempt(const Ownership& a, const Ownership& b) {
  return std::tie(a.point, a.attempt, a.members, a.method) == std::tie(b.point, b.attempt, b.members, b.method);
}

void judge(Attempt& attempt) {
  std::sort(attempt.members.begin(), attempt.members.end(), [](const Member& a, const Member& b) {
    return std::tie(a.snapshot.volume, a.snapshot.id) < std::tie(b.snapshot.volume, b.snapshot.id);
  });
  const auto& first = attempt.members.front().own;
  std::set<cloud::VolumeId> volumes;
  bool whole = true;
  Consistency labelled = Consistency::Unproven;
  for (const auto& member : attempt.members) {
    whole = whole && member.snapshot.status == "available" && same_attempt(first, member.own) &&
            volumes.insert(member.snapshot.volume).second;
    if (member.own.consistency != Consistency::Unproven) {
      // The label is written only after the whole attempt was proven, so one proves all; the weakest counts.
      labelled =
          labelled == Consistency::Unproven ? member.own.consistency : std::min(labelled, member.own.consistency);
    }
  }
  whole = whole && static_cast<int>(attempt.members.size()) == first.members;
  attempt.state = !whole                              ? AttemptState::Incomplete
                  : labelled == Consistency::Unproven ? AttemptState::Unproven
                                                      : AttemptState::Complete;
  attempt.consistency = whole ? labelled : Consistency::Unproven;
}

/// The lowest (created_at, id) of the complete attempts (P3); attempts are in that order already. An attempt of a
/// higher level goes first: a good copy is never traded for a worse one of the same slot (P5).
std::optional<size_t> choose_winner(const std::vector<Attempt>& attempts) {
  std::optional<size_t> winner;
  for (size_t i = 0; i < attempts.size(); ++i) {
    if (attempts[i].state == AttemptState::Complete &&
        (!winner || attempts[i].consistency > attempts[*winner].consistency)) {
      winner = i;
    }
  }
  return winner;
}

/// Puts the attempts in their order and says which of them counts.
void settle(Point& point) {
  std::sort(point.attempts.begin(), point.attempts.end(), [](const Attempt& a, const Attempt& b) {
    return std::pair(a.created_at(), a.id) < std::pair(b.created_at(), b.id);
  });
  point.winner = choose_winner(point.attempts);
}

}  // namespace

std::string_view to_string(AttemptState state) {
  switch (state) {
    case AttemptState::Complete:
      return "complete";
    case AttemptState::Unproven:
      return "unproven";
    case AttemptState::Incomplete:
      return "incomplete";
  }
  return "unknown";
}

support::WallTime Attempt::created_at() const {
  return std::min_element(
             members.begin(), members.end(),
             [](const Member& a, const Member& b) { return a.snapshot.created_at < b.snapshot.created_at; })
      ->snapshot.created_at;
}

support::WallTime Attempt::hold_until() const {
  return std::max_element(members.begin(), members.end(),
                          [](const Member& a, const Member& b) { return a.own.hold_until < b.own.hold_until; })
      ->own.hold_until;
}

const Member* Attempt::pinned(support::WallTime now) const {
  const auto member = std::find_if(members.begin(), members.end(), [&](const Member& m) { return m.own.pinned(now); });
  return member == members.end() ? nullptr : &*member;
}

bool Attempt::is_pinned_for_ever() const {
  return std::any_of(members.begin(), members.end(), [](const Member& member) {
    const auto& own = member.own;
    return (!own.pin.empty() || !own.pin_until.empty()) && !support::parse_utc(own.pin_until);
  });
}

bool Attempt::deletion_begun() const {
  return std::any_of(members.begin(), members.end(), [](const Member& member) { return member.own.deletion_begun; });
}

bool Attempt::all_labelled() const {
  return std::all_of(members.begin(), members.end(),
                     [&](const Member& member) { return member.own.consistency == consistency; });
}

int Attempt::size_gib() const {
  int total = 0;
  for (const auto& member : members) {
    total += member.snapshot.size_gib;
  }
  return total;
}

Points assemble(const std::vector<cloud::Snapshot>& snapshots, const std::string& installation) {
  Points points;
  std::map<std::tuple<SeriesKey, support::WallTime, std::string>, Attempt> attempts;
  for (const auto& snapshot : snapshots) {
    if (!claims_ownership(snapshot.metadata)) {
      continue;
    }
    auto own = read_ownership(snapshot.metadata);
    if (!own) {
      points.unreadable.emplace_back(snapshot, own.error().message());
      continue;
    }
    if (own->installation != installation) {
      continue;
    }
    const SeriesKey series{own->policy, own->server, own->dataset};
    auto& attempt = attempts[{series, own->slot, own->attempt}];
    attempt.id = own->attempt;
    attempt.point = own->point;
    attempt.series = series;
    attempt.slot = own->slot;
    attempt.members.push_back({snapshot, std::move(*own)});
  }
  for (auto& [where, attempt] : attempts) {
    judge(attempt);
    auto& series = points.series[std::get<0>(where)];
    if (series.empty() || series.back().slot != attempt.slot) {
      series.push_back({attempt.point, attempt.slot, {}, std::nullopt});
    }
    series.back().attempts.push_back(std::move(attempt));
  }
  for (auto& [key, series] : points.series) {
    for (auto& point : series) {
      settle(point);
    }
  }
  return points;
}

Series merge(const std::vector<const Series*>& parts) {
  std::map<support::WallTime, Point> by_slot;
  for (const Series* part : parts) {
    for (const auto& point : *part) {
      auto [place, is_new] = by_slot.emplace(point.slot, point);
      if (!is_new) {
        auto& attempts = place->second.attempts;
        attempts.insert(attempts.end(), point.attempts.begin(), point.attempts.end());
        settle(place->second);
      }
    }
  }
  Series merged;
  for (auto& [slot, point] : by_slot) {
    merged.push_back(std::move(point));
  }
  return merged;
}

std::set<std::string> clusters_held(const std::vector<cloud::Snapshot>& snapshots, support::WallTime now) {
  std::set<std::string> held;
  for (const auto& snapshot : snapshots) {
    if (!claims_cluster(snapshot.metadata)) {
      continue;
    }
    const auto own = read_ownership(snapshot.metadata);
    if (own && !own->cluster.empty() && own->consistency == Consistency::Unproven && own->hold_until > now) {
      held.insert(own->cluster);
    }
  }
  return held;
}

}  // namespace stillpoint::inventory
