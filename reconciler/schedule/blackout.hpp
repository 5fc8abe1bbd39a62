#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "schedule/pattern.hpp"

namespace stillpoint::schedule {

/// From `begin` up to and not including `end`.
struct Window {
  WallTime begin;
  WallTime end;

  bool contains(WallTime instant) const { return begin <= instant && instant < end; }
};

/// Time in which nothing is made: once, or again and again from instants of a pattern on. Pure.
class Blackout {
 public:
  Blackout(Window once, std::string reason) : once_(once), reason_(std::move(reason)) {}
  Blackout(Pattern begins, std::chrono::milliseconds duration, std::string reason)
      : begins_(std::move(begins)), duration_(duration), reason_(std::move(reason)) {}

  /// The window that `instant` lies in. Where windows overlap it is the one that began last, which ends last.
  std::optional<Window> covering(WallTime instant) const;
  std::optional<WallTime> next_begin_after(WallTime instant) const;
  /// What the policy says that it is for; may be empty.
  const std::string& reason() const { return reason_; }

 private:
  std::optional<Window> once_;
  std::optional<Pattern> begins_;  ///< the other of the two
  std::chrono::milliseconds duration_{};
  std::string reason_;
};

}  // namespace stillpoint::schedule
