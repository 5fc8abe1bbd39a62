#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "exchange.hpp"
#include "fault_plan.hpp"

namespace stillpoint::cloudsim {

/// What goes wrong with one request.
struct Fault {
  enum class Drop {
    None,
    Before,      ///< the connection is closed and nothing happens
    After,       ///< it happens, then the connection is closed without an answer
    Later,       ///< the connection is closed at once, and it happens after `delay`
    Reset,       ///< as `Before`, by a TCP reset
    ResetAfter,  ///< as `After`, by a TCP reset
  };
  /// What becomes of the answer's body; its Content-Length is right.
  enum class Falsify {
    None,
    Empty,
    Half,       ///< the first half of it
    Html,       ///< a page, as a proxy or a login portal sends it
    WrongType,  ///< every member of the object is something else
    Echo,       ///< the request's headers and body, secrets and all
    Endless,    ///< a list of one new row and a next page, for ever
    Looping,    ///< a list whose next page is the first
  };

  std::string kind;                           ///< what it is called where injected faults are counted
  std::chrono::milliseconds delay{0};         ///< before it happens
  std::chrono::milliseconds answer_delay{0};  ///< after it has happened
  Drop drop = Drop::None;
  std::optional<Response> instead;                           ///< the answer in place of the service's own
  enum class CarryOut { No, Yes } carry_out = CarryOut::No;  ///< whether it happens in spite of `instead`
  std::optional<std::chrono::seconds> retry_after_date;      ///< a `Retry-After` as a date, so far ahead
  Falsify falsify = Falsify::None;
  std::optional<size_t> cut_body;  ///< the answer's body ends after so many bytes, whatever its Content-Length says
  std::optional<std::chrono::milliseconds> drip;  ///< headers, then one byte each time, without end
  std::chrono::seconds date_offset{0};            ///< of the answer's `Date`
  Json effect;                                    ///< what happens to the cloud's objects beside it (effects.hpp)
};

/// One fault and the requests that it is for.
struct FaultRule {
  std::string method;  ///< empty: any
  std::string pattern;
  std::regex path;
  long skip = 0;             ///< so many matching requests are let through first
  long count = 1;            ///< negative: without end
  long every = 1;            ///< of the matching requests every so many-th
  double probability = 1.0;  ///< of each that is left then
  std::mt19937_64 random;
  Fault fault;
  long seen = 0;
  long hits = 0;
};

/// Refuses what it cannot read.
FaultRule read_fault_rule(const Json& rule);

/// The faults that were asked for. The first rule that matches a request and is not used up applies; without one the
/// random plan has its turn.
class Faults {
 public:
  void add(const Json& rule) { rules_.push_back(read_fault_rule(rule)); }
  /// Refuses a kind that there is not.
  void begin(const FaultPlan& plan);
  /// Ends rules and plan. The counts stay until the next plan.
  void clear();
  std::optional<Fault> take(const Request& request, const std::string& raw_path_and_query);

  const std::map<std::string, long>& injected() const { return injected_; }
  /// The rules with their hits, and the counts.
  Json report() const;

 private:
  std::optional<Fault> by_rule(const Request& request, const std::string& raw);
  std::optional<Fault> by_plan(const Request& request, const std::string& raw);

  std::vector<FaultRule> rules_;
  std::optional<FaultPlan> plan_;
  std::vector<FaultRule> planned_;            ///< one for each kind of the plan
  std::map<std::string, uint64_t> occurred_;  ///< requests of the plan's time, by method and path without ids
  std::map<std::string, long> injected_;      ///< by kind
};

}  // namespace stillpoint::cloudsim
