#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "exchange.hpp"

namespace stillpoint::cloudsim {

/// What goes wrong with one request.
struct Fault {
  enum class Drop {
    None,
    Before,  ///< the connection is closed and nothing happens
    After,   ///< it happens, then the connection is closed without an answer
    Later,   ///< the connection is closed at once, and it happens after `delay`
  };

  std::chrono::milliseconds delay{0};         ///< before it happens
  std::chrono::milliseconds answer_delay{0};  ///< after it has happened
  Drop drop = Drop::None;
  std::optional<Response> instead;  ///< the answer in place of doing it
  std::optional<size_t> cut_body;   ///< the answer's body ends after so many bytes, whatever its Content-Length says
};

/// The faults that were asked for. The first rule that matches a request and is not used up applies.
class Faults {
 public:
  /// Refuses what it cannot read.
  void add(const Json& rule);
  void clear() { rules_.clear(); }
  std::optional<Fault> take(const Request& request, const std::string& raw_path_and_query);

 private:
  struct Rule {
    std::string method;  ///< empty: any
    std::regex path;
    long skip = 0;   ///< so many matching requests are let through first
    long count = 1;  ///< negative: without end
    Fault fault;
  };

  static Fault read_fault(const Json& rule);

  std::vector<Rule> rules_;
};

}  // namespace stillpoint::cloudsim
