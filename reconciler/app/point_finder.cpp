#include "app/point_finder.hpp"

#include "support/text.hpp"

namespace stillpoint::app {
namespace {

using inventory::Attempt;
using support::ErrorKind;

support::Result<Attempt> attempt_of(const inventory::Point& point) {
  if (const Attempt* best = point.best()) {
    return *best;
  }
  if (point.attempts.size() == 1) {
    return point.attempts.front();
  }
  return support::fail(support::Error(ErrorKind::InvalidInput, "point " + point.id + " has " +
                                                                   support::count_of(point.attempts.size(), "attempt") +
                                                                   ", and none is complete")
                           .with_remedy("name the attempt; `stillpoint get points -o wide` shows them"));
}

}  // namespace

support::Result<Attempt> find_attempt(const inventory::Points& points, const std::string& name) {
  const std::string id = name.starts_with("point/") ? name.substr(6) : name;
  for (const auto& [key, series] : points.series) {
    for (const auto& point : series) {
      if (point.id == id) {
        return attempt_of(point);
      }
      for (const auto& attempt : point.attempts) {
        if (attempt.id == id) {
          return attempt;
        }
      }
    }
  }
  return support::fail(support::Error(ErrorKind::NotFound, "there is no point '" + support::printable(id) + "'")
                           .with_remedy("`stillpoint get points` shows those that are there"));
}

}  // namespace stillpoint::app
