#pragma once

#include <prometheus/family.h>
#include <prometheus/gauge.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace stillpoint::telemetry {

using Labels = std::map<std::string, std::string>;

/// Gauges of one name, of which those can be dropped that are not said any more: a policy that was deleted must not be
/// told of for as long as the daemon runs. Used by one thread at a time: whoever says something anew does so with
/// nobody else saying anything meanwhile.
class Gauges {
 public:
  Gauges(prometheus::Family<prometheus::Gauge>& family) : family_(family) {}  // NOLINT: stands for the family
  Gauges(const Gauges&) = delete;
  Gauges& operator=(const Gauges&) = delete;

  void set(const Labels& labels, double value);
  /// Says it again if it is there, else sets it.
  void keep(const Labels& labels, double otherwise);
  /// From here on, what is set is said anew.
  void begin();
  /// Drops what has all of `labels` and was not set since `begin`.
  void drop_unsaid(const Labels& labels);

 private:
  struct Entry {
    prometheus::Gauge* gauge = nullptr;
    std::uint64_t said = 0;  ///< in which round
  };

  Entry& say(const Labels& labels);

  prometheus::Family<prometheus::Gauge>& family_;
  std::map<Labels, Entry> entries_;
  std::uint64_t round_ = 0;
};

/// While it lives, everything with the labels is said anew in these gauges; what was not is dropped at its end.
class Saying {
 public:
  Saying(std::vector<Gauges*> gauges, Labels labels);
  ~Saying();
  Saying(const Saying&) = delete;
  Saying& operator=(const Saying&) = delete;

 private:
  std::vector<Gauges*> gauges_;
  Labels labels_;
};

}  // namespace stillpoint::telemetry
