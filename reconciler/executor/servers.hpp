#pragma once

#include <memory>

#include "cloud/types.hpp"
#include "policy/policy.hpp"
#include "quiesce/hold.hpp"
#include "support/clock.hpp"
#include "support/result.hpp"

namespace stillpoint::executor {

/// How the executor gets to the helper on a server. app/ does it over SSH; tests put a fake in its place.
class Servers {
 public:
  virtual ~Servers() = default;
  /// Logs in as the policy's `ssh` block says. The helper keeps the connection for as long as it lives.
  virtual support::Result<std::unique_ptr<quiesce::Helper>> reach(const policy::Policy& policy,
                                                                  const cloud::Server& server,
                                                                  support::Deadline deadline) = 0;
};

}  // namespace stillpoint::executor
