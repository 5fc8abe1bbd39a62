// The incremental retention against the plain one, step by step.

#include "retention/rolling.hpp"

#include <map>

#include "histories.hpp"

namespace stillpoint::retention {
namespace {

/// A series in both forms.
class Twins {
 public:
  explicit Twins(const Terms& terms) : terms_(terms), rolling_(terms) {}

  void add(const Copy& copy) {
    if (copies_.emplace(copy.slot, copy).second) {
      rolling_.add(copy);
    }
  }
  void remove(support::WallTime slot) {
    copies_.erase(slot);
    rolling_.remove(slot);
  }
  void shield(support::WallTime slot, Shield shield) {
    copies_.at(slot).shield = shield;
    rolling_.shield(slot, shield);
  }
  std::optional<support::WallTime> pick() const {
    if (copies_.empty()) {
      return std::nullopt;
    }
    return std::next(copies_.begin(), *rc::gen::inRange<long>(0, static_cast<long>(copies_.size())))->first;
  }
  /// Checks that they agree on what goes, and returns it.
  std::vector<support::WallTime> agree() {
    std::vector<Copy> copies;
    for (const auto& [slot, copy] : copies_) {
      copies.push_back(copy);
    }
    const Verdicts verdicts(copies, terms_);
    std::vector<support::WallTime> going;
    for (size_t copy = 0; copy < copies.size(); ++copy) {
      if (verdicts.goes(copy)) {
        going.push_back(copies[copy].slot);
      }
    }
    RC_ASSERT(rolling_.surplus() == going);
    RC_ASSERT(rolling_.size() == copies.size());
    RC_ASSERT(rolling_.good() == verdicts.good());
    return going;
  }

 private:
  Terms terms_;
  std::map<support::WallTime, Copy> copies_;
  Rolling rolling_;
};

Copy copy_at(support::WallTime slot) {
  return {slot, *rc::gen::weightedElement<Standing>({{3, Standing::Good}, {1, Standing::Below}}),
          *rc::gen::weightedElement<Shield>({{9, Shield::None}, {1, Shield::Pinned}})};
}

RC_GTEST_PROP(RollingRetention, IsThePlainOneAsASeriesGrows, ()) {
  const auto scene = random_scene();
  Twins twins(terms(random_rules(), scene.zone));
  auto slot = fakes::at(scene.about) - std::chrono::hours(*rc::gen::inRange(1, 100));
  const int spread = *rc::gen::element(2, 100, 1500, 20000);
  const int steps = *rc::gen::inRange(0, 80);
  const bool prunes = *rc::gen::weightedElement<bool>({{3, true}, {1, false}});
  for (int step = 0; step < steps; ++step) {
    slot += std::chrono::minutes(*rc::gen::inRange(1, spread + 1));
    twins.add(copy_at(slot));
    for (const auto gone : twins.agree()) {
      if (prunes) {
        twins.remove(gone);
      }
    }
  }
}

RC_GTEST_PROP(RollingRetention, IsThePlainOneWhateverHappensToASeries, ()) {
  const auto scene = random_scene();
  Twins twins(terms(random_rules(), scene.zone));
  auto slot = fakes::at(scene.about) - std::chrono::hours(2);
  const int steps = *rc::gen::inRange(0, 50);
  for (int step = 0; step < steps; ++step) {
    const auto picked = twins.pick();
    switch (*rc::gen::weightedElement<int>({{6, 0}, {2, 1}, {1, 2}, {1, 3}, {2, 4}})) {
      case 0:
        slot += std::chrono::minutes(*rc::gen::element(1, 7, 31, 60, 1440, 9000));
        twins.add(copy_at(slot));
        break;
      case 1:
        twins.add(copy_at(slot - std::chrono::minutes(*rc::gen::inRange(0, 5000))));
        break;
      case 2:
        if (picked) {
          twins.remove(*picked);
        }
        break;
      case 3:
        if (picked) {
          twins.shield(*picked, *rc::gen::element(Shield::None, Shield::Pinned));
        }
        break;
      default:
        for (const auto gone : twins.agree()) {
          twins.remove(gone);
        }
    }
    twins.agree();
  }
}

TEST(RollingRetention, ABucketThatHadToGoComesBackWhenAGoodPointTakesALaterOne) {
  Twins twins(terms({.keep_last = 1, .daily = 2}));
  const auto day = [](int number, int hour) {
    return fakes::at("2026-11-01T00:00:00Z") + std::chrono::hours(24 * number + hour);
  };
  for (const int number : {1, 2, 3}) {
    twins.add({day(number, 1), Standing::Below, Shield::None});
  }
  EXPECT_TRUE(twins.agree().empty()) << "there is no good point yet";
  twins.add({day(3, 2), Standing::Good, Shield::None});
  EXPECT_EQ(twins.agree(), std::vector{day(3, 1)}) << "the first day is one of two without a good point again";
}

}  // namespace
}  // namespace stillpoint::retention
