#include "retention/guard.hpp"

#include <utility>

#include "retention/grounds.hpp"

namespace stillpoint::retention {
namespace {

/// A surplus of at most this many points is never a mass deletion.
constexpr int kSmallSurplus = 2;
/// A larger surplus is one when it is more than this part of the series.
constexpr int kSurplusPart = 4;
/// Series beyond their turnover are a mass when they are more than this part of all series, and not just a handful.
constexpr int kSeriesPart = 5;
constexpr int kSeriesForMass = 3;

}  // namespace

int going_without_newest(std::vector<Copy> copies, const Terms& terms) {
  if (!copies.empty()) {
    copies.pop_back();
  }
  return Verdicts(std::move(copies), terms).count_going();
}

std::optional<std::string> object_to(const Surplus& surplus) {
  const bool turnover = surplus.beyond_turnover == 0 && surplus.going <= surplus.rules;
  if (surplus.going <= kSmallSurplus || surplus.going * kSurplusPart <= surplus.points || turnover) {
    return std::nullopt;
  }
  return std::to_string(surplus.going) + " of " + std::to_string(surplus.points) +
         " points would be pruned at once; `stillpoint diff --allow-mass-delete` shows which; allow it "
         "with --allow-mass-delete if it is meant";
}

std::optional<std::string> object_to_series(int disturbed, int all) {
  if (disturbed < kSeriesForMass || disturbed * kSeriesPart <= all) {
    return std::nullopt;
  }
  return std::to_string(disturbed) + " of " + std::to_string(all) +
         " series would lose more than what a new point replaces at once; `stillpoint diff --allow-mass-delete` shows "
         "which; allow it with --allow-mass-delete if it is meant";
}

}  // namespace stillpoint::retention
