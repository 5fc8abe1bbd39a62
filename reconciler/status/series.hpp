#pragma once

#include "inventory/points.hpp"
#include "status/points.hpp"
#include "status/said.hpp"
#include "status/status.hpp"
#include "status/timeliness.hpp"
#include "support/error.hpp"

namespace stillpoint::status {

/// What was said of a series before, and what has happened to it since.
struct Story {
  const SeriesStatus* before = nullptr;     ///< null: nothing
  const support::Error* failure = nullptr;  ///< its point could not be made; null: that did not happen
  support::WallTime expected_from;          ///< from when on points are expected of one that is new
};

/// A series that a policy asks for.
struct Asked {
  inventory::SeriesKey key;  ///< by its present names
  const inventory::Series& series;
  const Expectation* expectation;  ///< null: nothing is expected now, so nothing is overdue
};

/// Says what follows from the points of a series, which `status` has already: the newest good one, and what is overdue,
/// missed and failed.
void judge(SeriesStatus& status, const Asked& asked, const Said& said, const Story& story, const Instant& instant);

/// Of a series that counts as protected: since when, as far as its points tell.
support::WallTime protected_since(const SeriesStatus& status, const Expectation& expectation);

/// `unknown_outcome` as a reason: `UnknownOutcome`.
std::string reason_of(support::ErrorKind kind);

}  // namespace stillpoint::status
