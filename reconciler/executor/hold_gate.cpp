#include "executor/hold_gate.hpp"

#include <algorithm>

#include "inventory/ownership.hpp"

namespace stillpoint::executor {

using support::ErrorKind;
using support::fail;
using support::Result;

HoldGate::Permit::~Permit() {
  if (gate_ != nullptr) {
    gate_->leave(claim_);
  }
}

void HoldGate::Permit::served(const HoldClaim& part, std::chrono::milliseconds available) {
  const std::lock_guard lock(gate_->mutex_);
  for (const auto& back_end : part.back_ends) {
    auto& load = gate_->load_of(back_end);
    load.waits_for.clear();
    if (available > part.max_hold / 2) {
      load.limit = std::max(1, load.limit / 2);
    } else if (load.held >= load.limit && available * (load.limit + 1) / load.held < part.max_hold / 2) {
      load.limit = std::min(gate_->limits_.at_most, load.limit + 1);
    }
  }
  gate_->changed_.notify_all();
}

void HoldGate::Permit::waited_in_vain(const HoldClaim& part, const std::string& attempt) {
  const std::lock_guard lock(gate_->mutex_);
  for (const auto& back_end : part.back_ends) {
    auto& load = gate_->load_of(back_end);
    load.limit = std::max(1, load.limit / 2);
    load.waits_for.insert(attempt);
    load.mistrusted_until = gate_->clock_.steady_now() + gate_->limits_.longest_mistrust;
  }
  gate_->changed_.notify_all();
}

Result<HoldGate::Permit> HoldGate::enter(HoldClaim claim, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  const auto waiter = waiters_.insert(waiters_.end(), {&claim, last_turn_[claim.policy]});
  std::string objected;
  const bool come = changed_.wait_for(lock, stop, limits_.longest_wait, [&] {
    objected = objection(claim);
    return !objected.empty() || is_next(*waiter);
  });
  waiters_.erase(waiter);
  changed_.notify_all();  // who waited behind it may be next
  if (!come || !objected.empty()) {
    if (!come && !stop.stop_requested()) {
      return fail(ErrorKind::Busy, "others are held there; a later pass tries again");
    }
    return come ? fail(ErrorKind::Busy, objected)
                : fail(ErrorKind::Interrupted, "the program is being stopped; nothing was held");
  }
  for (const auto& back_end : claim.back_ends) {
    ++load_of(back_end).held;
  }
  servers_.insert(claim.server);
  if (!claim.cluster.empty()) {
    clusters_.insert(claim.cluster);
  }
  last_turn_[claim.policy] = ++turns_;
  for (auto& other : waiters_) {
    other.turn = last_turn_[other.claim->policy];
  }
  return Permit(this, std::move(claim));
}

void HoldGate::rest(const std::string& cluster, std::chrono::milliseconds held_for) {
  if (cluster.empty()) {
    return;
  }
  const std::lock_guard lock(mutex_);
  auto& until = rests_until_[cluster];
  until = std::max(until, clock_.steady_now() + std::max<std::chrono::milliseconds>(limits_.cluster_rest, held_for));
  changed_.notify_all();
}

void HoldGate::look(const std::vector<cloud::Snapshot>& snapshots) {
  const std::lock_guard lock(mutex_);
  if (std::all_of(loads_.begin(), loads_.end(), [](const auto& load) { return load.second.waits_for.empty(); })) {
    return;
  }
  // Of an attempt, whether any of its snapshots is still on its way.
  std::map<std::string, bool> pending;
  for (const auto& snapshot : snapshots) {
    if (const auto own = inventory::read_ownership(snapshot.metadata)) {
      pending[own->attempt] |= snapshot.status == "creating";
    }
  }
  for (auto& [back_end, load] : loads_) {
    std::erase_if(load.waits_for, [&](const std::string& attempt) {
      const auto found = pending.find(attempt);
      return found == pending.end() || !found->second;
    });
  }
  changed_.notify_all();
}

std::size_t HoldGate::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiters_.size();
}

bool HoldGate::is_waiting() const {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.steady_now();
  return std::any_of(loads_.begin(), loads_.end(),
                     [&](const auto& load) { return load.second.keeps_others_away(now); });
}

int HoldGate::limit_of(const BackEnd& back_end) const {
  const std::lock_guard lock(mutex_);
  const auto found = loads_.find(back_end);
  return found == loads_.end() ? limits_.at_once : found->second.limit;
}

HoldGate::Load& HoldGate::load_of(const BackEnd& back_end) {
  return loads_.try_emplace(back_end, Load{limits_.at_once, 0, {}, {}}).first->second;
}

std::string HoldGate::objection(const HoldClaim& claim) const {
  const auto rest = rests_until_.find(claim.cluster);
  if (rest != rests_until_.end() && rest->second > clock_.steady_now()) {
    return "another member of cluster '" + claim.cluster + "' may not be well; left to a later pass";
  }
  for (const auto& back_end : claim.back_ends) {
    const auto load = loads_.find(back_end);
    if (load != loads_.end() && load->second.keeps_others_away(clock_.steady_now())) {
      return "an earlier hold waited in vain for a snapshot of volume type '" + back_end.volume_type + "' in zone '" +
             back_end.zone + "', which is not there yet; nothing more is held there until it is";
    }
  }
  return "";
}

bool HoldGate::has_room(const HoldClaim& claim) {
  return !servers_.contains(claim.server) && !clusters_.contains(claim.cluster) &&
         std::all_of(claim.back_ends.begin(), claim.back_ends.end(),
                     [&](const BackEnd& back_end) { return load_of(back_end).room() > 0; });
}

bool HoldGate::is_next(const Waiter& waiter) {
  if (!has_room(*waiter.claim)) {
    return false;
  }
  bool came_first = true;  // the others up to itself in the list
  for (const auto& other : waiters_) {
    if (&other == &waiter) {
      came_first = false;
      continue;
    }
    const bool goes_first = other.turn < waiter.turn || (other.turn == waiter.turn && came_first);
    if (goes_first && has_room(*other.claim) && objection(*other.claim).empty()) {
      return false;
    }
  }
  return true;
}

void HoldGate::leave(const HoldClaim& claim) {
  const std::lock_guard lock(mutex_);
  for (const auto& back_end : claim.back_ends) {
    --load_of(back_end).held;
  }
  servers_.erase(claim.server);
  clusters_.erase(claim.cluster);
  changed_.notify_all();
}

}  // namespace stillpoint::executor
