#pragma once

#include <string>
#include <utility>
#include <vector>

#include "policy/policy.hpp"

namespace stillpoint::quiesce {

/// A key and a value that the helper is told before `GO`.
using Setting = std::pair<std::string, std::string>;

/// What one kind of database, or none, means for the hold: what the helper must be told. Which methods it has, policy
/// says; what is done on the server is in helper/.
class Driver {
 public:
  virtual ~Driver() = default;
  /// The driver's own settings for the chosen method; settings left empty in the policy are not sent.
  virtual std::vector<Setting> settings(const policy::HoldSettings& hold) const = 0;
};

/// The driver's facts; lives as long as the program.
const Driver& driver_of(policy::Driver driver);

}  // namespace stillpoint::quiesce
