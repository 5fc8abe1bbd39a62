#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "cloud/cloud.hpp"
#include "executor/hold_gate.hpp"
#include "executor/observer.hpp"
#include "executor/servers.hpp"
#include "support/clock.hpp"
#include "support/log.hpp"

namespace stillpoint::executor {

/// What every part of the executor works with. All of it outlives the executor.
struct Context {
  cloud::Cloud& cloud;
  Servers& servers;
  support::Clock& clock;
  support::Log& log;
  Observer& observer;
  HoldGate& gate;
  std::string installation;
  std::stop_token stop = {};             ///< once it is requested nothing new is begun
  std::chrono::seconds clock_offset{0};  ///< the cloud's clock minus ours, as observed in this pass

  /// For one call to the cloud or a server while nothing is held.
  support::Deadline call_deadline() const { return support::Deadline::after(clock, std::chrono::seconds(60)); }
  /// The same for what is given up when the program is to stop: a call that only reads, or one whose effect ends with
  /// its connection, as a host lock does.
  support::Deadline read_deadline() const { return call_deadline().unless_stopped(stop); }
  support::WallTime cloud_now() const { return clock.wall_now() + clock_offset; }
};

}  // namespace stillpoint::executor
