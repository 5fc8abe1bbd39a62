#pragma once

#include <string>
#include <utility>

namespace stillpoint::support {

/// A value that must not be printed (P11). It has no conversion and no stream operator: whoever needs the text says
/// `reveal()`, and a reader sees every place that does.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}

  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }

 private:
  std::string value_;
};

}  // namespace stillpoint::support
