#pragma once

#include <string>
#include <variant>
#include <vector>

#include "retention/holding.hpp"

namespace stillpoint::retention {

/// Why one rule keeps a point, or does not. Few bytes: texts are made of it only where somebody reads them.
struct Ground {
  Rule rule = Rule::KeepLast;
  enum class Why {
    Holds,        ///< `number` of `count`, the newest being 1
    HeldByLater,  ///< a later point of its standing holds its bucket
    HeldByGood,   ///< a good point holds the bucket of this one, which is below the level
    Older,        ///< `count` later buckets have a good point, or it is before the window
    OlderBelow,   ///< `count` later buckets without a good point are held
  } why = Why::Holds;
  int number = 0;
  Bucket bucket = 0;
};

/// What the rules say of all complete points of a series, each point on its own and without its pin.
class Verdicts {
 public:
  /// `copies` are sorted by slot and differ in it.
  Verdicts(std::vector<Copy> copies, const Terms& terms);

  const std::vector<Copy>& copies() const { return copies_; }
  const Holding& holding(Rule rule) const { return holdings_[static_cast<size_t>(rule)]; }
  int good() const { return good_; }
  /// While there are fewer good points than the floor, nothing goes (P5).
  bool too_few_good() const { return good_ < terms_.rules.floor; }
  /// Whether a rule, or being the newest, keeps it.
  bool held(size_t copy) const { return holders_[copy] > 0 || copy + 1 == copies_.size(); }
  /// Whether nothing at all keeps it.
  bool goes(size_t copy) const { return !held(copy) && !too_few_good() && copies_[copy].shield == Shield::None; }
  int count_going() const;
  /// Every rule that holds it.
  std::vector<Ground> for_keeping(size_t copy) const;
  /// Each rule that does not, the floor left out: it is nobody's wish.
  std::vector<Ground> against_keeping(size_t copy) const;

 private:
  Ground ground(Rule rule, size_t copy) const;

  std::vector<Copy> copies_;
  Terms terms_;
  std::vector<Places> places_;
  std::array<Holding, kRuleCount> holdings_;
  std::vector<int> holders_;  ///< how many rules hold each copy
  int good_ = 0;
};

/// `weekly: newest of 2026-W31 (2 of 8)`.
std::string describe(const Ground& ground, Standing standing, const Terms& terms);

}  // namespace stillpoint::retention
