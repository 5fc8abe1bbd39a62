#pragma once

#include <string>

#include "planner/plan.hpp"
#include "planner/situation.hpp"
#include "planner/target.hpp"

namespace stillpoint::planner {

/// The rules for attempts that are not a labelled point (docs/architecture.md, "A pass", has them as a table). What it
/// decides is added to a plan.
class Leftovers {
 public:
  /// All arguments must outlive it.
  Leftovers(const Situation& situation, Plan& plan) : situation_(situation), plan_(plan) {}

  void plan(const Target& target, const inventory::Attempt& attempt);
  /// Whether an attempt at the point may still be held, or its verdict is asked for first: it is not to be doubled.
  bool has_open_attempt(const Target& target, const inventory::Point& point) const;

 private:
  template <class What>
  void add(const Target& target, std::string reason, std::string message, What what);
  void plan_damaged(const Target& target, const inventory::Attempt& attempt);
  void plan_unproven(const Target& target, const inventory::Attempt& attempt);
  void plan_sweep(const Target& target, const inventory::Attempt& attempt, const std::string& reason,
                  const std::string& what);
  bool counts_for_wanted_slot(const Target& target, const inventory::Attempt& attempt) const;
  bool may_ask_server(const Target& target, const inventory::Attempt& attempt) const;

  const Situation& situation_;
  Plan& plan_;
};

}  // namespace stillpoint::planner
